"""Folding the events of a streamed reply into a ChatReply."""

import json

from evalkit.dialect import envelope, faults, finish
from evalkit.dialect.asked import Asked
from evalkit.dialect.choice import Choice
from evalkit.dialect.completion import Completion
from evalkit.dialect.envelope import Envelope
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import first_value
from evalkit.dialect.reply import find_message, holds_message, read_reply
from evalkit.model.chat import CallError, ChatReply, StreamFacts
from evalkit.model.data import Json, JsonObject

DONE = "[DONE]"


class Stream:
    """Takes events until `done`; `contents` counts those that held something of the reply."""

    def __init__(self, asked: Asked, head: Head) -> None:
        self.done = False
        self.contents = 0
        self.usable = False
        self._undecodable = False
        self._spoken = False
        self._asked = asked
        self._head = head
        self._completion = Completion(asked, streamed=True)
        self.notes = self._completion.notes
        if not asked.stream:
            self.notes.add("unrequested_stream")

    def take(self, event: str, data: str, offset: int) -> None:
        """Take one event, which began at byte `offset`; raises CallError where it is an error."""
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            self._take_text(event, data, offset)
            return
        if not isinstance(chunk, dict):
            self._take_text(event, data, offset)
            return
        self.usable = True
        if event == "error" or envelope.is_error(chunk):
            raise self._error(envelope.find(chunk))
        self._completion.head(chunk)
        self._take_choices(chunk)

    def _take_text(self, event: str, data: str, offset: int) -> None:
        stripped = data.strip()
        if stripped == DONE:
            self.done = True
        elif event == "error":
            raise self._error(envelope.find_in_text(data))
        elif stripped:
            self._undecodable = True
            self.notes.add("undecodable_event", f"at byte {offset}: {stripped}")

    def _take_choices(self, chunk: JsonObject) -> None:
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            self.notes.add("nonstandard_shape", "a chunk without a list of choices")
            return
        found = False
        for data in choices:
            found |= self._take_choice(data)
        self.contents += found

    def _take_choice(self, data: Json) -> bool:
        if not isinstance(data, dict):
            self.notes.add("nonstandard_shape", "a choice is no object")
            return False
        choice = self._completion.choice(data)
        delta = data.get("delta")
        if not isinstance(delta, dict):
            self.notes.add("nonstandard_shape", "a choice without a delta object")
            delta = find_message(data, self.notes)
        self._spoken |= holds_message(data)
        found = choice.add(delta)
        choice.end(data.get("finish_reason"))
        if choice.finish_reason in finish.BROKEN:
            raise self._error(envelope.find(data.get("error") or choice.finish_reason))
        return found

    def end(self, raw: bytes, unfinished: str, broken: str = "") -> ChatReply:
        """Give the reply at the end of the stream; raises CallError where it is not whole.

        `raw` is what had come before the first usable event, `unfinished` the data of a last event
        that lacks its blank line, and `broken` says how the connection broke, where it did.
        """
        if not self.usable:
            return self._without_events(raw, broken)
        if not self.done and unfinished.strip() == DONE:
            self.notes.add("missing_done", "no blank line after it")
            self.done = True
        chosen = self._completion.chosen
        finished = chosen is not None and chosen.finish_reason is not None
        if not self.done and not finished:
            raise self._truncated(broken or "the stream ended without a finish_reason or [DONE]")
        if chosen is None:
            raise faults.invalid(self._asked, self._head, "a stream without any choice")
        if not self._spoken:
            raise faults.invalid(self._asked, self._head, "a stream without any delta")
        if not self.done:
            self.notes.add("missing_done", broken)
        return self._completion.reply().model_copy(update={"stream": self._facts(chosen)})

    def _facts(self, chosen: Choice) -> StreamFacts:
        return StreamFacts(
            contents=self.contents,
            late=chosen.late,
            finishes=chosen.finishes,
            role_first=bool(chosen.role_first),
            done=self.done,
        )

    def _without_events(self, raw: bytes, broken: str) -> ChatReply:
        """Read a stream that held no event as JSON, as some gateways send their errors."""
        text = raw.decode("utf-8", "replace")
        if first_value(text) is not None:
            return read_reply(self._asked, self._head, raw)
        if self._undecodable:
            why = f"{self._asked.host} sent a stream without a usable event"
            seen = "".join(f": {warning.detail}" for warning in self.notes.warnings)
            raise faults.fault("stream_protocol", why + seen, self._head, self.partial())
        if broken or _keeps_alive(text):
            raise self._truncated(broken or "the stream ended before its first event")
        why = "a stream without events" if text.strip() else "an empty stream"
        raise faults.invalid(self._asked, self._head, why, text)

    def partial(self) -> ChatReply:
        """Give what has arrived."""
        return self._completion.partial()

    def _truncated(self, why: str) -> CallError:
        message = f"{self._asked.host} broke off: {why}"
        return faults.fault("stream_truncated", message, self._head, self.partial())

    def _error(self, found: Envelope) -> CallError:
        return faults.reported(self._asked, self._head, found, self.partial())


def _keeps_alive(text: str) -> bool:
    """Whether there is something, and all of it is comments."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(line.startswith(":") for line in lines)
