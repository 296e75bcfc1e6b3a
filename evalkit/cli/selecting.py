"""What `evalkit run` would run: selected by pytest in this process, with nothing shown or sent."""

from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.cli.arguments import Value, plugin_name, to_pytest
from evalkit.cli.root import locate
from evalkit.errors import EvalkitError, NothingSelected, UsageError

if TYPE_CHECKING:
    from evalkit.pytest_plugin.selection import Selection

SELECTED = (0, 5)
"""The codes with which pytest has selected, be it nothing."""


def select(paths: Sequence[str], root: str | None, options: Mapping[str, Value]) -> "Selection":
    """Select items by `evalkit run`'s own options.

    Raises UsageError for mistakes, and NothingSelected where there is no item.
    """
    place = locate(Path.cwd(), paths, root)

    import pytest

    from evalkit.pytest_plugin.selection import Selection

    selection = Selection()
    given = {"root": place.root, **options, "collect_only": True}
    arguments = to_pytest(plugin_name(), given, place.paths, ())
    with redirect_stdout(StringIO()) as shown, redirect_stderr(StringIO()) as told:
        code = pytest.main(arguments, plugins=[selection])
    if selection.mistakes:
        raise UsageError("\n\n".join(selection.mistakes))
    if code == pytest.ExitCode.USAGE_ERROR:
        raise UsageError(told.getvalue().strip().removeprefix("ERROR: "))
    if code not in SELECTED:
        raise EvalkitError(f"{shown.getvalue()}{told.getvalue()}")
    if not selection.met:
        raise NothingSelected("there is no suite\n  hint: evalkit init writes a first one")
    if not selection.items:
        raise NothingSelected("no item is selected")
    return selection
