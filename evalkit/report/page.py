"""The page's view of a run: every text, place and figure that its template prints."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evalkit.model.run import Run
from evalkit.report import overview
from evalkit.report.overview import WORDS, Figures, Matrix, Referee, Segment
from evalkit.report.talk import Where
from evalkit.report.tell import where
from evalkit.report.text import duration, line, moment, plural
from evalkit.summary import ItemStatus, Result, Summary, gist, headline

MAX_PASSED = 10_000
"""How many items that hold are listed."""

BLOCK = 100
"""How many items are laid out together, once they come into view."""


@dataclass(frozen=True, slots=True)
class Body:
    """What opens under an item: its HTML here, or where the page's script finds it later."""

    html: str = ""
    later: str = ""


Fill = Callable[[Result], Body]


@dataclass(frozen=True, slots=True)
class Row:
    """An item as listed; `deployment_key` and `tag_keys` are what filters go by."""

    where: Where
    status: str
    conversation: str
    deployment: str
    deployment_key: int
    tags: tuple[str, ...]
    tag_keys: str
    reason: str
    attempts: str
    seconds: str
    trials: tuple[str, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one status; `blocks` divide them for the browser's sake."""

    status: str
    title: str
    count: int
    blocks: tuple[tuple[Row, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Chip:
    status: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    headline: str
    tone: str
    facts: tuple[str, ...]
    command: str
    damage: tuple[str, ...]
    notes: tuple[str, ...]
    chips: tuple[Chip, ...]
    bar: tuple[Segment, ...]
    deployments: tuple[Figures, ...]
    suites: tuple[Figures, ...]
    tags: tuple[Figures, ...]
    referees: tuple[Referee, ...]
    priced: bool
    matrix: Matrix | None
    retries: tuple[tuple[str, str], ...]
    warnings: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def build(run: Run, summary: Summary, fill: Fill) -> Page:
    """View a run; `fill` is asked for bodies in the order in which a reader needs them."""
    said = gist(summary)
    counts = summary.overall.counts
    return Page(
        title=f"{headline(summary)} · {run.start.id}",
        headline=said[:1].upper() + said[1:],
        tone=tone(summary),
        facts=_facts(run, summary),
        command=" ".join(run.start.command),
        damage=run.damage,
        notes=tuple(note.text for note in run.notes),
        chips=tuple(
            Chip(status, getattr(counts, status), words)
            for status, words in WORDS.items()
            if getattr(counts, status)
        ),
        bar=overview.segments(counts),
        deployments=overview.deployments(run, summary),
        suites=tuple(map(overview.figures, summary.suites)) if len(summary.suites) > 1 else (),
        tags=tuple(map(overview.figures, summary.tags)),
        referees=overview.referees(run, summary),
        priced=overview.is_priced(summary),
        matrix=overview.matrix(summary),
        retries=overview.retries(summary),
        warnings=tuple(
            (name, plural(count, "reply", "replies")) for name, count in summary.warnings.items()
        ),
        sections=_sections(summary, fill),
    )


def tone(summary: Summary) -> ItemStatus:
    """Give the status that colours the whole run; an incomplete run is never green."""
    counts = summary.overall.counts
    if counts.failed:
        return "failed"
    if counts.error or counts.not_run or not summary.complete or summary.interrupted:
        return "error"
    return "passed" if counts.passed or counts.xfailed else "skipped"


def _facts(run: Run, summary: Summary) -> tuple[str, ...]:
    return (
        moment(run.start.started),
        f"took {duration(summary.duration)}",
        plural(summary.overall.counts.total, "item"),
        f"run {run.start.id}",
        f"evalkit {run.start.evalkit}",
    )


def _sections(summary: Summary, fill: Fill) -> tuple[Section, ...]:
    deployments = {group.name: index for index, group in enumerate(summary.deployments)}
    tags = {group.name: index for index, group in enumerate(summary.tags)}
    sections = []
    for status, words in WORDS.items():
        found = [result for result in summary.results if result.status == status]
        kept = found[:MAX_PASSED] if status == "passed" else found
        rows = [_row(result, deployments, tags, fill(result)) for result in kept]
        if rows:
            title = words[:1].upper() + words[1:]
            sections.append(
                Section(status, title, len(found), _blocks(rows), len(found) - len(kept))
            )
    return tuple(sections)


def _row(result: Result, deployments: dict[str, int], tags: dict[str, int], body: Body) -> Row:
    item = result.item
    return Row(
        where=where(result),
        status=result.status,
        conversation=item.conversation,
        deployment=item.deployment,
        deployment_key=deployments[item.deployment],
        tags=item.tags,
        tag_keys=" ".join(str(tags[tag]) for tag in item.tags),
        reason="" if result.status == "passed" and not item.xfail else line(result.reason),
        attempts=overview.attempts(result),
        seconds=duration(result.seconds) if result.outcomes else "",
        trials=tuple(outcome.trial for outcome in result.outcomes),
        body=body,
    )


def _blocks(rows: Sequence[Row]) -> tuple[tuple[Row, ...], ...]:
    return tuple(tuple(rows[start : start + BLOCK]) for start in range(0, len(rows), BLOCK))
