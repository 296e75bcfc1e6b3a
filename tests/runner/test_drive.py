"""Dialogues carried to their end: who is asked, when, and what comes back."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from evalkit.model.chat import CallError, ChatReply, ChatRequest, Fault
from evalkit.model.dialogue import Ask, Dialogue
from evalkit.runner.drive import Answering, drive

T = TypeVar("T")
R = TypeVar("R")

LOST = CallError(Fault(kind="connect", message="connection refused"))


async def at_once(step: Callable[[], T]) -> T:
    return step()


async def echo(ask: Any) -> ChatReply:
    """Answer with the deployment's name; `lost` does not answer."""
    if ask.deployment == "lost":
        raise LOST
    return ChatReply(text=ask.deployment)


def ask(deployment: str) -> Ask:
    return Ask(deployment, ChatRequest(messages=()))


def run(dialogue: Dialogue[R], call: Answering = echo) -> R:
    return asyncio.run(drive(dialogue, at_once, call))


def test_a_dialogue_that_asks_nothing_gives_its_result() -> None:
    def silent() -> Dialogue[int]:
        return 7
        yield

    assert run(silent()) == 7


def test_each_question_gets_its_answer() -> None:
    def curious() -> Dialogue[list[str]]:
        first = yield ask("a")
        second = yield ask("b")
        return [first.text, second.text]

    assert run(curious()) == ["a", "b"]


def test_a_failed_call_is_thrown_where_it_was_asked() -> None:
    def careful() -> Dialogue[str]:
        try:
            yield ask("lost")
        except CallError as error:
            return error.fault.message
        return "answered"

    assert run(careful()) == "connection refused"


def test_a_failed_call_that_nobody_catches_is_raised() -> None:
    def careless() -> Dialogue[None]:
        yield ask("lost")

    with pytest.raises(CallError, match="connection refused"):
        run(careless())


def test_a_dialogue_goes_on_after_a_failed_call() -> None:
    def stubborn() -> Dialogue[str]:
        try:
            yield ask("lost")
        except CallError:
            return str((yield ask("a")).text)
        return "answered"

    assert run(stubborn()) == "a"


def test_questions_asked_together_are_answered_in_their_order_with_failures_among_them() -> None:
    def curious() -> Dialogue[object]:
        return (yield (ask("a"), ask("lost"), ask("b")))

    assert run(curious()) == (ChatReply(text="a"), LOST, ChatReply(text="b"))


def test_questions_asked_together_are_under_way_together() -> None:
    def curious() -> Dialogue[int]:
        return len((yield (ask("a"), ask("b"), ask("c"))))

    async def meet() -> int:
        barrier = asyncio.Barrier(3)

        async def call(asked: Any) -> ChatReply:
            async with asyncio.timeout(2), barrier:
                return await echo(asked)

        return await drive(curious(), at_once, call)

    assert asyncio.run(meet()) == 3


def test_no_question_at_all_is_answered_with_nothing() -> None:
    def curious() -> Dialogue[object]:
        return (yield ())

    assert run(curious()) == ()


def test_what_a_dialogue_raises_is_raised() -> None:
    def wrong() -> Dialogue[None]:
        yield ask("a")
        raise KeyError("calories")

    with pytest.raises(KeyError, match="calories"):
        run(wrong())


def test_cancelling_ends_every_call_under_way() -> None:
    ended: list[str] = []

    def curious() -> Dialogue[None]:
        yield (ask("a"), ask("b"))

    async def cancel() -> None:
        barrier = asyncio.Barrier(3)

        async def call(asked: Any) -> ChatReply:
            await barrier.wait()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(asked.deployment)
            return await echo(asked)

        driven = asyncio.create_task(drive(curious(), at_once, call))
        await barrier.wait()
        driven.cancel()
        await asyncio.wait([driven])

    asyncio.run(cancel())
    assert sorted(ended) == ["a", "b"]
