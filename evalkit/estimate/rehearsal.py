"""An attempt rehearsed: the real programs ask, replies are made up, and what is asked is kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

from evalkit import grading
from evalkit.conversation import play
from evalkit.errors import CheckError
from evalkit.estimate.sizes import Guess, reply_text, sent
from evalkit.model.chat import ChatReply
from evalkit.model.check import Check, Expectation
from evalkit.model.consultation import (
    EmbeddingReply,
    EmbeddingRequest,
    ModerationReply,
    ModerationRequest,
    Reply,
)
from evalkit.model.deployment import Deployment, Limits
from evalkit.model.dialogue import Answer, Ask, Call, Dialogue, advance
from evalkit.model.judging import Judging
from evalkit.model.suite import Conversation
from evalkit.model.trial import Item, Trial
from evalkit.source import Span

R = TypeVar("R")

MOST_ROUNDS = 25
"""Rounds of questions after which a check that goes on asking is no longer followed."""

HIDDEN = Limits(concurrency=10_000)
"""What can be said of limits that are not known: they may be as wide as any."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that an attempt makes: of whom, and its tokens.

    `further` says that it is only made where the first answers were of no use.
    """

    deployment: str
    prompt: int
    completion: int
    tested: bool = False
    further: bool = False


class Rehearsal:
    """One attempt of an item, of whose checks only those are judged that ask a deployment."""

    def __init__(self, item: Item, guess: Guess) -> None:
        self._item = replace(item, conversation=_only_asking(item.conversation))
        self._guess = guess
        self._tested = True
        self.asked: list[Asked] = []

    def run(self) -> tuple[Asked, ...]:
        """Give all that the attempt asks, in order."""
        played = self._follow(play(Trial(self._item, 1)), len(self._item.conversation.turns))
        self._tested = False
        if played is not None:
            self._follow(grading.whole(self._item.conversation, played), MOST_ROUNDS)
        return tuple(self.asked)

    def _follow(self, dialogue: Dialogue[R], rounds: int) -> R | None:
        """Answer a dialogue to its end; None where that takes more rounds."""
        answer: Answer = None
        for number in count():
            try:
                question = advance(dialogue, answer)
            except StopIteration as stop:
                result: R = stop.value
                return result
            if number == rounds:
                dialogue.close()
                return None
            if isinstance(question, tuple):
                answer = tuple(self._answer(one, number) for one in question)
            else:
                answer = self._answer(question, number)
        return None

    def _answer(self, question: Ask | Call, number: int) -> Reply | CheckError:
        if isinstance(question, Call):
            return CheckError("not_run", "no code of the author's is run")
        request = question.request
        completion = self._guess.completion(request, deployment_of(self._item, question.deployment))
        further = number > 0 and not self._tested
        self.asked.append(
            Asked(question.deployment, sent(request), completion, self._tested, further)
        )
        if isinstance(request, EmbeddingRequest):
            return EmbeddingReply(vectors=((1.0,),) * len(request.texts))
        if isinstance(request, ModerationRequest):
            return ModerationReply(flagged=False)
        return ChatReply(text=reply_text(completion))


def deployment_of(item: Item, name: str) -> Deployment:
    """Find a deployment that an item asks; one without limits where variables hide what it is."""
    return item.deployment_of(name) or Deployment(name=name, span=place(item, name), limits=HIDDEN)


def place(item: Item, name: str) -> Span:
    """Say where a deployment is defined."""
    drafts = (draft for draft in item.suite.deployments if draft.name == name)
    return next((draft.span for draft in drafts), item.suite.span)


def _only_asking(conversation: Conversation) -> Conversation:
    """Keep the checks that ask a deployment, those inside others too; no turn ends it early."""
    judge = conversation.judge
    turns = tuple(
        turn.model_copy(update={"expect": tuple(_asking(turn.expect, judge))})
        for turn in conversation.turns
    )
    whole = tuple(_asking(conversation.expect, judge))
    changes = {"turns": turns, "expect": whole, "on_turn_failure": "continue"}
    return conversation.model_copy(update=changes)


def _asking(expectations: Iterable[Expectation], judge: Judging) -> Iterator[Expectation]:
    for demand in expectations:
        family = demand.check.family if isinstance(demand.check, Check) else ()
        asking = (check for check in family if check.consults(judge))
        yield from (replace(demand, check=check) for check in asking)
