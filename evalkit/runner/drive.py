"""Where a dialogue meets an event loop: its questions are asked, and their answers given to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeAlias, TypeVar

from evalkit.model.chat import CallError, ChatReply
from evalkit.model.dialogue import Answer, Ask, Dialogue, Question

T = TypeVar("T")
R = TypeVar("R")

Call: TypeAlias = Callable[[Ask], Awaitable[ChatReply]]
"""Asks a deployment; raises CallError and nothing else."""


class Advance(Protocol):
    """Runs a step of a dialogue where steps are run, and brings back what it returns or raises."""

    def __call__(self, step: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Ended(Generic[R]):
    """A dialogue's result, kept apart from its questions."""

    result: R


async def drive(dialogue: Dialogue[R], advance: Advance, call: Call) -> R:
    """Carry a dialogue's questions to `call` until it returns."""
    step = await advance(partial(_step, dialogue, None))
    while not isinstance(step, Ended):
        answer = await _answer(step, call)
        step = await advance(partial(_step, dialogue, answer))
    return step.result


def _step(dialogue: Dialogue[R], answer: Answer) -> Question | Ended[R]:
    try:
        if isinstance(answer, CallError):
            return dialogue.throw(answer)
        return dialogue.send(answer)
    except StopIteration as stop:
        return Ended(stop.value)


async def _answer(question: Question, call: Call) -> Answer:
    if isinstance(question, Ask):
        return await _reply(question, call)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_reply(ask, call)) for ask in question]
    return tuple(task.result() for task in tasks)


async def _reply(ask: Ask, call: Call) -> ChatReply | CallError:
    try:
        return await call(ask)
    except CallError as error:
        return error
