"""How pytest's reports of evalkit's items add up, and what the whole run comes to."""

from collections import Counter
from dataclasses import dataclass, field

import pytest

from evalkit.harness import Written
from evalkit.pytest_plugin.reporting import is_own, unbegun


@dataclass
class Tally:
    """The reports seen so far, and how many items were skipped or not run for which reason.

    `others` says whether other tests ran beside evalkit's items.
    """

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    known: int = 0
    surprises: int = 0
    others: bool = False
    reasons: Counter[str] = field(default_factory=Counter)
    unbegun: Counter[str] = field(default_factory=Counter)
    _seen: set[str] = field(default_factory=set)

    def count(self, report: pytest.TestReport) -> None:
        if not is_own(report):
            self.others = True
        elif report.nodeid not in self._seen:
            self._count(report)

    def _count(self, report: pytest.TestReport) -> None:
        where = self._place(report)
        if where:
            self._seen.add(report.nodeid)
            setattr(self, where, getattr(self, where) + 1)
        self.surprises += where == "passed" and hasattr(report, "wasxfail")
        if where == "skipped" and isinstance(report.longrepr, tuple):
            self.reasons[report.longrepr[2].removeprefix("Skipped: ")] += 1
        if (reason := unbegun(report)) is not None:
            self.unbegun[reason] += 1

    @staticmethod
    def _place(report: pytest.TestReport) -> str | None:
        if report.failed:
            return "failed" if report.when == "call" else "errors"
        if report.skipped:
            return "known" if hasattr(report, "wasxfail") else "skipped"
        return "passed" if report.when == "call" else None

    @property
    def seen(self) -> bool:
        """Whether any item of evalkit's was reported."""
        return bool(self._seen)

    @property
    def total(self) -> int:
        return self.passed + self.failed + self.errors + self.known


@dataclass(frozen=True)
class Conclusion:
    """The exit code of a run, and one sentence that says why."""

    code: int
    sentence: str


def conclude(tally: Tally, written: Written, *, interrupted: bool) -> Conclusion:
    """Conclude a run that had no mistake.

    Where several codes apply: 3 before 8 before 2 before 1 before 6 before 5 before 0.
    """
    if written.broken:
        return Conclusion(3, f"internal error of evalkit: {written.broken[0]}")
    if written.lost:
        return Conclusion(8, written.lost)
    if interrupted:
        recorded = "1 attempt is" if written.recorded == 1 else f"{written.recorded} attempts are"
        return Conclusion(2, f"interrupted; {recorded} recorded")
    return _judge(tally)


def _judge(tally: Tally) -> Conclusion:
    if tally.failed:
        return Conclusion(1, f"{tally.failed} of {_items(tally.total)} failed{_errors(tally)}")
    if tally.errors:
        unsure = f"{tally.errors} of {_items(tally.total)} could not be evaluated"
        unbegun = sum(tally.unbegun.values())
        left = f", {unbegun} of them not run" if unbegun else ""
        return Conclusion(6, f"{unsure}{left}, none failed")
    if not tally.total:
        return Conclusion(5, "every item is skipped" if tally.skipped else "no item is selected")
    hold = "1 item holds" if tally.total == 1 else f"all {_items(tally.total)} hold"
    return Conclusion(0, f"{hold}{_rest(tally)}")


def _items(count: int) -> str:
    return f"{count} item" if count == 1 else f"{count} items"


def _errors(tally: Tally) -> str:
    return f", {tally.errors} could not be evaluated" if tally.errors else ""


def _rest(tally: Tally) -> str:
    known = f", {tally.known} known to fail" if tally.known else ""
    known += f", {tally.surprises} although expected to fail" if tally.surprises else ""
    return known + (f", {tally.skipped} skipped" if tally.skipped else "")
