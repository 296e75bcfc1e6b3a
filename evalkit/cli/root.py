"""Where a command works: the root, as pytest finds it, and the paths it looks at."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.cli.configuration import configures, suite_globs
from evalkit.errors import UsageError, did_you_mean


@dataclass(frozen=True, slots=True)
class Place:
    """The root, absolute paths below it, behind `::` of which may stand an item's id, and globs.

    `globs`, where there are any, say which files are suites.
    """

    root: Path
    paths: tuple[str, ...]
    globs: tuple[str, ...] = ()


def locate(current: Path, paths: Sequence[str], root: str | None = None) -> Place:
    """Find the root unless it is named, and the paths.

    These are by default `suites/` here or in the root, or all of it where globs name the suites.

    Raises UsageError for a path that does not exist or is not below the root.
    """
    for path in paths:
        _require(current, path)
    top = find_root(current, paths) if root is None else _folder(current, root)
    globs = suite_globs(top)
    if paths:
        return Place(top, tuple(_below(top, current, path) for path in paths), globs)
    if globs:
        return Place(top, (str(top),), globs)
    starts = [folder for folder in (current, top) if folder.is_relative_to(top)]
    suites = (folder / "suites" for folder in starts)
    return Place(top, (str(next(filter(Path.is_dir, suites), starts[0])),))


def find_root(current: Path, paths: Sequence[str] = ()) -> Path:
    """Give the nearest folder above the paths that configures pytest, or else holds suites."""
    places = [str(_file(current, path)) for path in paths]
    start = Path(os.path.commonpath(places)) if places else current
    above = [folder for folder in (start, *start.parents) if folder.is_dir()]
    rules = (configures, lambda folder: (folder / "suites").is_dir())
    found = (folder for rule in rules for folder in above if rule(folder))
    return next(found, current if start.is_relative_to(current) else above[0])


def _file(current: Path, path: str) -> Path:
    return Path(os.path.normpath(current / path.partition("::")[0]))


def _folder(current: Path, root: str) -> Path:
    folder = _file(current, root)
    if not folder.is_dir():
        raise UsageError(f"the root {root!r} is no folder")
    return folder


def _require(current: Path, path: str) -> None:
    file = _file(current, path)
    if file.exists():
        return
    beside = [entry.name for entry in file.parent.iterdir()] if file.parent.is_dir() else []
    hints = did_you_mean(file.name, beside) or ("a path is relative to the current folder",)
    raise UsageError(f"no such file or folder: {path!r}\n  hint: {hints[0]}")


def _below(root: Path, current: Path, path: str) -> str:
    """Give an absolute path that begins with the root; links are followed only where they must."""
    file = _file(current, path)
    for form in (file, file.resolve()):
        if form.is_relative_to(root):
            return "".join((str(form), *path.partition("::")[1:]))
    raise UsageError(f"{path!r} is not below the root {str(root)!r}\n  hint: --root names another")
