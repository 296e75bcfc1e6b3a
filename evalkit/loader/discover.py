"""Which files are suites, told from their paths and, cheaply, from their first keys."""

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from evalkit.loader.page import MARKS_OF_UTF16

ENDINGS: Final = (".yaml", ".yml")
BESIDE: Final = frozenset(
    {"data", "scripts", "tools", "schemas", "prompts", "personas", "cassettes"}
)
"""Folders below `suites/` whose files suites name, and which hold no suites."""

PASSED_BY: Final = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv")
"""What pytest's `norecursedirs` holds."""

SHARED: Final = "deployments.yaml"
KEYS: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)?(?:\{\s*)?[\"']?"
    rb"(?:conversations|deployments|defaults|variants|gate|description|tags|template)[\"']?\s*:",
    re.MULTILINE,
)
HEAD: Final = 1_000_000


def is_suite_path(path: Path, root: Path, globs: Sequence[str]) -> bool:
    """Say whether a path is that of a suite; `globs`, relative to the root, replace the rule."""
    if path.name == SHARED or not path.is_relative_to(root):
        return False
    under = path.relative_to(root)
    if globs:
        return any(fnmatchcase(under.as_posix(), glob) for glob in globs)
    folders = (root.name, *under.parts[:-1])
    if "suites" not in folders:
        return path.name.endswith(".suite.yaml")
    beside = BESIDE.intersection(folders[folders.index("suites") + 1 :])
    return path.suffix in ENDINGS and not beside


def find(root: Path, under: Sequence[Path], globs: Sequence[str]) -> tuple[Path, ...]:
    """Find the suites in files and folders, sorted; a file that is named is taken as one."""
    found = {path for place in under for path in _walk(place, root, globs)}
    return tuple(sorted(found))


def _walk(place: Path, root: Path, globs: Sequence[str]) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for folder, below, names in os.walk(place):
        below[:] = [name for name in below if not _is_passed_by(Path(folder, name))]
        for path in (Path(folder, name) for name in names):
            if path.suffix in ENDINGS and path.is_file() and is_suite_path(path, root, globs):
                yield path


def _is_passed_by(folder: Path) -> bool:
    """Say whether pytest too, unless told otherwise, leaves a folder out."""
    matches = any(fnmatchcase(folder.name, glob) for glob in PASSED_BY)
    return matches or (folder / "pyvenv.cfg").is_file()


def looks_like_suite(path: Path) -> bool:
    """Say whether a file has one of the top-level keys of a suite, or keeps them unreadable."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return True
    return head.startswith(MARKS_OF_UTF16) or KEYS.search(head) is not None
