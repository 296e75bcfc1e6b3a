"""Where a command works: the root, as pytest finds it, and the paths it looks at."""

import os
from collections.abc import Sequence
from pathlib import Path

from evalkit.errors import UsageError, did_you_mean

CONFIGURATIONS = {
    "pytest.toml": "",
    ".pytest.toml": "",
    "pytest.ini": "",
    ".pytest.ini": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}
"""Files that make their folder pytest's rootpath, and the table that each must hold."""


def find_root(current: Path, paths: Sequence[str]) -> Path:
    """Give the nearest folder above the paths that configures pytest, or else holds suites."""
    places = [str(_file(current, path)) for path in paths]
    start = Path(os.path.commonpath(places)) if places else current
    above = (start, *start.parents)
    rules = (_configures, lambda folder: (folder / "suites").is_dir())
    found = (folder for rule in rules for folder in above if rule(folder))
    return next(found, current)


def find_paths(current: Path, root: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Give the paths to look at: those named, else `suites/` here or in the root, else here.

    Raises UsageError for one that does not exist; behind `::` stands the id of an item.
    """
    for path in paths:
        _require(current, path)
    suites = (folder / "suites" for folder in (current, root))
    default = next((folder for folder in suites if folder.is_dir()), current)
    return tuple(paths) or (str(default),)


def _file(current: Path, path: str) -> Path:
    return Path(os.path.normpath(current / path.partition("::")[0]))


def _configures(folder: Path) -> bool:
    for name, table in CONFIGURATIONS.items():
        file = folder / name
        if file.is_file() and table in file.read_text(encoding="utf-8", errors="replace"):
            return True
    return False


def _require(current: Path, path: str) -> None:
    file = _file(current, path)
    if file.exists():
        return
    beside = [entry.name for entry in file.parent.iterdir()] if file.parent.is_dir() else []
    hints = did_you_mean(file.name, beside) or ("a path is relative to the current folder",)
    raise UsageError(f"no such file or folder: {path!r}\n  hint: {hints[0]}")
