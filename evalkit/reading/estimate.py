"""Estimates of the tokens of replies, for deployments that do not report them."""

import warnings
from functools import cache
from typing import Protocol

from evalkit.errors import CheckError
from evalkit.model.chat import ChatReply

ENCODING = "o200k_base"
PIECE = 50_000
"""Characters that are counted at once: the tokenizer refuses more than so many tokens."""

MOST_COUNTED = 2_000_000
"""Characters that are counted; a longer reply is taken to go on as it began."""


class Encoding(Protocol):
    """What is needed of a tokenizer."""

    def encode_ordinary(self, text: str) -> list[int]: ...


def estimated_completion(reply: ChatReply) -> int:
    """Estimate the tokens of a reply; raises CheckError without the extra `tokens`.

    All that can be read of it counts, by the tokenizer of OpenAI's newer models, whichever model
    wrote it.
    """
    calls = (text for call in reply.tool_calls for text in (call.name, call.arguments))
    return sum(map(count, (reply.reasoning or "", reply.text, reply.refusal or "", *calls)))


def count(text: str) -> int:
    """Count the tokens of a text."""
    encoding, counted = _encoding(), text[:MOST_COUNTED]
    starts = range(0, len(counted), PIECE)
    tokens = sum(len(encoding.encode_ordinary(counted[start : start + PIECE])) for start in starts)
    return round(tokens * len(text) / max(1, len(counted)))


@cache
def _encoding() -> Encoding:
    with warnings.catch_warnings():  # it opens its tables in a way that Python 3.11 advises against
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            from bpe_openai import get_encoding  # type: ignore[import-untyped] # it ships no types
        except ImportError as error:
            message = "an estimate needs the extra: pip install 'evalkit[tokens]'"
            raise CheckError("missing_extra", message) from error
        encoding: Encoding = get_encoding(ENCODING)
    return encoding
