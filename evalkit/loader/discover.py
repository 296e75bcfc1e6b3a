"""Which files are suites, told from their paths and, cheaply, from their first keys."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

ENDINGS: Final = (".yaml", ".yml")
BESIDE: Final = frozenset(
    {"data", "scripts", "tools", "schemas", "prompts", "personas", "cassettes"}
)
"""Folders below `suites/` whose files suites name, and which hold no suites."""

SHARED: Final = "deployments.yaml"
KEYS: Final = re.compile(
    rb"^[\"']?(?:conversations|deployments|defaults|variants|gate)[\"']?\s*:", re.MULTILINE
)
HEAD: Final = 1_000_000


def is_suite_path(path: Path, root: Path, globs: Sequence[str]) -> bool:
    """Say whether a path is that of a suite; `globs`, relative to the root, replace the rule."""
    if path.name == SHARED or not path.is_relative_to(root):
        return False
    under = path.relative_to(root)
    if globs:
        return any(fnmatchcase(under.as_posix(), glob) for glob in globs)
    if path.name.endswith(".suite.yaml"):
        return True
    folders = under.parts[:-1]
    if path.suffix not in ENDINGS or "suites" not in folders:
        return False
    return not BESIDE.intersection(folders[folders.index("suites") + 1 :])


def find(root: Path, under: Sequence[Path], globs: Sequence[str]) -> tuple[Path, ...]:
    """Find the suites in files and folders, sorted; a file that is named is taken as one."""
    found = {path for place in under for path in _walk(place, root, globs)}
    return tuple(sorted(found))


def _walk(place: Path, root: Path, globs: Sequence[str]) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for path in place.rglob("*.y*ml"):
        if path.is_file() and is_suite_path(path, root, globs):
            yield path


def looks_like_suite(path: Path) -> bool:
    """Say whether a file has one of the top-level keys of a suite."""
    with path.open("rb") as file:
        return KEYS.search(file.read(HEAD)) is not None
