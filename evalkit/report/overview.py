"""The figures above the conversations: deployments and groups side by side, and the matrix."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.model.run import CalledDeployment, Run
from evalkit.report.text import anchor, duration, percent, plural
from evalkit.summary import (
    Cost,
    Counts,
    Group,
    ItemStatus,
    Percentiles,
    Requests,
    Result,
    Row,
    Sum,
    Summary,
    Tokens,
)

MAX_ROWS = 500
"""How many conversations the matrix lists."""

CENT = 0.01

UNKNOWN = "–"  # noqa: RUF001 - a dash between figures, as typographers set it

WORDS: dict[ItemStatus, str] = {
    "failed": "failed",
    "error": "could not be judged",
    "xfailed": "failed as expected",
    "not_run": "not run",
    "skipped": "skipped",
    "passed": "passed",
}
"""The statuses in the order that a reader needs them, each with its words."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar, in hundredths of its length."""

    status: str
    start: str
    length: str


@dataclass(frozen=True, slots=True)
class Share:
    """A rate as a bar: the rate itself and the ends of its interval, in hundredths."""

    text: str
    interval: str
    rate: str
    low: str
    reach: str


@dataclass(frozen=True, slots=True)
class Figures:
    """A group's numbers, each as it is printed."""

    name: str
    about: str
    share: Share | None
    passed: str
    errors: str
    tokens: str
    tokens_note: str
    cost: str
    latency: str
    first_token: str
    latency_note: str


@dataclass(frozen=True, slots=True)
class Referee:
    """A deployment that checks asked, its numbers as they are printed."""

    name: str
    about: str
    requests: str
    faults: str
    tokens: str
    tokens_note: str
    cost: str


@dataclass(frozen=True, slots=True)
class Cell:
    status: str
    word: str
    anchor: str
    attempts: str


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation of the matrix."""

    suite: str
    conversation: str
    cells: tuple[Cell | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    deployments: tuple[str, ...]
    lines: tuple[Line, ...]
    different: int
    left_out: int


def segments(counts: Counts) -> tuple[Segment, ...]:
    """Divide a bar by status."""
    pieces = []
    start = 0.0
    for status in WORDS:
        length = 100 * getattr(counts, status) / max(1, counts.total)
        if length:
            pieces.append(Segment(status, f"{start:.2f}", f"{length:.2f}"))
        start += length
    return tuple(pieces)


def deployments(run: Run, summary: Summary) -> tuple[Figures, ...]:
    called = {deployment.name: deployment for deployment in run.start.deployments}
    return tuple(figures(group, _about(called.get(group.name))) for group in summary.deployments)


def referees(run: Run, summary: Summary) -> tuple[Referee, ...]:
    """Print what checks asked of deployments."""
    known = {one.name: one for one in (*run.start.deployments, *run.start.consulted)}
    return tuple(
        Referee(
            name=one.name,
            about=_about(known.get(one.name)),
            requests=f"{one.requests:,}",
            faults=str(one.faults) if one.faults else UNKNOWN,
            tokens=total_tokens(one.tokens),
            tokens_note=_tokens_note(one.tokens),
            cost=money(one.cost),
        )
        for one in summary.consulted
    )


def retries(summary: Summary) -> tuple[tuple[str, str], ...]:
    """Tell of the deployments whose requests had to be sent again."""
    return tuple(
        (group.name, _retried(group.requests))
        for group in summary.deployments
        if group.requests.again or group.requests.wasted
    )


def _retried(requests: Requests) -> str:
    told = f"{requests.again:,} of {plural(requests.sent, 'request')} were retries"
    if requests.refused:
        told += f", {requests.refused:,} ({requests.refused / requests.sent:.1%}) answered 429"
    if requests.wasted:
        told += f", {plural(requests.wasted, 'token')} came to nothing"
    return told


def is_priced(summary: Summary) -> bool:
    """Whether the cost of anything is known, so that it is worth a column."""
    costs = (summary.overall.cost, *(one.cost for one in summary.consulted))
    return any(cost.value is not None for cost in costs)


def money(cost: Cost) -> str:
    """Print dollars with enough digits to tell small sums apart, `+` where some are not known."""
    if cost.value is None:
        return UNKNOWN
    shown = f"${cost.value:,.{_digits(cost.value)}f}"
    return shown + (" +" if cost.unknown else "")


def _digits(dollars: float) -> int:
    """Give the decimals: cents of dollars, a hundredth of cents, else two digits that count."""
    if dollars == 0 or dollars >= 1:
        return 2
    return 4 if dollars >= CENT else 1 - math.floor(math.log10(dollars))


def figures(group: Group, about: str = "") -> Figures:
    counts = group.counts
    replies = plural(group.tokens.replies, "reply", "replies")
    return Figures(
        name=group.name,
        about=about,
        share=_share(counts),
        passed=f"{counts.passed} of {counts.judged}",
        errors=str(counts.error) if counts.error else UNKNOWN,
        tokens=total_tokens(group.tokens),
        tokens_note=_tokens_note(group.tokens),
        cost=money(group.cost),
        latency=percentiles(group.latency),
        first_token=percentiles(group.first_token),
        latency_note=f"median / 95th percentile of {replies}",
    )


def percentiles(found: Percentiles) -> str:
    """Print the median and the 95th percentile, a dash where there are too few values."""
    values = [UNKNOWN if value is None else duration(value) for value in (found.p50, found.p95)]
    return UNKNOWN if values == [UNKNOWN, UNKNOWN] else " / ".join(values)


def total_tokens(tokens: Tokens) -> str:
    total = tokens.total
    if total.value is None:
        return UNKNOWN
    return f"{total.value:,}" + (" +" if total.unknown else "")


def matrix(summary: Summary) -> Matrix | None:
    """Set conversations against deployments, those that differ first where not all find room."""
    if len(summary.deployments) < 2:  # noqa: PLR2004 - one alone has nothing beside it
        return None
    rows = summary.rows
    if len(rows) > MAX_ROWS:
        rows = tuple(sorted(rows, key=lambda row: not row.differs))[:MAX_ROWS]
    return Matrix(
        deployments=tuple(group.name for group in summary.deployments),
        lines=tuple(_line(row) for row in rows),
        different=sum(row.differs for row in summary.rows),
        left_out=len(summary.rows) - len(rows),
    )


def attempts(result: Result) -> str:
    """Say how many attempts passed, where there was more than one to make."""
    return f"{result.settled.passed}/{result.item.repeat}" if result.item.repeat > 1 else ""


def _line(row: Row) -> Line:
    return Line(row.suite, row.conversation, tuple(map(_cell, row.cells)), row.differs)


def _cell(result: Result | None) -> Cell | None:
    if result is None:
        return None
    word = WORDS[result.status] if result.status != "error" else "error"
    return Cell(result.status, word, anchor(result.item.id), attempts(result))


def _about(called: CalledDeployment | None) -> str:
    if called is None:
        return ""
    streamed = "streamed" if called.stream else ""
    load = "adaptive concurrency" if called.adaptive else ""
    return " · ".join(filter(None, (called.model, called.api, called.base_url, streamed, load)))


def _share(counts: Counts) -> Share | None:
    rate, interval = counts.rate, counts.interval
    if rate is None or interval is None:
        return None
    return Share(
        text=percent(rate),
        interval=f"{percent(interval.low)} to {percent(interval.high)}",
        rate=f"{100 * rate:.2f}",
        low=f"{100 * interval.low:.2f}",
        reach=f"{100 * (interval.high - interval.low):.2f}",
    )


def _tokens_note(tokens: Tokens) -> str:
    named: Sequence[tuple[str, Sum]] = (
        ("prompt", tokens.prompt),
        ("completion", tokens.completion),
    )
    parts = [f"{total.value:,} {word}" for word, total in named if total.value is not None]
    unknown = tokens.total.unknown
    if unknown:
        parts.append(f"{plural(unknown, 'reply', 'replies')} did not tell")
    return ", ".join(parts)
