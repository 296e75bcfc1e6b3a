"""Dialogues: pure programs that ask deployments and are answered, without an event loop."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from evalkit.model.chat import CallError, ChatReply, ChatRequest

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a deployment, by its name."""

    deployment: str
    request: ChatRequest


Reply: TypeAlias = ChatReply
Question: TypeAlias = Ask | tuple[Ask, ...]
Answer: TypeAlias = Any
"""To an Ask a Reply, and its CallError is thrown; to a tuple a tuple of `Reply | CallError`."""

Dialogue: TypeAlias = Generator[Question, Answer, R]


def together(dialogues: Sequence[Dialogue[R]]) -> Dialogue[tuple[R, ...]]:
    """Advance independent dialogues in lockstep: what they ask in a round is asked at once."""
    results: dict[int, R] = {}
    answers: dict[int, Answer] = dict.fromkeys(range(len(dialogues)))
    while answers:
        questions: dict[int, Question] = {}
        for index, answer in answers.items():
            try:
                questions[index] = _advance(dialogues[index], answer)
            except StopIteration as stop:
                results[index] = stop.value
        answers = (yield from _ask_all(questions)) if questions else {}
    return tuple(results[index] for index in range(len(dialogues)))


def _advance(dialogue: Dialogue[R], answer: Answer) -> Question:
    if isinstance(answer, CallError):
        return dialogue.throw(answer)
    return dialogue.send(answer)


def _ask_all(questions: dict[int, Question]) -> Dialogue[dict[int, Answer]]:
    asks: list[Ask] = []
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
