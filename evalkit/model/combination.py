"""Checks made of checks: how many of them hold decides."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self

from pydantic import model_validator

from evalkit.model.check import WARNING, Check, Child, Evidence, Scope, Verdict, View
from evalkit.model.dialogue import Dialogue, together

TOLD = 3
"""The most checks whose reasons are told in one sentence."""


class Combination(Check):
    """Several checks of which so many have to hold; optional ones are only told of.

    One that cannot judge counts both ways: only where that decides can the combination not judge
    either.
    """

    scopes = frozenset({"turn", "conversation"})

    checks: tuple[Child, ...]

    @abstractmethod
    def holds(self, passing: int) -> bool:
        """Whether it holds where so many of the required checks do."""

    @property
    def required(self) -> int:
        """Count the checks that decide."""
        return sum(not check.optional for check in self.checks)

    @model_validator(mode="after")
    def _can_be_decided(self) -> Self:
        if not self.checks:
            raise ValueError("there is no check in it")
        if not self.required:
            raise ValueError("all checks in it are optional, so none decides")
        return self

    def fits(self, scope: Scope) -> bool:
        return all(check.fits(scope) for check in self.checks)

    def judge(self, view: View) -> Dialogue[Verdict]:
        judged = yield from together([check.verdict(view) for check in self.checks])
        parts = tuple(map(_signed, self.checks, judged))
        counted = [part for part in parts if part.counts]
        passing = [part for part in counted if part.status == "passed"]
        open_ = [part for part in counted if part.status == "error" or part.warns]
        sure = len(passing) - sum(part.warns for part in passing)
        ends = {self.holds(sure + more) for more in range(len(open_) + 1)}
        if len(ends) > 1:
            return _undecided(parts, open_)
        holds = ends.pop()
        told = self._count(counted, holds=holds)
        verdict = Verdict.when(holds, yes=told, no=told, evidence=_evidence(parts))
        return verdict.model_copy(update={"parts": parts})

    def _count(self, counted: Sequence[Verdict], *, holds: bool) -> str:
        """Say how many hold, and tell those that made the difference."""
        passing = [part for part in counted if part.status == "passed"]
        others = [part for part in counted if part.status != "passed"]
        total = len(counted)
        if not others:
            return f"all {total} hold: {_told(passing)}" if total > 1 else _told(passing)
        if not passing:
            return f"none of {total} holds: {_told(others)}" if total > 1 else _told(others)
        verb = "holds" if len(passing) == 1 else "hold"
        lacks = not holds and self.holds(total)
        end = f", but {_told(others)}" if lacks else f": {_told(passing)}"
        return f"{len(passing)} of {total} {verb}{end}"


def _undecided(parts: tuple[Verdict, ...], open_: Sequence[Verdict]) -> Verdict:
    """Err where an error decides; what is only warned of goes on as a warning."""
    reason, evidence = f"{_told(open_)}, which decides", _evidence(parts)
    errors = [part for part in open_ if part.status == "error"]
    if errors:
        verdict = Verdict.error(errors[0].kind, reason)
    else:
        verdict = Verdict(status="passed", reason=reason)
        evidence = (*evidence, Evidence(message=WARNING))
    return verdict.model_copy(update={"parts": parts, "evidence": evidence})


def _signed(check: Check, verdict: Verdict) -> Verdict:
    update = {"check": check.key(), "label": check.label, "optional": check.optional}
    return verdict.model_copy(update={**update, "weight": check.weight})


def _told(parts: Sequence[Verdict]) -> str:
    more = f"; and {len(parts) - TOLD} more" if len(parts) > TOLD else ""
    return "; ".join(f"{part.label or part.check}: {part.reason}" for part in parts[:TOLD]) + more


def _evidence(parts: Sequence[Verdict]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(pointer=f"{number}: {part.label or part.check}", message=part.reason)
        for number, part in enumerate(parts, 1)
    )
