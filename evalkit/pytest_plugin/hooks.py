"""The hooks that pytest always calls; nothing heavy is imported until a suite is met."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evalkit.pytest_plugin.caps import add_options

if TYPE_CHECKING:
    from evalkit.pytest_plugin.items import SuiteFile

YAML = re.compile(r"\.ya?ml$")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("evalkit_suites", "globs of the files that are suites", type="args", default=[])
    group = parser.getgroup("evalkit", "conversations with chat deployments")
    group.addoption(
        "--evalkit-deployment",
        action="append",
        default=[],
        metavar="NAME",
        help="run only these deployments (repeatable, globs allowed)",
    )
    group.addoption(
        "--evalkit-missing-key",
        choices=["skip", "error"],
        help="what to do with a deployment whose variables are not set",
    )
    group.addoption(
        "--evalkit-reports",
        metavar="DIR",
        help="folder for the record and report of each run (default: reports in the root)",
    )
    add_options(group)
    group.addoption(
        "--evalkit-no-python",
        action="store_true",
        help="import no code that suites name; what needs it is skipped",
    )
    group.addoption("--evalkit-only", action="store_true", help="collect suites, nothing else")
    group.addoption("--evalkit-progress", action="store_true", help="one live line, no dots")


def pytest_configure(config: pytest.Config) -> None:
    distributed = getattr(config.option, "dist", "no") != "no" and not hasattr(
        config, "workerinput"
    )
    if distributed:
        from evalkit.pytest_plugin.distribution import Distribution

        config.pluginmanager.register(Distribution(config), "evalkit-distribution")
    elif config.getoption("evalkit_only"):
        from evalkit.pytest_plugin.session import Session

        Session.of(config)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    other = collection_path.is_file() and not YAML.search(collection_path.name)
    return True if other and config.getoption("evalkit_only") else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "SuiteFile | None":
    if not YAML.search(file_path.name):
        return None
    from evalkit.pytest_plugin.items import collect

    return collect(file_path, parent)
