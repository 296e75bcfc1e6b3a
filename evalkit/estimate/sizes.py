"""How many tokens a request and its reply are taken to have, before anything is sent."""

import re
from dataclasses import dataclass
from math import ceil
from typing import Final

from evalkit.dialect.weight import CHARACTERS, completion_limit, prompt_tokens
from evalkit.model.chat import ChatRequest
from evalkit.model.consultation import EmbeddingRequest, Request
from evalkit.model.deployment import Deployment
from evalkit.wire.buckets import FIRST_GUESS

__all__ = ["FIRST_GUESS", "Guess", "reply_text", "sent"]

MADE_UP: Final = re.compile(r"<reply of (\d+) tokens>")
"""Stands for a whole reply wherever its text goes, so that no long text has to be made."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The tokens of a reply where nothing is known of it; `tokens` None is the first guess.

    A reply that is limited is taken to use all that it may, but no more than `tokens` if given.
    """

    tokens: int | None = None

    def completion(self, request: Request, deployment: Deployment) -> int:
        """Give the tokens of the reply to a request."""
        limit = completion_limit(request, deployment)
        if limit is None:
            return FIRST_GUESS if self.tokens is None else self.tokens
        return max(0, limit if self.tokens is None else min(limit, self.tokens))


def reply_text(tokens: int) -> str:
    """Write what stands for a reply of so many tokens."""
    return f"<reply of {tokens} tokens>"


def sent(request: Request) -> int:
    """Estimate the tokens that a request sends, made-up replies at their full size."""
    found = [match for text in _texts(request) for match in MADE_UP.finditer(text)]
    written = sum(ceil(len(match[0]) / CHARACTERS) for match in found)
    return prompt_tokens(request) - written + sum(int(match[1]) for match in found)


def _texts(request: Request) -> tuple[str, ...]:
    if isinstance(request, ChatRequest):
        return tuple(message.text for message in request.messages)
    return request.texts if isinstance(request, EmbeddingRequest) else (request.text,)
