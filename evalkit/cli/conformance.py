"""What a probe found, as text for a terminal and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from evalkit.cli.console import table
from evalkit.model.conformance import Conformance, Examined, Status
from evalkit.report.text import duration, plural

STATUSES: tuple[Status, ...] = get_args(Status)


def to_text(reached: Sequence[Conformance]) -> str:
    """Give one table, of a deployment with its reasons, or of several with those below."""
    if len(reached) == 1:
        one = reached[0]
        head = ("feature", one.deployment, "")
        rows = [(each.title, each.finding.status, each.finding.why) for each in one.features]
        return f"{table([head, *rows])}\n\n{_sum(one)}"
    below = "\n\n".join(
        "\n".join((f"{one.deployment}: {_sum(one)}", *_whys(one))) for one in reached
    )
    return f"{table(_side_by_side(reached))}\n\n{below}"


def _side_by_side(reached: Sequence[Conformance]) -> Iterator[Sequence[str]]:
    yield ("feature", *(one.deployment for one in reached))
    for row in zip(*(one.features for one in reached), strict=True):
        yield (row[0].title, *(one.finding.status for one in row))


def _whys(one: Conformance) -> list[str]:
    """Give what there is to say of each feature, under its deployment."""
    return [f"  {_said(each)}" for each in one.features if each.finding.why]


def _said(one: Examined) -> str:
    return f"{one.title}: {one.finding.status}: {one.finding.why}"


def _sum(one: Conformance) -> str:
    counts = ", ".join(_counted(one.count(status), status) for status in STATUSES)
    untold = f", {plural(one.untold, 'reply tells', 'replies tell')} none" if one.untold else ""
    sent = f"{plural(one.requests, 'request')}, {plural(one.tokens, 'token')}{untold}"
    return f"{counts}; {sent}, {duration(one.seconds)}"


def _counted(count: int, status: Status) -> str:
    return f"{count} {status if count == 1 else status.removesuffix('s')}"


def to_data(found: Sequence[Conformance]) -> dict[str, Any]:
    """Give what is found as JSON data; all keys are always there."""
    return {"deployments": [_data(one) for one in found]}


def _data(one: Conformance) -> dict[str, Any]:
    features = [
        {"name": each.name, "group": each.group, "title": each.title, **each.finding.model_dump()}
        for each in one.features
    ]
    counts = {status: one.count(status) for status in STATUSES}
    return {**one.model_dump(mode="json"), "features": features, "counts": counts}
