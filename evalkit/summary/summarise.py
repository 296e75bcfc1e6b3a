"""A run as its items and their numbers: settled, counted, and set side by side."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from evalkit.model.outcome import Outcome, Status
from evalkit.model.price import Price
from evalkit.model.run import PlannedItem, Run
from evalkit.summary.consulted import Consulted, consulted
from evalkit.summary.group import Counts, Group, measure
from evalkit.summary.settled import Settled, settle

Prices: TypeAlias = Mapping[str, Price | None]

ItemStatus = Status | Literal["xfailed"]
"""A status, or that an item failed as its author expects."""


@dataclass(frozen=True)
class Result:
    """An item and what it came to; `outcomes` are its attempts in order."""

    item: PlannedItem
    status: ItemStatus
    reason: str
    settled: Settled
    outcomes: tuple[Outcome, ...]

    @property
    def seconds(self) -> float:
        """The attempts' own durations, added up."""
        return sum(outcome.seconds for outcome in self.outcomes)


@dataclass(frozen=True)
class Row:
    """A conversation on each deployment, in the summary's order; None where not planned."""

    suite: str
    conversation: str
    cells: tuple[Result | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the deployments came to different answers; skipped ones gave none."""
        return len({cell.status for cell in self.cells if cell and cell.status != "skipped"}) > 1


@dataclass(frozen=True)
class Summary:
    """The numbers of a run.

    `results` stand in file order. A rate is of the judged items; what could not be judged is
    counted apart. `warnings` counts replies by what their reading had to tolerate. What checks
    asked is in `consulted` alone.
    """

    results: tuple[Result, ...]
    overall: Group
    deployments: tuple[Group, ...]
    suites: tuple[Group, ...]
    tags: tuple[Group, ...]
    rows: tuple[Row, ...]
    consulted: tuple[Consulted, ...]
    warnings: Mapping[str, int]
    duration: float
    complete: bool
    interrupted: bool


def summarise(run: Run) -> Summary:
    """Settle every item and count; outcomes that were never reported are left out."""
    results = _results(run)
    called = dict.fromkeys(deployment.name for deployment in run.start.deployments)
    seen = dict.fromkeys(result.item.deployment for result in results)
    names = [name for name in (called | seen) if name in seen]
    prices = {one.name: one.price for one in (*run.start.consulted, *run.start.deployments)}
    grouped = partial(_groups, results, prices)
    return Summary(
        results=results,
        overall=_group("all", results, prices),
        deployments=grouped(lambda item: (item.deployment,), names),
        suites=grouped(lambda item: (item.suite,)),
        tags=grouped(lambda item: item.tags),
        rows=_rows(results, names),
        consulted=consulted((one for each in results for one in each.outcomes), prices),
        warnings=_warnings(results),
        duration=_duration(run),
        complete=run.end is not None,
        interrupted=run.end is not None and run.end.interrupted,
    )


def _results(run: Run) -> tuple[Result, ...]:
    left_out = frozenset(run.end.unreported if run.end else ())
    attempts: dict[str, list[Outcome]] = {}
    for outcome in run.outcomes:
        if outcome.trial not in left_out:
            attempts.setdefault(outcome.item, []).append(outcome)
    return tuple(result_of(item, attempts.get(item.id, [])) for item in run.items)


def result_of(item: PlannedItem, attempts: list[Outcome]) -> Result:
    """Say what an item came to by its attempts."""
    outcomes = tuple(sorted(attempts, key=lambda outcome: outcome.attempt))
    if item.skip is not None and not outcomes:
        settled = Settled("skipped", item.skip)
    else:
        settled = settle(outcomes, item.pass_if, item.repeat)
    status, reason = _expected(item, settled)
    return Result(item, status, reason, settled, outcomes)


def _expected(item: PlannedItem, settled: Settled) -> tuple[ItemStatus, str]:
    if item.xfail is None:
        return settled.status, settled.reason
    if settled.status == "failed":
        return "xfailed", f"fails as expected ({item.xfail}): {settled.reason}"
    if settled.status == "passed":
        return "passed", f"passed although it is expected to fail: {item.xfail}"
    return settled.status, settled.reason


def _group(name: str, results: Iterable[Result], prices: Prices) -> Group:
    results = tuple(results)
    tally: Counter[str] = Counter(result.status for result in results)
    priced = (
        (outcome, prices.get(result.item.deployment))
        for result in results
        for outcome in result.outcomes
    )
    return measure(name, Counts(**tally), priced)


def _groups(
    results: Iterable[Result],
    prices: Prices,
    names_of: Callable[[PlannedItem], Iterable[str]],
    order: Iterable[str] = (),
) -> tuple[Group, ...]:
    """Group by the names that an item has, in the given order, then as they come."""
    members: dict[str, list[Result]] = {name: [] for name in order}
    for result in results:
        for name in names_of(result.item):
            members.setdefault(name, []).append(result)
    return tuple(_group(name, found, prices) for name, found in members.items())


def _rows(results: Iterable[Result], names: list[str]) -> tuple[Row, ...]:
    found: dict[tuple[str, str], dict[str, Result]] = {}
    for result in results:
        key = (result.item.suite, result.item.conversation)
        found.setdefault(key, {})[result.item.deployment] = result
    return tuple(
        Row(suite, conversation, tuple(cells.get(name) for name in names))
        for (suite, conversation), cells in found.items()
    )


def _warnings(results: Iterable[Result]) -> dict[str, int]:
    replies = (
        exchange.reply
        for result in results
        for outcome in result.outcomes
        for exchange in outcome.transcript.exchanges
        if exchange.reply
    )
    return dict(
        Counter(name for reply in replies for name in {warning.name for warning in reply.warnings})
    )


def _duration(run: Run) -> float:
    if run.end is not None:
        ended = run.end.ended
    else:
        ends = (outcome.started + outcome.seconds for outcome in run.outcomes)
        ended = max(ends, default=run.start.started)
    return max(0.0, ended - run.start.started)
