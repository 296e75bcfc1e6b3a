"""Views made of replies, and checks judged on them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

from evalkit.model.chat import ChatReply
from evalkit.model.check import Check, Verdict, View
from evalkit.model.transcript import Exchange, Transcript

Said: TypeAlias = str | Mapping[str, Any]
"""A reply: its text, or the fields of a ChatReply."""


def _exchange(said: Said, turn: int, response_format: Any = None) -> Exchange:
    fields = {"text": said} if isinstance(said, str) else said
    reply = ChatReply.model_validate(fields)
    return Exchange(turn=turn, added=(), reply=reply, response_format=response_format)


@pytest.fixture
def turn_of() -> Callable[..., View]:
    """Make the view of one turn; several replies are those of its exchanges."""

    def make(*said: Said, response_format: Any = None, **keys: Any) -> View:
        exchanges = tuple(_exchange(one, 0, response_format) for one in said)
        return View(Transcript(exchanges=exchanges), exchanges, turn=0, **keys)

    return make


@pytest.fixture
def conversation_of() -> Callable[..., View]:
    """Make the view of a conversation with one reply a turn."""

    def make(*said: Said) -> View:
        exchanges = tuple(_exchange(one, turn) for turn, one in enumerate(said))
        return View(Transcript(exchanges=exchanges), exchanges)

    return make


@pytest.fixture
def judge() -> Callable[[Check, View], Verdict]:
    """Judge a view with a check that asks nobody."""

    def give(check: Check, view: View) -> Verdict:
        dialogue = check.verdict(view)
        try:
            next(dialogue)
        except StopIteration as stop:
            verdict: Verdict = stop.value
            return verdict
        pytest.fail(f"{check!r} asked something")

    return give
