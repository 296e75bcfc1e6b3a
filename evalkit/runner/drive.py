"""Where a dialogue meets an event loop: its questions are asked, and their answers given to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from evalkit.model.dialogue import FAILURES, Answer, Ask, Call, Dialogue, Question
from evalkit.model.dialogue import advance as next_question

T = TypeVar("T")
R = TypeVar("R")


class Answering(Protocol):
    """Gives the answer to a question; raises a Failure and nothing else."""

    def __call__(self, question: Ask | Call, /) -> Awaitable[Answer]: ...


class Advance(Protocol):
    """Runs a step of a dialogue where steps are run, and brings back what it returns or raises."""

    def __call__(self, step: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Ended(Generic[R]):
    """A dialogue's result, kept apart from its questions."""

    result: R


async def drive(dialogue: Dialogue[R], advance: Advance, answer: Answering) -> R:
    """Carry a dialogue's questions to `answer` until it returns."""
    step = await advance(partial(_step, dialogue, None))
    while not isinstance(step, Ended):
        told = await _answer(step, answer)
        step = await advance(partial(_step, dialogue, told))
    return step.result


def _step(dialogue: Dialogue[R], answer: Answer) -> Question | Ended[R]:
    try:
        return next_question(dialogue, answer)
    except StopIteration as stop:
        return Ended(stop.value)


async def _answer(question: Question, answer: Answering) -> Answer:
    if not isinstance(question, tuple):
        return await _told(question, answer)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_told(one, answer)) for one in question]
    return tuple(task.result() for task in tasks)


async def _told(question: Ask | Call, answer: Answering) -> Answer:
    try:
        return await answer(question)
    except FAILURES as failure:
        return failure
