"""`evalkit run`, as a shell sees it."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import TypeAlias

import pytest

Program: TypeAlias = Callable[..., CompletedProcess[str]]


def test_a_missing_path_is_refused_before_pytest_starts(evalkit: Program) -> None:
    done = evalkit("run", "suitess")

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        "no such file or folder: 'suitess'\n  hint: a path is relative to the current folder\n"
    )


def test_python_tests_and_a_projects_options_are_left_alone(
    evalkit: Program, tmp_path: Path
) -> None:
    (tmp_path / "test_own.py").write_text("def test_own(): assert False")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")

    done = evalkit("run")

    assert (done.returncode, done.stderr) == (5, "")
    assert "test_own" not in done.stdout


def test_options_of_pytest_follow_two_dashes(evalkit: Program) -> None:
    done = evalkit("run", "--", "--markers")

    assert done.returncode == 0
    assert "@pytest.mark.skip" in done.stdout


def test_an_option_that_pytest_refuses_is_wrong_usage(evalkit: Program) -> None:
    assert evalkit("run", "--", "--no-such-option").returncode == 4


@pytest.mark.parametrize("variable", ["", "1"], ids=["autoload", "no autoload"])
def test_the_plugin_is_loaded_with_and_without_autoload(
    evalkit: Program, tmp_path: Path, variable: str
) -> None:
    (tmp_path / "suites").mkdir()

    done = evalkit("run", PYTEST_DISABLE_PLUGIN_AUTOLOAD=variable)

    assert (done.returncode, done.stderr) == (5, "")
