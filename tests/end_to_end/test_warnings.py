"""Warnings: told beside the run's result, and noted in its record."""

from collections.abc import Callable
from typing import Any

import pytest

Bare = Callable[[dict[str, str]], Any]

SUITE = """\
deployments:
  good: {api: scripted, script: {otherwise: {json: {dish: bun}}}}
conversations:
  - id: a
    response_format: {json_schema: {type: object}, strict: true}
    turns: [{user: hi, expect: [{json_schema: true}]}]
"""
TOLD = "suites/a.yaml:5:36: warning: a strict response_format refuses this schema"


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["one process", "a worker"])
def test_a_run_tells_them_and_notes_them(options: tuple[str, ...], bare: Bare) -> None:
    project = bare({"suites/a.yaml": SUITE})

    ran = project.evalkit_run(*options)

    assert (ran.code, ran.out.count(TOLD)) == (0, 1), ran.out
    assert any("refuses this schema" in one.read_text() for one in project.records)


def test_validating_tells_them_and_finds_no_mistake(bare: Bare) -> None:
    ran = bare({"suites/a.yaml": SUITE}).evalkit("validate")

    assert (ran.code, TOLD in ran.out) == (0, True)
    assert ran.out.endswith("1 suite, 1 conversation, no mistakes, 1 warning\n")
