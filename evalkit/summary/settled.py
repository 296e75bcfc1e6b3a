"""What an item's attempts come to, by its `pass_if`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalkit.model.outcome import Outcome, Status
from evalkit.model.suite import AtLeast, PassIf, Rate


@dataclass(frozen=True, slots=True)
class Settled:
    """An item's status with its reason, and how many attempts came to what."""

    status: Status
    reason: str
    passed: int = 0
    failed: int = 0
    errored: int = 0


def settle(outcomes: Sequence[Outcome], pass_if: PassIf, repeat: int) -> Settled:
    """Judge an item by its attempts.

    One that erred, or was not run, might have passed or failed: the item is judged where neither
    would change the answer. Else it is an error, or not run where no attempt erred.
    """
    passed, failed, errored = (_count(outcomes, word) for word in ("passed", "failed", "error"))
    if not passed + failed + errored:
        return _untried(outcomes)
    needed = _needed(pass_if, repeat)
    status: Status = "error" if errored else "not_run"
    if passed >= needed:
        status = "passed"
    elif repeat - failed < needed:
        status = "failed"
    reason = _cause(outcomes, status)
    if repeat > 1:
        reason = f"{passed} of {repeat} attempts passed, {needed} needed" + (
            reason and f": {reason}"
        )
    return Settled(status, reason, passed, failed, errored)


def _count(outcomes: Sequence[Outcome], status: Status) -> int:
    return sum(outcome.status == status for outcome in outcomes)


def _untried(outcomes: Sequence[Outcome]) -> Settled:
    for outcome in outcomes:
        if outcome.status == "skipped":
            return Settled("skipped", outcome.reason)
    reasons = [outcome.reason for outcome in outcomes if outcome.reason]
    return Settled("not_run", reasons[0] if reasons else "was not run")


def _needed(pass_if: PassIf, repeat: int) -> int:
    """Say how many attempts must pass; a rate is taken as it was written, in decimal."""
    match pass_if:
        case "all":
            return repeat
        case "any":
            return 1
        case "majority":
            return repeat // 2 + 1
        case AtLeast():
            return pass_if.at_least
        case Rate():
            return math.ceil(Fraction(str(pass_if.rate)) * repeat)


def _cause(outcomes: Sequence[Outcome], status: Status) -> str:
    """Give the reason of the first attempt that came to the same, else of the first that tells."""
    alike = [outcome.reason for outcome in outcomes if outcome.status == status]
    other = [outcome.reason for outcome in outcomes if outcome.status != "passed"]
    return next((reason for reason in (*alike, *other) if reason), "")
