"""`--no-python`: nothing that a suite names is imported, and what needs it is skipped."""

from collections.abc import Callable
from typing import Any

import pytest

Bare = Callable[[dict[str, str]], Any]

SUITE = """\
deployments:
  own: {api: python, call: "mine.py:answer"}
  good: {api: scripted, script: {otherwise: hello}}
conversations:
  - id: checked
    deployments: [good]
    turns: [{user: hi, expect: [{python: "mine.py:check"}]}]
  - id: nested
    deployments: [good]
    turns: [{user: hi, expect: [{not: {all_of: [{python: "mine.py:check"}]}}]}]
  - id: own
    deployments: [own]
    turns: [{user: hi, expect: [{contains: hi}]}]
  - id: plain
    deployments: [good]
    turns: [{user: hi, expect: [{contains: hello}]}]
"""
TRAP = "raise SystemExit('imported')"


FILES = {"suites/a.yaml": SUITE, "suites/mine.py": TRAP}


@pytest.mark.parametrize("runner", ["evalkit_run", "pytest"])
def test_what_needs_python_is_skipped_and_the_rest_runs(runner: str, bare: Bare) -> None:
    project = bare(FILES)

    ran = getattr(project, runner)(
        "--evalkit-no-python", *(["--"] if runner == "evalkit_run" else []), "-rs"
    )

    assert (ran.code, "1 passed, 3 skipped" in ran.out) == (0, True), ran.out
    assert "Python is switched off (--no-python)" in ran.out


def test_validating_imports_nothing_either(bare: Bare) -> None:
    ran = bare(FILES).evalkit("validate", "--no-python")

    assert (ran.code, ran.out) == (0, "1 suite, 4 conversations, no mistakes\n")


def test_without_it_the_code_is_imported(bare: Bare) -> None:
    ran = bare(FILES).evalkit("validate")

    assert (ran.code, "SystemExit: imported" in ran.err) == (4, True)
