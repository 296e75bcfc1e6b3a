"""The suites that a command looks at, loaded."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.cli.root import locate
from evalkit.errors import NothingSelected

if TYPE_CHECKING:
    from evalkit.loader.load import Loaded


def load_suites(paths: Sequence[str], root: str | None, *, no_python: bool = False) -> "Loaded":
    """Load the suites at `paths`; authors' mistakes are in what is given.

    Raises NothingSelected where there is no suite.
    """
    from evalkit.loader.discover import find
    from evalkit.loader.load import load
    from evalkit.planner import review

    place = locate(Path.cwd(), paths, root)
    files = find(place.root, [Path(path.partition("::")[0]) for path in place.paths], place.globs)
    if not files:
        looked = ", ".join(map(repr, paths or place.paths))
        raise NothingSelected(f"no suite in {looked}\n  hint: evalkit init writes a first one")
    loaded = load(place.root, files, python=not no_python)
    found = () if loaded.mistakes else map(loaded.quote, review(loaded.suites))
    return replace(loaded, mistakes=(*loaded.mistakes, *found))
