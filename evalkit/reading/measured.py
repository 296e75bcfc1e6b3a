"""What was measured against the limits that an author sets, and what could not be measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from evalkit.errors import CheckError
from evalkit.model.check import WARNING, Evidence, Verdict
from evalkit.model.limit import Limit

Missing = Literal["error", "warn"]
"""What becomes of a check where a deployment does not report what is to be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A quantity and its limit; `subject`, `figure` and `what` read as a sentence.

    `figure` is the value as it is written, with the unit that is repeated behind the limit.
    """

    pointer: str
    subject: str
    figure: str
    value: float
    limit: Limit
    what: str = ""
    unit: str = ""

    @property
    def kept(self) -> bool:
        return self.limit.allows(self.value)

    @property
    def bounds(self) -> str:
        return f"{self.limit}{self.unit}"

    @property
    def told(self) -> str:
        """Tell the quantity without its subject, beside its limit."""
        quantity = f"{self.figure} {self.what}".rstrip()
        return f"{quantity} ({self.bounds})" if self.kept else f"{quantity}, not {self.bounds}"

    @property
    def evidence(self) -> Evidence:
        against = self.bounds if self.kept else f"not {self.bounds}"
        return Evidence(pointer=self.pointer, message=f"{self.figure}, {against}")


@dataclass(frozen=True, slots=True)
class Unknown:
    """What could not be measured and why; one that is not fatal is only warned of."""

    pointer: str
    message: str
    fatal: bool = True

    @property
    def evidence(self) -> Evidence:
        return Evidence(pointer=self.pointer, message=WARNING, excerpt=self.message)


def require_decisive(limits: Iterable[Limit | None]) -> None:
    """Raise ValueError where a limit decides nothing of a quantity that is never below 0."""
    for limit in limits:
        if limit is not None and limit.fault:
            raise ValueError(limit.fault)


def sentence(measured: Sequence[Measured]) -> str:
    """Tell quantities in one sentence, the subject of neighbours once."""
    groups = groupby(measured, key=lambda one: one.subject)
    return " and ".join(
        f"{subject} {' and '.join(one.told for one in group)}" for subject, group in groups
    )


def judged(
    measured: Sequence[Measured],
    unknown: Sequence[Unknown] = (),
    told: Sequence[Measured] | None = None,
) -> Verdict:
    """Fail where a limit is broken, whatever is unknown beside it; raises CheckError.

    Where none is, an unknown quantity is an error if it is fatal, and otherwise a pass that warns.
    `told` are those that the reason of a plain pass names, all of them if it is left out.
    """
    broken = [one for one in measured if not one.kept]
    evidence = tuple(one.evidence for one in measured)
    if broken:
        return Verdict(status="failed", reason=sentence(broken), evidence=evidence)
    for one in unknown:
        if one.fatal:
            raise CheckError("unknown", one.message)
    reason = sentence(measured if told is None else told)
    if unknown:
        reason = f"unknown: {'; '.join(one.message for one in unknown)}"
        evidence = (*evidence, *(one.evidence for one in unknown))
    return Verdict(status="passed", reason=reason, evidence=evidence)
