"""The suites that a command looks at, loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.cli.root import find_paths, find_root
from evalkit.errors import NothingSelected

if TYPE_CHECKING:
    from evalkit.loader.load import Loaded


def load_suites(paths: Sequence[str], root: str | None) -> "Loaded":
    """Load the suites at `paths`; authors' mistakes are in what is given.

    Raises NothingSelected where there is no suite.
    """
    from evalkit.loader.discover import find
    from evalkit.loader.load import load

    current = Path.cwd()
    top = Path(root).resolve() if root else find_root(current, paths)
    chosen = find_paths(current, top, paths)
    files = find(top, [current / path.partition("::")[0] for path in chosen], ())
    if not files:
        places = ", ".join(map(repr, chosen))
        raise NothingSelected(f"no suite in {places}\n  hint: evalkit init writes a first one")
    return load(top, files)
