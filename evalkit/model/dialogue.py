"""Dialogues: pure programs that ask deployments and are answered, without an event loop."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from evalkit.errors import CheckError
from evalkit.model.chat import CallError
from evalkit.model.consultation import Request

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a deployment, by its name."""

    deployment: str
    request: Request


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the author's own Python, within so many seconds; its answer is what it returns."""

    function: Callable[..., Any]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 60.0


Question: TypeAlias = Ask | Call | tuple[Ask | Call, ...]
Failure: TypeAlias = CallError | CheckError
FAILURES = (CallError, CheckError)
Answer: TypeAlias = Any
"""To an Ask its reply, to a Call what it returned; a Failure is thrown.

To a tuple it is a tuple of answers, and the failures stand in it.
"""

Dialogue: TypeAlias = Generator[Question, Answer, R]


def advance(dialogue: Dialogue[R], answer: Answer) -> Question:
    """Give a dialogue an answer, and get its next question; raises StopIteration at its end."""
    if isinstance(answer, FAILURES):
        return dialogue.throw(answer)
    return dialogue.send(answer)


def together(dialogues: Sequence[Dialogue[R]]) -> Dialogue[tuple[R, ...]]:
    """Advance independent dialogues in lockstep: what they ask in a round is asked at once."""
    results: dict[int, R] = {}
    answers: dict[int, Answer] = dict.fromkeys(range(len(dialogues)))
    while answers:
        questions: dict[int, Question] = {}
        for index, answer in answers.items():
            try:
                questions[index] = advance(dialogues[index], answer)
            except StopIteration as stop:
                results[index] = stop.value
        answers = (yield from _ask_all(questions)) if questions else {}
    return tuple(results[index] for index in range(len(dialogues)))


def _ask_all(questions: dict[int, Question]) -> Dialogue[dict[int, Answer]]:
    asks: list[Ask | Call] = []
    for question in questions.values():
        asks += question if isinstance(question, tuple) else (question,)
    replies = list((yield tuple(asks)))
    answers: dict[int, Answer] = {}
    for index, question in questions.items():
        if isinstance(question, tuple):
            answers[index] = tuple(replies[: len(question)])
            del replies[: len(question)]
        else:
            answers[index] = replies.pop(0)
    return answers
