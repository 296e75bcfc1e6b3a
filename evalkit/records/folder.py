"""The folder of a run: `reports/<UTC time>-<id>/`, readable by its owner alone."""

import stat
import uuid
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Final

from evalkit.errors import UsageError
from evalkit.records.files import FOLDER_MODE, write_atomic

PLACES: Final = "places"
"""The folder in it by which the processes of a run share what is limited, while they run."""


def name(started: datetime, id: str) -> str:  # noqa: A002 - the run's own word
    """Name the folder of a run, so that names sort by time."""
    return f"{started.astimezone(UTC):%Y%m%dT%H%M%SZ}-{id}"


def choose(reports: Path) -> Path:
    """Choose the folder of a run that starts now; nothing is made yet."""
    return reports / name(datetime.now(UTC), uuid.uuid4().hex[:6])


def make(reports: Path, name: str) -> Path:
    """Make a run's folder unless another process of the same run has; raises UsageError."""
    folder = reports / name
    try:
        _prepare(reports)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    except OSError as error:
        raise UsageError(f"the run's folder {folder} cannot be made: {error.strerror}") from error
    if folder.is_symlink():
        raise UsageError(f"the run's folder {folder} is a symbolic link")
    return folder


def clear_places(folder: Path) -> None:
    """Remove what only the processes of a run needed, once all have ended."""
    rmtree(folder / PLACES, ignore_errors=True)


def _prepare(reports: Path) -> None:
    if reports.is_symlink():
        raise UsageError(f"the reports folder {reports} is a symbolic link")
    if reports.exists() and not reports.is_dir():
        raise UsageError(f"the reports folder {reports} is a file")
    if reports.exists():
        _refuse_shared(reports)
        return
    reports.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    write_atomic(reports / ".gitignore", "*\n")


def _refuse_shared(reports: Path) -> None:
    mode = reports.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise UsageError(f"the reports folder {reports} can be changed by any user: chmod o-w it")
