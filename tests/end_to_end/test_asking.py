"""Checks that ask: other deployments over real HTTP, and the author's own Python."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

Bare = Callable[[dict[str, str]], Any]

SUITE = """\
deployments:
  good: {api: scripted, script: {otherwise: hello}}
  referee: {api: scripted, under_test: false, script: {otherwise: {verdict: pass, why: polite}}}
  silent: {base_url: "http://127.0.0.1:9/v1", under_test: false, retry: {tries: 1}}
  keyed:
    base_url: "http://127.0.0.1:9/v1"
    api_key: ${EVALKIT_TEST_KEY}
    under_test: false
conversations:
  - id: a
    turns:
      - user: hi
        expect: [CHECK, {contains: hello}]
"""


def expecting(check: str, **files: str) -> dict[str, str]:
    return {"suites/a.yaml": SUITE.replace("CHECK", check), **files}


def verdicts(project: Any) -> list[dict[str, Any]]:
    (record,) = project.records
    lines = map(json.loads, record.read_text(encoding="utf-8").splitlines())
    (outcome,) = [line for line in lines if line["type"] == "outcome"]
    found: list[dict[str, Any]] = outcome["verdicts"]
    return found


def test_what_a_judge_was_asked_is_in_the_record(bare: Bare) -> None:
    project = bare(expecting("{judge: Is polite, deployment: referee, votes: 2}"))

    ran = project.evalkit_run()

    assert ran.code == 0, ran.out
    (judged,) = [one for one in verdicts(project) if one["check"] == "judge"]
    assert [one["deployment"] for one in judged["asked"]] == ["referee", "referee"]


def test_a_judge_that_is_down_is_an_error_and_the_other_checks_are_judged(bare: Bare) -> None:
    project = bare(expecting("{judge: Is polite, deployment: silent}"))

    ran = project.evalkit_run()

    assert (ran.code, "1 error" in ran.out) == (6, True), ran.out
    assert {one["check"]: one["status"] for one in verdicts(project)} == {
        "complete": "passed",
        "judge": "error",
        "contains": "passed",
    }


def test_a_judge_without_its_key_is_a_mistake_where_nothing_else_would_run(bare: Bare) -> None:
    ran = bare(expecting("{judge: Is polite, deployment: keyed}")).evalkit_run()

    assert (ran.code, "'keyed' needs the variable 'EVALKIT_TEST_KEY'" in ran.out) == (4, True)


def test_embeddings_and_moderation_are_asked_over_http(bare: Bare) -> None:
    checks = "{similar: hello, deployment: referee}, {moderation: referee}"

    assert bare(expecting(checks)).evalkit_run().code == 0


@pytest.mark.parametrize("kind", ["", "async "], ids=["a function", "an async function"])
def test_a_check_of_ones_own_that_raises_is_an_error_with_its_traceback(
    kind: str, bare: Bare
) -> None:
    code = f"{kind}def check(text):\n    return text[99]\n"
    project = bare(expecting("{python: mine.py:check}", **{"suites/mine.py": code}))

    ran = project.evalkit_run()

    assert (ran.code, "check raised IndexError: string index out of range" in ran.out) == (6, True)
    (broken,) = [one for one in verdicts(project) if one["check"] == "python"]
    assert "return text[99]" in broken["evidence"][0]["excerpt"]


def test_a_secret_in_a_traceback_is_masked(bare: Bare) -> None:
    code = "import os\n\ndef check(text):\n    raise ValueError(os.environ['EVALKIT_TEST_KEY'])\n"
    files = expecting("{python: mine.py:check}", **{"suites/mine.py": code})
    files["suites/a.yaml"] = files["suites/a.yaml"].replace(
        "good: {api: scripted, ", 'good: {api: scripted, api_key: "${EVALKIT_TEST_KEY}", '
    )
    made = bare(files)
    project = replace(made, environ={**made.environ, "EVALKIT_TEST_KEY": "sk-canary-0123456789"})

    ran = project.evalkit_run()

    written = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in project.root.glob("reports/**/*")
        if path.is_file()
    )
    assert "check raised ValueError" in ran.out
    assert "sk-canary" not in ran.out + ran.err + written
