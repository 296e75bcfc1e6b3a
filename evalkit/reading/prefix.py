"""Whether a request repeats what was said before it: what a deployment's prompt cache needs."""

from collections.abc import Sequence
from itertools import zip_longest

from evalkit.model.chat import Message
from evalkit.model.transcript import Transcript
from evalkit.reading.excerpt import shorten


def changed_prefix(transcript: Transcript, index: int) -> str:
    """Say how the request of exchange `index` departs from the one before, empty where it goes on.

    It has to offer the same tools, ask for the same format and begin with the same messages.
    """
    before, now = transcript.request(index - 1), transcript.request(index)
    reply = transcript.exchanges[index - 1].reply
    said = (*before.messages, *((reply.message,) if reply else ()))
    place = f"turn {transcript.exchanges[index].turn + 1}"
    if before.tools != now.tools:
        return f"{place} offers other tools than the request before"
    if before.response_format != now.response_format:
        return f"{place} asks for another response_format than the request before"
    told = first_difference(said, now.messages)
    return f"{place} changed {told}" if told else ""


def first_difference(before: Sequence[Message], now: Sequence[Message]) -> str:
    """Tell the first message of `before` that `now` does not begin with, empty where there is none.

    Messages count from 1.
    """
    for number, (old, new) in enumerate(zip_longest(before, now[: len(before)]), 1):
        if new is None:
            return f"message {number} ({old.role}), which is left out: {shorten(old.text)!r}"
        if old != new:
            return f"message {number} ({new.role}) to {shorten(new.text)!r}"
    return ""
