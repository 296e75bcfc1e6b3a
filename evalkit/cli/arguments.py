"""`evalkit run`'s arguments as pytest's."""

from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | Path | tuple[str, ...] | None

BASE = (
    "-o",
    "addopts=",
    "-o",
    "strict_config=false",  # an option of a plugin that is not installed here is no matter
    "-W",
    "ignore::pytest.PytestConfigWarning",
    "--assert=plain",
    "--no-header",
    "-p",
    "no:unraisableexception",  # it collects garbage five times at the end, for Python tests
    "-p",
    "no:anyio",  # a dependency's plugin for tests that are coroutines; it starts for 70 ms
    "--capture=sys",  # it switches six times an item, and file descriptors only by system calls
    "--evalkit-only",
)
"""What every run has: a project's own options are for its own tests, and suites hold no asserts."""

LIVE = ("-q", "-o", "console_output_style=classic", "--evalkit-progress")
"""What a run in a terminal has besides: one live line takes the place of pytest's dots."""

FLAGS = {
    "root": "--rootdir",
    "deployment": "--evalkit-deployment",
    "missing_key": "--evalkit-missing-key",
    "no_python": "--evalkit-no-python",
    "reports": "--evalkit-reports",
    "max_tokens": "--evalkit-max-tokens",
    "max_cost": "--evalkit-max-cost",
    "max_time": "--evalkit-max-time",
    "keyword": "-k",
    "markers": "-m",
    "exitfirst": "-x",
    "maxfail": "--maxfail",
    "last_failed": "--lf",
    "collect_only": "--collect-only",
    "junitxml": "--junitxml",
    "processes": "-n",
}
"""Options of `evalkit run`, by name, and the flags of pytest that they stand for."""


def plugin_name() -> str:
    """Name the plugin as it is registered, so that it loads once, with autoload off as well."""
    registered = entry_points(group="pytest11", name="evalkit")
    return "evalkit" if registered else "evalkit.pytest_plugin.hooks"


def to_pytest(
    plugin: str, options: Mapping[str, Value], paths: Sequence[str], rest: Sequence[str]
) -> list[str]:
    """Give pytest's arguments; `rest` are those behind `--`, which come last and win."""
    flags = [flag for name, value in options.items() for flag in _flags(FLAGS[name], value)]
    return ["-p", plugin, *BASE, *flags, *paths, *rest]


def _flags(flag: str, value: Value) -> list[str]:
    """Join a flag and its value with `=`, so that no value is taken for another flag."""
    if value is None or value is False:
        return []
    if value is True:
        return [flag]
    values = value if isinstance(value, tuple) else (value,)
    return [f"{flag}={each}" for each in values]
