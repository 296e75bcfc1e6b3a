"""Views made of replies, and checks judged on them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pytest

from evalkit.errors import CheckError
from evalkit.model.chat import ChatReply, Message, TextPart
from evalkit.model.check import Check, Verdict, View
from evalkit.model.consultation import EmbeddingReply, ModerationReply, Reply
from evalkit.model.dialogue import Answer, Ask, Call, Question, advance
from evalkit.model.judging import Judging
from evalkit.model.price import Price
from evalkit.model.transcript import Exchange, Transcript

Said: TypeAlias = str | Mapping[str, Any]
"""A reply: its text, or the fields of a ChatReply."""

SETTINGS = ("user", "tools", "response_format", "params", "price", "judge", "answers")
"""What a scene may say beside its replies."""


def _reply(said: Said) -> ChatReply:
    return ChatReply.model_validate({"text": said} if isinstance(said, str) else said)


def _exchange(said: Said, turn: int, settings: Mapping[str, Any]) -> Exchange:
    user = settings.get("user")
    added = [Message(role="user", parts=(TextPart(text=user),))] if user else []
    return Exchange(
        turn=turn,
        added=tuple(added),
        reply=_reply(said),
        response_format=settings.get("response_format"),
        tools=tuple(settings.get("tools", ())),
        params=settings.get("params", {}),
    )


def _view(exchanges: Sequence[Exchange], turn: int | None, keys: Mapping[str, Any]) -> View:
    beside = {key: value for key, value in keys.items() if key not in SETTINGS}
    price, judge = keys.get("price"), keys.get("judge", {"deployment": "referee"})
    return View(
        Transcript(exchanges=tuple(exchanges)),
        tuple(exchanges),
        turn=turn,
        price=None if price is None else Price.model_validate(price, strict=False),
        judge=Judging.model_validate(judge),
        **beside,
    )


@pytest.fixture
def turn_of() -> Callable[..., View]:
    """Make the view of one turn; several replies are those of its exchanges."""

    def make(*said: Said, **keys: Any) -> View:
        return _view([_exchange(one, 0, keys) for one in said], 0, keys)

    return make


@pytest.fixture
def conversation_of() -> Callable[..., View]:
    """Make the view of a conversation with one reply a turn."""

    def make(*said: Said, **keys: Any) -> View:
        return _view([_exchange(one, turn, keys) for turn, one in enumerate(said)], None, keys)

    return make


@pytest.fixture
def scene(
    turn_of: Callable[..., View], conversation_of: Callable[..., View]
) -> Callable[..., View]:
    """Make the view that the comment of a docstring's example tells of."""

    def make(told: Any) -> View:
        if isinstance(told, list):
            return turn_of(*told)
        if isinstance(told, str) or not {"reply", "replies", "turns", *SETTINGS} & set(told):
            return turn_of(told)
        keys = {key: told[key] for key in SETTINGS if key in told}
        if "turns" in told:
            return conversation_of(*told["turns"], **keys)
        replies = told.get("replies", [told.get("reply", "")])
        return turn_of(*replies, **keys)

    return make


def read_answer(told: Any) -> Reply | CheckError:
    """Read what a deployment answers to a check: a text, or the fields of a reply."""
    if isinstance(told, Mapping) and "vectors" in told:
        return EmbeddingReply.model_validate(told)
    if isinstance(told, Mapping) and "flagged" in told:
        return ModerationReply.model_validate(told)
    return _reply(told)


def _answered(question: Question, answers: Iterator[Any]) -> Answer:
    if isinstance(question, tuple):
        return tuple(_answered(one, answers) for one in question)
    if isinstance(question, Ask):
        told = next(answers)
        return told if isinstance(told, Exception) else read_answer(told)
    return _called(question)


def _called(call: Call) -> Any:
    try:
        return call.function(**call.arguments)
    except Exception as error:  # noqa: BLE001 - a check's own Python may raise anything
        return CheckError("check_bug", f"{type(error).__name__}: {error}")


@pytest.fixture
def judge() -> Callable[..., Verdict]:
    """Judge a view with a check; what it asks gets `answers` in turn, the last one for ever."""

    def give(check: Check, view: View, answers: Sequence[Any] = ()) -> Verdict:
        dialogue, answer = check.verdict(view), None
        told = _for_ever(answers)
        while True:
            try:
                question = advance(dialogue, answer)
            except StopIteration as stop:
                verdict: Verdict = stop.value
                return verdict
            answer = _answered(question, told)

    return give


def _for_ever(answers: Sequence[Any]) -> Iterator[Any]:
    yield from answers
    while answers:
        yield answers[-1]
    pytest.fail("the check asked something")
