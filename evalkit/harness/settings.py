"""What a run is asked to do, and what came of it beside its outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evalkit.model.api import Share
from evalkit.model.caps import NO_CAPS, Caps
from evalkit.planner import Choice
from evalkit.records.folder import PLACES


@dataclass(frozen=True)
class Settings:
    """What a run is asked to do.

    `cautious` keeps few trials ahead of the one awaited, for a run that may stop at a failure.
    `folder` and `part` are given to a worker: the run's folder, and the worker's name in it;
    `workers` is how many share each deployment's limits; `caps` bound them all together. Without
    `python` no code of the author's is imported, and what needs it is skipped.
    """

    root: Path
    reports: Path
    choice: Choice = field(default_factory=Choice)
    environ: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    cautious: bool = False
    folder: Path | None = None
    part: str | None = None
    workers: int = 1
    caps: Caps = NO_CAPS
    python: bool = True

    @property
    def share(self) -> Share:
        """Which of the run's processes this one is; the number stands in a worker's name."""
        if self.folder is None:
            return Share()
        number = (self.part or "").lstrip("abcdefghijklmnopqrstuvwxyz")
        index = int(number) if number.isdecimal() else 0
        return Share(index % self.workers, self.workers, self.folder / PLACES)


@dataclass(frozen=True)
class Written:
    """The files of a run, and what went wrong beside its items.

    `recorded` counts the attempts that were judged; `lost` says what could not be stored, and why;
    `broken` what a bug cost, an entry each.
    """

    report: Path | None = None
    recorded: int = 0
    lost: str | None = None
    broken: tuple[str, ...] = ()
