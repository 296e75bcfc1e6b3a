"""A run's summary as JSON, for programs: stable keys under a numbered schema."""

import dataclasses
import json
import math
from io import StringIO

from evalkit.model.data import JsonObject
from evalkit.model.run import Run
from evalkit.report.text import anchor
from evalkit.summary import (
    Consulted,
    Cost,
    Counts,
    Group,
    Percentiles,
    Result,
    Row,
    Sum,
    Summary,
    Tokens,
    headline,
    summarise,
)

SCHEMA = 1
"""Raised when a key changes its meaning or goes away; new keys do not raise it."""


ENCODER = json.JSONEncoder(indent=2, allow_nan=False)


def render(run: Run, summary: Summary | None = None) -> str:
    """Give `summary.json`: ASCII, and null wherever a number is not known."""
    summary = summary or summarise(run)
    names = [group.name for group in summary.deployments]
    data: JsonObject = {
        "schema": SCHEMA,
        "headline": headline(summary),
        "run": _run(run, summary.duration),
        "overall": _group(summary.overall),
        "deployments": [_group(group) for group in summary.deployments],
        "suites": [_group(group) for group in summary.suites],
        "tags": [_group(group) for group in summary.tags],
        "consulted": [_consulted(one) for one in summary.consulted],
        "warnings": dict(summary.warnings),
        "damage": list(run.damage),
        "notes": [note.text for note in run.notes],
        "different": [_row(row, names) for row in summary.rows if row.differs],
        "items": [_item(result) for result in summary.results],
    }
    written = StringIO()  # dumps would hold every comma as a piece of its own
    written.writelines(ENCODER.iterencode(data))
    return f"{written.getvalue()}\n"


def _run(run: Run, seconds: float) -> JsonObject:
    return {
        "id": run.start.id,
        "evalkit": run.start.evalkit,
        "started": _finite(run.start.started),
        "seconds": _finite(seconds),
        "complete": run.end is not None,
        "interrupted": run.end.interrupted if run.end else None,
    }


def _group(group: Group) -> JsonObject:
    return {
        "name": group.name,
        "counts": _counts(group.counts),
        "pass_rate": _rate(group.counts),
        "tokens": _tokens(group.tokens),
        "cost": _cost(group.cost),
        "replies": group.tokens.replies,
        "requests": dataclasses.asdict(group.requests),
        "latency": _percentiles(group.latency),
        "first_token": _percentiles(group.first_token),
        "queued": _percentiles(group.queued),
    }


def _consulted(one: Consulted) -> JsonObject:
    return {
        "name": one.name,
        "requests": one.requests,
        "faults": one.faults,
        "tokens": _tokens(one.tokens),
        "cost": _cost(one.cost),
    }


def _tokens(tokens: Tokens) -> JsonObject:
    return {
        "prompt": _sum(tokens.prompt),
        "completion": _sum(tokens.completion),
        "total": _sum(tokens.total),
    }


def _cost(cost: Cost) -> JsonObject:
    """Give US dollars, to a millionth of a cent."""
    value = None if cost.value is None else round(cost.value, 8)
    return {"usd": value, "unknown": cost.unknown}


def _counts(counts: Counts) -> JsonObject:
    return {
        "total": counts.total,
        "judged": counts.judged,
        "passed": counts.passed,
        "failed": counts.failed,
        "xfailed": counts.xfailed,
        "error": counts.error,
        "skipped": counts.skipped,
        "not_run": counts.not_run,
    }


def _rate(counts: Counts) -> JsonObject | None:
    if counts.rate is None or counts.interval is None:
        return None
    interval = counts.interval
    return {
        "value": round(counts.rate, 6),
        "low": round(interval.low, 6),
        "high": round(interval.high, 6),
    }


def _sum(total: Sum) -> JsonObject:
    return {"value": total.value, "unknown": total.unknown}


def _percentiles(found: Percentiles) -> JsonObject:
    return {"count": found.count, "p50": _finite(found.p50), "p95": _finite(found.p95)}


def _finite(seconds: float | None) -> float | None:
    """Round to a millisecond; a record made elsewhere may hold what is no number in JSON."""
    return round(seconds, 3) if seconds is not None and math.isfinite(seconds) else None


def _row(row: Row, names: list[str]) -> JsonObject:
    return {
        "suite": row.suite,
        "conversation": row.conversation,
        "statuses": {
            name: cell.status for name, cell in zip(names, row.cells, strict=True) if cell
        },
    }


def _item(result: Result) -> JsonObject:
    item, settled = result.item, result.settled
    return {
        "id": item.id,
        "anchor": anchor(item.id),
        "suite": item.suite,
        "conversation": item.conversation,
        "deployment": item.deployment,
        "file": item.span.file,
        "line": item.span.line,
        "tags": list(item.tags),
        "status": result.status,
        "reason": result.reason,
        "seconds": _finite(result.seconds),
        "attempts": {
            "planned": item.repeat,
            "passed": settled.passed,
            "failed": settled.failed,
            "errored": settled.errored,
        },
    }
