"""Grading: what was said meets what is expected, and verdicts come of it."""

import math
from collections.abc import Sequence

from evalkit.model.check import Check, Expectation, Verdict, View
from evalkit.model.dialogue import Dialogue, together
from evalkit.model.outcome import Played, Status
from evalkit.model.suite import Conversation
from evalkit.model.transcript import Exchange, Transcript


def turn(
    conversation: Conversation, index: int, transcript: Transcript
) -> Dialogue[tuple[Verdict, ...]]:
    """Judge turn `index`; one that asked nothing or met a fault has no verdicts."""
    exchanges = tuple(said for said in transcript.exchanges if said.turn == index)
    if not _answered(exchanges):
        return ()
    step = conversation.turns[index]
    json_from = step.json_from or conversation.json_from
    view = View(transcript, exchanges, turn=index, json_from=json_from)
    return (yield from _judge(step.expect, view))


def whole(conversation: Conversation, played: Played) -> Dialogue[tuple[Verdict, ...]]:
    """Judge the turns that are not graded yet, and the whole conversation where it was finished.

    The verdicts of the turns come first, in the order of the turns.
    """
    transcript = played.transcript
    asked = sorted({said.turn for said in transcript.exchanges} - played.graded)
    dialogues = [turn(conversation, index, transcript) for index in asked]
    *turns, own = yield from together([*dialogues, _own(conversation, transcript)])
    verdicts = [*played.verdicts, *(verdict for given in turns for verdict in given)]
    return (*sorted(verdicts, key=_turn), *own)


def status(transcript: Transcript, verdicts: Sequence[Verdict]) -> tuple[Status, str]:
    """Say what a trial comes to and why; what failed counts before what could not be judged."""
    required = [verdict for verdict in verdicts if verdict.counts]
    for verdict in required:
        if verdict.status == "failed":
            return "failed", _sentence(verdict)
    for verdict in required:
        if verdict.status == "error":
            return "error", _sentence(verdict)
    if transcript.fault:
        place = f"turn {transcript.exchanges[-1].turn + 1}"
        return "error", f"{place}: {transcript.fault.kind}: {transcript.fault.message}"
    return "passed", _all_hold(len(required))


def _own(conversation: Conversation, transcript: Transcript) -> Dialogue[tuple[Verdict, ...]]:
    """Judge the whole conversation; one that broke off could only be judged in part."""
    asked = {said.turn for said in transcript.exchanges}
    wanted = {index for index in range(len(conversation.turns)) if conversation.requested(index)}
    if transcript.fault or wanted - asked:
        return ()
    view = View(transcript, transcript.exchanges, json_from=conversation.json_from)
    return (yield from _judge(conversation.expect, view))


def _judge(expectations: Sequence[Expectation], view: View) -> Dialogue[tuple[Verdict, ...]]:
    verdicts = yield from together([_check(wanted).verdict(view) for wanted in expectations])
    pairs = zip(expectations, verdicts, strict=True)
    return tuple(_signed(verdict, wanted, view.turn) for wanted, verdict in pairs)


def _check(expectation: Expectation) -> Check:
    if isinstance(expectation.check, Check):
        return expectation.check
    raise TypeError(f"{expectation.span}: {expectation.name} still waits for its values")


def _signed(verdict: Verdict, expectation: Expectation, turn: int | None) -> Verdict:
    """Say in a verdict whose it is."""
    check = _check(expectation)
    return verdict.model_copy(
        update={
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
