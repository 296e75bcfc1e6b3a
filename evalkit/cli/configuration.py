"""The file that configures pytest in a folder, and what it says about suites."""

import configparser
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from evalkit.errors import UsageError

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "pytest.toml": ("pytest",),
    ".pytest.toml": ("pytest",),
    "pytest.ini": ("pytest",),
    ".pytest.ini": ("pytest",),
    "pyproject.toml": ("tool", "pytest"),
    "tox.ini": ("pytest",),
    "setup.cfg": ("tool:pytest",),
}
"""Files that pytest looks for, in its order, and the table of its options in each."""

ALWAYS: Final = frozenset(name for name in TABLES if "pytest" in name)
"""Files that make their folder the root even where they hold no table."""


def configures(folder: Path) -> bool:
    """Say whether a file in the folder makes it pytest's root."""
    return _options(folder) is not None


def suite_globs(root: Path) -> tuple[str, ...]:
    """Give pytest's ini option `evalkit_suites`, by which files are suites."""
    written = (_options(root) or {}).get("evalkit_suites", ())
    return tuple(shlex.split(written) if isinstance(written, str) else written)


def _options(folder: Path) -> Mapping[str, Any] | None:
    """Give the options of the first file that configures pytest; None where there is none."""
    for name in TABLES:
        table = _table(folder / name) if (folder / name).is_file() else None
        if table is not None:
            return table
    return None


def _table(file: Path) -> Mapping[str, Any] | None:
    """Read the table of pytest's options; raises UsageError where the file is malformed."""
    text = file.read_text(encoding="utf-8", errors="replace")
    try:
        table = _toml(file.name, text) if file.suffix == ".toml" else _ini(file.name, text)
    except (tomllib.TOMLDecodeError, configparser.Error) as error:
        raise UsageError(f"{file.name} cannot be read: {error}") from error
    return {} if table is None and file.name in ALWAYS else table


def _toml(name: str, text: str) -> Mapping[str, Any] | None:
    table: Any = tomllib.loads(text)
    for key in TABLES[name]:
        table = table.get(key)
        if table is None:
            return None
    return {**table, **table.get("ini_options", {})}


def _ini(name: str, text: str) -> Mapping[str, Any] | None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    (section,) = TABLES[name]
    return parser[section] if parser.has_section(section) else None
