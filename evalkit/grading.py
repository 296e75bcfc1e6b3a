"""Grading: what was said meets what is expected, and verdicts come of it."""

import math
from collections.abc import Iterator, Sequence
from typing import TypeVar

from evalkit.model.chat import CallError
from evalkit.model.check import Check, Expectation, Verdict, View
from evalkit.model.consultation import Consultation
from evalkit.model.dialogue import FAILURES, Answer, Ask, Dialogue, Question, advance, together
from evalkit.model.outcome import Played, Status
from evalkit.model.price import Price
from evalkit.model.suite import Conversation
from evalkit.model.transcript import Exchange, Transcript

R = TypeVar("R")

NEVER_OUTWEIGHED = "complete"
"""The check that a threshold does not weigh against others: a reply that broke off is none."""


def turn(
    conversation: Conversation, index: int, transcript: Transcript, price: Price | None = None
) -> Dialogue[tuple[Verdict, ...]]:
    """Judge turn `index`; one that asked nothing or met a fault has no verdicts."""
    exchanges = tuple(said for said in transcript.exchanges if said.turn == index)
    if not _answered(exchanges):
        return ()
    step = conversation.turns[index]
    view = View(
        transcript,
        exchanges,
        turn=index,
        json_from=step.json_from or conversation.json_from,
        price=price,
        judge=conversation.judge,
    )
    return (yield from _judge(step.expect, view))


def whole(
    conversation: Conversation, played: Played, price: Price | None = None
) -> Dialogue[tuple[Verdict, ...]]:
    """Judge the turns that are not graded yet, and the whole conversation where it was finished.

    The verdicts of the turns come first, in the order of the turns.
    """
    transcript = played.transcript
    asked = sorted({said.turn for said in transcript.exchanges} - played.graded)
    dialogues = [turn(conversation, index, transcript, price) for index in asked]
    *turns, own = yield from together([*dialogues, _own(conversation, transcript, price)])
    verdicts = [*played.verdicts, *(verdict for given in turns for verdict in given)]
    return (*sorted(verdicts, key=_turn), *own)


def status(
    transcript: Transcript, verdicts: Sequence[Verdict], threshold: float | None = None
) -> tuple[Status, str]:
    """Say what a trial comes to and why; what failed counts before what could not be judged.

    With a `threshold` the weight of what holds decides, as a share of all that is required; what
    could not be judged counts both ways.
    """
    required = [verdict for verdict in verdicts if verdict.counts]
    gates = [verdict for verdict in required if verdict.check == NEVER_OUTWEIGHED]
    for verdict in gates if threshold else required:
        if verdict.status == "failed":
            return "failed", _sentence(verdict)
    for verdict in gates if threshold else required:
        if verdict.status == "error":
            return "error", _sentence(verdict)
    if transcript.fault:
        place = f"turn {transcript.exchanges[-1].turn + 1}"
        return "error", f"{place}: {transcript.fault.kind}: {transcript.fault.message}"
    if threshold:
        weighed = [verdict for verdict in required if verdict.check != NEVER_OUTWEIGHED]
        return _weighed(weighed, threshold)
    return "passed", _all_hold(len(required))


def _weighed(verdicts: Sequence[Verdict], threshold: float) -> tuple[Status, str]:
    weights = {"passed": 0.0, "failed": 0.0, "error": 0.0}
    for verdict in verdicts:
        weights[verdict.status] += verdict.weight
    total = math.fsum(weights.values())
    least, most = weights["passed"], weights["passed"] + weights["error"]
    told = f"{least:g} of {total:g} by weight holds, and {threshold:g} of it is required"
    broken = (_sentence(verdict) for verdict in verdicts if verdict.status != "passed")
    first = next(broken, "")
    if _reaches(least, total, threshold):
        return "passed", told
    if not _reaches(most, total, threshold):
        return "failed", f"{told}; {first}"
    return "error", f"{told}, which {weights['error']:g} that could not be judged decides; {first}"


def _reaches(weight: float, total: float, threshold: float) -> bool:
    share = threshold * total
    return weight >= share or math.isclose(weight, share)


def _own(
    conversation: Conversation, transcript: Transcript, price: Price | None
) -> Dialogue[tuple[Verdict, ...]]:
    """Judge the whole conversation; one that broke off could only be judged in part."""
    asked = {said.turn for said in transcript.exchanges}
    wanted = {index for index in range(len(conversation.turns)) if conversation.requested(index)}
    if transcript.fault or wanted - asked:
        return ()
    view = View(
        transcript,
        transcript.exchanges,
        json_from=conversation.json_from,
        price=price,
        judge=conversation.judge,
    )
    return (yield from _judge(conversation.expect, view))


def _judge(expectations: Sequence[Expectation], view: View) -> Dialogue[tuple[Verdict, ...]]:
    dialogues = [_noting(_check(wanted).verdict(view)) for wanted in expectations]
    judged = yield from together(dialogues)
    pairs = zip(expectations, judged, strict=True)
    return tuple(_signed(verdict, asked, wanted, view.turn) for wanted, (verdict, asked) in pairs)


def _noting(dialogue: Dialogue[R]) -> Dialogue[tuple[R, tuple[Consultation, ...]]]:
    """Let a dialogue go on as it is, and note what it asks of deployments."""
    asked: list[Consultation] = []
    answer: Answer = None
    while True:
        try:
            question = advance(dialogue, answer)
        except StopIteration as stop:
            return stop.value, tuple(asked)
        try:
            answer = yield question
        except FAILURES as failure:
            answer = failure
        asked += _consultations(question, answer)


def _consultations(question: Question, answer: Answer) -> Iterator[Consultation]:
    pairs = zip(question, answer, strict=True) if isinstance(question, tuple) else None
    for one, told in pairs or ((question, answer),):
        if isinstance(one, Ask):
            what = "fault" if isinstance(told, CallError) else "reply"
            given = told.fault if isinstance(told, CallError) else told
            yield Consultation.model_validate(
                {"deployment": one.deployment, "request": one.request, what: given}
            )


def _check(expectation: Expectation) -> Check:
    if isinstance(expectation.check, Check):
        return expectation.check
    raise TypeError(f"{expectation.span}: {expectation.name} still waits for its values")


def _signed(
    verdict: Verdict, asked: tuple[Consultation, ...], expectation: Expectation, turn: int | None
) -> Verdict:
    """Say in a verdict whose it is, and what was asked for it."""
    check = _check(expectation)
    return verdict.model_copy(
        update={
            "asked": asked,
            "check": expectation.name,
            "label": check.label,
            "weight": check.weight,
            "optional": check.optional,
            "turn": turn,
            "span": expectation.span,
        }
    )


def _answered(exchanges: Sequence[Exchange]) -> bool:
    return bool(exchanges) and all(said.reply is not None for said in exchanges)


def _turn(verdict: Verdict) -> float:
    return math.inf if verdict.turn is None else verdict.turn


def _all_hold(count: int) -> str:
    if count == 0:
        return "nothing is required"
    return "1 required expectation holds" if count == 1 else f"{count} required expectations hold"


def _sentence(verdict: Verdict) -> str:
    place = "conversation" if verdict.turn is None else f"turn {verdict.turn + 1}"
    return f"{place}: {verdict.label or verdict.check}: {verdict.reason}"
