"""A record as a Run: all its parts read as one, and whatever is wrong with them said."""

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from evalkit.errors import RecordError
from evalkit.model.outcome import Outcome
from evalkit.model.run import PlannedItem, Run, RunEnd, RunStart
from evalkit.records import blobs
from evalkit.records.part import Part, read_part

_ITEM = re.compile(r"(?P<suite>.*?)::(?P<conversation>[^\[]*)\[(?P<deployment>.*)\]", re.DOTALL)


def read(folder: Path) -> Run:
    """Read the record of a run; raises RecordError where there is none that can be understood.

    Of a trial that is recorded twice the later outcome counts.
    """
    return join(folder, [read_part(path) for path in _paths(folder)])


def join(folder: Path, parts: list[Part]) -> Run:
    """Give the parts of a run's record as one; raises RecordError where nothing can be read."""
    start = _start(folder, parts)
    outcomes = {outcome.trial: outcome for part in parts for outcome in part.outcomes}
    planned = {item.id: item for part in parts for plan in part.plans for item in plan.items}
    unplanned = _unplanned(planned, outcomes.values())
    return Run(
        start=start,
        items=(*planned.values(), *unplanned),
        outcomes=tuple(outcomes.values()),
        end=_end(parts),
        damage=(*_headers(start, parts), *_damage(parts), *_missing_plan(unplanned)),
        blob=partial(blobs.load, folder),
        notes=tuple(note for part in parts for note in part.notes),
    )


def _paths(folder: Path) -> list[Path]:
    """Name the parts, that of the controlling process first, workers by number."""
    found = [*folder.glob("run.jsonl"), *folder.glob("run.gw*.jsonl")]
    if not found:
        raise RecordError(f"{folder} holds no record")
    return sorted(found, key=lambda path: (len(path.name), path.name))


def _start(folder: Path, parts: list[Part]) -> RunStart:
    """Give the header; where only that is lost, one made up from the folder's name."""
    start = next((part.start for part in parts if part.start), None)
    if start is not None:
        return start
    times = [outcome.started for part in parts for outcome in part.outcomes]
    if not times:
        raise RecordError(f"{folder}: nothing of the record can be read")
    id = folder.name.partition("-")[2] or folder.name  # noqa: A001 - the run's own word
    return RunStart(id=id, evalkit="unknown", started=min(times))


def _end(parts: list[Part]) -> RunEnd | None:
    """Join the footers; one missing part leaves the whole record incomplete."""
    ends = [part.end for part in parts if part.end]
    if len(ends) < len(parts):
        return None
    statuses = dict.fromkeys(status for end in ends for status in end.counts)
    return RunEnd(
        ended=max(end.ended for end in ends),
        counts={status: sum(end.counts.get(status, 0) for end in ends) for status in statuses},
        interrupted=any(end.interrupted for end in ends),
        unreported=tuple(trial for end in ends for trial in end.unreported),
    )


def _damage(parts: list[Part]) -> tuple[str, ...]:
    return tuple(sentence for part in parts for sentence in part.damage)


def _headers(start: RunStart, parts: list[Part]) -> tuple[str, ...]:
    lost = () if any(part.start for part in parts) else ("the header of the record is lost",)
    strange = [part for part in parts if part.start and part.start.id != start.id]
    return (*lost, *(f"{part.name} belongs to another run" for part in strange))


def _unplanned(
    planned: dict[str, PlannedItem], outcomes: Iterable[Outcome]
) -> tuple[PlannedItem, ...]:
    """Make up the items whose plan is lost from the ids of their outcomes."""
    attempts: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.item not in planned:
            attempts[outcome.item] = max(outcome.attempt, attempts.get(outcome.item, 1))
    return tuple(_made_up(item, repeat) for item, repeat in attempts.items())


def _made_up(item: str, repeat: int) -> PlannedItem:
    match = _ITEM.fullmatch(item)
    suite, conversation, deployment = match.groups() if match else ("", item, "")
    return PlannedItem.model_validate(
        {
            "id": item,
            "suite": suite,
            "conversation": conversation,
            "deployment": deployment,
            "span": {"file": suite},
            "repeat": repeat,
        }
    )


def _missing_plan(unplanned: tuple[PlannedItem, ...]) -> tuple[str, ...]:
    if not unplanned:
        return ()
    return (f"the plan does not name {len(unplanned)} of the items that were run",)
