"""The page of a probe: what deployments support, side by side, in the style of a run's report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from evalkit.model.conformance import Conformance, Finding, Status
from evalkit.report.html import asset, environment, policy
from evalkit.report.text import duration, plural

TONES: Final[Mapping[Status, str]] = {
    "supported": "passed",
    "unsupported": "failed",
    "deviates": "error",
    "unknown": "skipped",
}
"""The colours and signs of a run's report that findings are shown in."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A finding, and its tone."""

    status: str
    tone: str
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Probed:
    """A deployment, and the figures of its probe."""

    name: str
    about: str
    unreached: str
    counts: tuple[tuple[str, str, int], ...]
    facts: tuple[str, ...]


def render(found: Sequence[Conformance]) -> str:
    """Give the page of a probe as HTML; it loads nothing, and runs no script."""
    from markupsafe import Markup

    style = asset("page.css") + asset("probe.css")
    reached = [one for one in found if one.unreached is None]
    return (
        environment()
        .get_template("probe.html")
        .render(
            title=f"probe of {' and '.join(one.deployment for one in found)}",
            names=[one.deployment for one in reached],
            deployments=[_probed(one) for one in found],
            groups=list(_groups(reached)),
            policy=policy(style, ""),
            style=Markup(style),  # noqa: S704 - an asset of this package
        )
    )


def _probed(one: Conformance) -> Probed:
    about = (f"api {one.api}", one.base_url, f"model {one.model}" if one.model else None)
    used = (plural(one.requests, "request"), plural(one.tokens, "token"), duration(one.seconds))
    untold = f"{plural(one.untold, 'reply tells', 'replies tell')} no tokens" if one.untold else ""
    return Probed(
        name=one.deployment,
        about=" · ".join(part for part in about if part),
        unreached=one.unreached or "",
        counts=tuple((status, TONES[status], one.count(status)) for status in get_args(Status)),
        facts=tuple(part for part in (*used, untold) if part),
    )


def _groups(reached: Sequence[Conformance]) -> Iterator[Group]:
    """Give the features by group, each with what it comes to on every deployment."""
    groups: dict[str, list[Row]] = {}
    for row in zip(*(one.features for one in reached), strict=True):
        cells = tuple(_cell(each.finding) for each in row)
        groups.setdefault(row[0].group, []).append(Row(row[0].title, cells))
    return (Group(name, tuple(rows)) for name, rows in groups.items())


def _cell(finding: Finding) -> Cell:
    return Cell(finding.status, TONES[finding.status], finding.why)
