"""Suites under plain pytest and under `evalkit run`: the same verdicts, each request sent once."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml

from evalkit.server.thread import ServerThread

Project = Any
"""What the fixtures of conftest.py give."""

DEAD = """
deployments:
  dead:
    base_url: http://127.0.0.1:{port}/v1
    retry: {{tries: 1}}
"""

HOLDING = """
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
"""

ONE_OF_THREE = """
conversations:
  - id: farewell
    turns: [{user: goodbye, expect: [{contains: goodbye}]}]
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
  - id: thanks
    turns: [{user: thanks, expect: [{contains: welcome}]}]
"""

TYPO = """
conversations:
  - id: greeting
    turns:
      - user: hello
        expect:
          - contians: hello
"""


def summary(project: Project) -> dict[str, Any]:
    return summary_in(project.root)


def summary_in(root: Path) -> dict[str, Any]:
    [file] = root.glob("reports/*/summary.json")
    read: dict[str, Any] = json.loads(file.read_text())
    return read


def read_until(words: str, lines: Iterable[str]) -> str:
    """Read up to the line that holds some words."""
    read = ""
    for line in lines:
        read += line
        if words in line:
            break
    return read


def last_line(out: str) -> str:
    return out.rstrip().splitlines()[-1]


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


Command = Callable[[Project], Any]

COMMANDS = pytest.mark.parametrize(
    "command",
    [lambda project: project.pytest, lambda project: project.evalkit_run],
    ids=["pytest", "evalkit run"],
)


@COMMANDS
def test_verdicts_are_the_same(command: Command, project: Project, server: ServerThread) -> None:
    ran = command(project)("suites")
    assert (ran.code, len(server.requests)) == (1, 4), ran.out
    assert last_line(ran.out) == "evalkit: 1 of 3 items failed (exit 1)"


@COMMANDS
def test_a_failure_shows_its_place_its_turn_and_its_reply(
    command: Command, project: Project
) -> None:
    out = command(project)("suites").out
    assert "  at suites/first.yaml:14:5\n" in out
    assert "turn 1: say something" in out
    assert "reply: say something" in out
    assert "failed: contains: reply does not contain 'something else'" in out
    assert "at suites/first.yaml:17:19" in out


@COMMANDS
def test_the_report_is_named_and_there(command: Command, project: Project) -> None:
    out = command(project)("suites").out
    [line] = [line for line in out.splitlines() if line.startswith("evalkit: report in ")]
    assert Path(line.removeprefix("evalkit: report in ")).read_text().startswith("<!doctype html>")


@COMMANDS
@pytest.mark.parametrize(
    ("arguments", "requests"),
    [
        pytest.param(("-k", "greeting"), 2, id="-k"),
        pytest.param(("-k", "farewell or failing"), 2, id="-k or"),
        pytest.param(("-m", "smoke"), 2, id="-m"),
        pytest.param(("--collect-only",), 0, id="--collect-only"),
    ],
)
def test_only_what_is_selected_is_sent(
    command: Command,
    project: Project,
    server: ServerThread,
    arguments: tuple[str, ...],
    requests: int,
) -> None:
    command(project)("suites", *arguments)
    assert len(server.requests) == requests


@COMMANDS
def test_an_item_is_run_by_its_node_id(
    command: Command, project: Project, server: ServerThread
) -> None:
    ran = command(project)("suites/first.yaml::farewell[good]")
    assert (ran.code, len(server.requests)) == (0, 1), ran.out


@COMMANDS
def test_collecting_lists_the_items_and_leaves_no_record(
    command: Command, project: Project
) -> None:
    ran = command(project)("suites", "--collect-only")
    assert [line.split()[-1] for line in ran.out.splitlines() if "ConversationItem" in line] == [
        "greeting[good]>",
        "farewell[good]>",
        "failing[good]>",
    ]
    assert (ran.code, project.records) == (0, [])


@COMMANDS
def test_last_failed_runs_the_failed_alone(
    command: Command, project: Project, server: ServerThread
) -> None:
    command(project)("suites")
    sent = len(server.requests)
    ran = command(project)("suites", "--lf")
    assert (ran.code, len(server.requests) - sent) == (1, 1), ran.out


@COMMANDS
def test_stopping_at_the_first_failure_reports_nothing_behind_it(
    command: Command, project: Project
) -> None:
    project.write("suites/second.yaml", HOLDING)
    ran = command(project)("suites", "-x")
    assert ran.code == 1, ran.out
    assert summary(project)["overall"]["counts"]["passed"] == 2


@COMMANDS
def test_workers_send_each_request_once(
    command: Command, project: Project, server: ServerThread
) -> None:
    ran = command(project)("suites", "-n", "2")
    assert (ran.code, len(server.requests)) == (1, 4), ran.out + ran.err
    assert {path.name for path in project.records} == {"run.gw0.jsonl", "run.gw1.jsonl"}
    assert summary(project)["overall"]["counts"]["failed"] == 1
    assert last_line(ran.out) == "evalkit: 1 of 3 items failed (exit 1)"


def test_workers_report_what_one_process_reports(project: Project) -> None:
    text = (project.root / "suites/first.yaml").read_text()
    project.write(
        "suites/first.yaml", text.replace("- id: farewell", "- id: farewell\n    skip: x")
    )
    project.evalkit("run", "--reports", "one/reports")
    project.evalkit("run", "--reports", "two/reports", "-n", "2")
    one, two = (
        {item["id"]: (item["line"], item["tags"], item["status"]) for item in told["items"]}
        for told in (summary_in(project.root / "one"), summary_in(project.root / "two"))
    )
    assert (two, len(one)) == (one, 3)


@COMMANDS
def test_junit_tells_failures_from_errors(
    command: Command, project: Project, closed_port: int
) -> None:
    project.write("suites/dead/deployments.yaml", DEAD.format(port=closed_port))
    project.write("suites/dead/suite.yaml", HOLDING)
    command(project)(
        "suites", "--junitxml", "junit.xml", *project.option("deployment", "good"),
        *project.option("deployment", "dead"),
    )  # fmt: skip
    cases = [case for suite in JUnitXml.fromfile(str(project.root / "junit.xml")) for case in suite]
    told = {case.name: [type(result) for result in case.result] for case in cases}
    assert told == {
        "greeting[good]": [],
        "farewell[good]": [],
        "failing[good]": [Failure],
        "greeting[dead]": [Error],
    }


@COMMANDS
def test_a_dead_deployment_is_an_error_and_no_failure(
    command: Command, bare: Any, closed_port: int
) -> None:
    made = bare(
        {"suites/deployments.yaml": DEAD.format(port=closed_port), "suites/a.yaml": HOLDING}
    )
    ran = command(made)("suites")
    assert ran.code == 6, ran.out
    assert "1 error" in ran.out
    assert f"127.0.0.1:{closed_port}" in ran.out
    assert "is the server running?" in ran.out
    assert last_line(ran.out) == (
        "evalkit: 1 of 1 item could not be evaluated, none failed (exit 6)"
    )


@COMMANDS
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_a_typo_is_told_at_its_place_and_nothing_is_sent(
    command: Command, project: Project, server: ServerThread, workers: tuple[str, ...]
) -> None:
    project.write("suites/typo.yaml", TYPO)
    ran = command(project)("suites", *workers)
    told = """\
suites/typo.yaml:7:13: unknown check 'contians'
    7 |           - contians: hello
                    ^^^^^^^^
  hint: did you mean 'contains'?
"""
    assert (ran.code, len(server.requests)) == (4, 0), ran.out
    assert ran.out.count(told) == 1, ran.out
    assert last_line(ran.out) == "evalkit: 1 mistake, nothing was sent (exit 4)"


def test_a_typo_leaves_other_tests_alone(project: Project) -> None:
    project.write("suites/typo.yaml", TYPO)
    project.write("test_other.py", "def test_other():\n    assert True\n")
    ran = project.pytest()
    assert ran.code == 4
    assert "1 passed" in ran.out


def test_failures_beside_other_tests_keep_pytests_exit_code(project: Project) -> None:
    project.write("test_other.py", "def test_other():\n    assert False\n")
    ran = project.pytest("-k", "other or greeting")
    assert ran.code == 1
    assert "1 failed, 1 passed" in ran.out


def test_a_project_without_suites_sees_nothing_of_the_plugin(bare: Any) -> None:
    made = bare({"test_a.py": "def test_a():\n    pass\n", "data/x.yaml": "a: 1\n"})
    ran = made.pytest("--no-header", "-p", "no:cacheprovider")
    assert (ran.code, "evalkit" in ran.out + ran.err) == (0, False), ran.out


def test_a_yaml_file_that_is_no_suite_is_left_alone(project: Project) -> None:
    project.write("suites/other.yaml", "colours: [red]\n")
    assert project.pytest("suites", "-k", "greeting").code == 0


@COMMANDS
def test_known_failures_do_not_fail_the_run(command: Command, project: Project) -> None:
    text = (project.root / "suites/first.yaml").read_text()
    project.write("suites/first.yaml", text.replace("- id: failing", "- id: failing\n    xfail: x"))
    ran = command(project)("suites")
    assert ran.code == 0, ran.out
    assert last_line(ran.out) == "evalkit: all 3 items hold, 1 known to fail"


@COMMANDS
def test_a_run_whose_items_are_all_skipped_selects_nothing(command: Command, bare: Any) -> None:
    skipped = HOLDING.replace("- id: greeting", "- id: greeting\n    skip: later")
    made = bare({"suites/deployments.yaml": DEAD.format(port=9), "suites/a.yaml": skipped})
    ran = command(made)("suites")
    assert (ran.code, last_line(ran.out)) == (5, "evalkit: every item is skipped (exit 5)")


@COMMANDS
def test_no_item_selected_is_no_success(command: Command, project: Project) -> None:
    ran = command(project)("suites", "-k", "nothing-like-it")
    assert (ran.code, last_line(ran.out)) == (5, "evalkit: no item is selected (exit 5)")


@COMMANDS
def test_an_unset_variable_is_named_with_its_place(command: Command, bare: Any) -> None:
    keyed = "deployments:\n  live: {base_url: 'http://127.0.0.1:9/v1', api_key: '${MY_KEY}'}\n"
    made = bare({"suites/deployments.yaml": keyed, "suites/a.yaml": HOLDING})
    ran = command(made)("suites")
    assert ran.code == 4, ran.out
    assert "suites/deployments.yaml:2:" in ran.out
    assert "MY_KEY" in ran.out
    assert "hint: export MY_KEY=…" in ran.out


@COMMANDS
def test_an_unknown_deployment_is_told_with_the_nearest(
    command: Command, project: Project, server: ServerThread
) -> None:
    ran = command(project)("suites", *project.option("deployment", "goood"))
    assert (ran.code, len(server.requests)) == (4, 0), ran.out
    assert "no deployment is called 'goood'" in ran.out
    assert "did you mean 'good'?" in ran.out


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-m", "pytest", "suites", "-v"),
        (sys.executable, "-m", "evalkit", "run", "suites", "--", "-v"),
        ("sh", "-c", 'trap "" INT; exec "$0" -m evalkit run -- -v', sys.executable),
    ],
    ids=["pytest", "evalkit run", "evalkit run in the background of a script"],
)
def test_an_interrupted_run_keeps_its_record_and_writes_its_report(
    command: tuple[str, ...], project: Project, half_silent: ServerThread
) -> None:
    project.write("suites/first.yaml", ONE_OF_THREE)
    process = subprocess.Popen(
        command,
        cwd=project.root,
        env={**project.environ, "EVALKIT_TEST_URL": half_silent.base_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.stdout is not None
    out = read_until("farewell[good] PASSED", process.stdout)
    process.send_signal(signal.SIGINT)
    out += read_until("evalkit: interrupted: what is in flight has 10 s", process.stdout)
    process.send_signal(signal.SIGINT)
    out += process.communicate(timeout=30)[0]
    assert process.returncode == 2, out
    [record] = project.records
    end = json.loads(record.read_text().splitlines()[-1])
    assert (end["type"], end["interrupted"]) == ("run_end", True)
    assert summary(project)["overall"]["counts"]["passed"] == 1
    assert last_line(out) == "evalkit: interrupted; 1 attempt is recorded (exit 2)"


@COMMANDS
def test_workers_that_stop_at_a_failure_have_failed(command: Command, project: Project) -> None:
    ran = command(project)("suites", "-n", "2", "-x")
    assert ran.code == 1, ran.out
    assert "failed" in last_line(ran.out)


def test_the_exit_code_is_not_claimed_where_other_tests_decide(project: Project) -> None:
    project.write("test_other.py", "def test_other():\n    assert True\n")
    ran = project.pytest("-k", "other or failing")
    assert (ran.code, last_line(ran.out)) == (1, "evalkit: 1 of 1 item failed")


def test_an_error_of_collecting_is_left_to_pytest(project: Project, server: ServerThread) -> None:
    project.write("test_other.py", "import nothing_like_it\n")
    ran = project.pytest()
    assert (ran.code, len(server.requests), "evalkit: " in ran.out) == (2, 0, False), ran.out


def test_stepwise_stops_at_the_first_failure(project: Project, server: ServerThread) -> None:
    text = "conversations:\n" + "".join(
        f"  - {{id: c{n}, turns: [{{user: hi, expect: [{{contains: bye}}]}}]}}\n" for n in range(60)
    )
    project.write("suites/first.yaml", text)
    ran = project.pytest("suites", "--sw")
    assert ran.code == 1, ran.out
    assert len(server.requests) < 20


@COMMANDS
def test_a_file_that_is_named_is_a_suite_wherever_it_lies(
    command: Command, project: Project
) -> None:
    project.write("checks.yaml", (project.root / "suites/deployments.yaml").read_text() + HOLDING)
    ran = command(project)("checks.yaml")
    assert (ran.code, last_line(ran.out)) == (0, "evalkit: 1 item holds"), ran.out


def test_a_suite_is_found_from_within_its_folder(project: Project) -> None:
    (project.root / "pytest.ini").unlink()
    inner = replace(project, root=project.root / "suites")
    ran = inner.pytest("-k", "greeting")
    assert (ran.code, last_line(ran.out)) == (0, "evalkit: 1 item holds"), ran.out


def test_a_surprise_is_told(project: Project) -> None:
    project.write("suites/first.yaml", f"{HOLDING.rstrip()}\n    xfail: a bug\n")
    ran = project.pytest("suites", "-o", "xfail_strict=true")
    told = "evalkit: 1 item holds, 1 although expected to fail"
    assert (ran.code, last_line(ran.out)) == (0, told), ran.out


LOADED = """
import sys


def test_that_nothing_of_it_is_loaded():
    assert not [name for name in sys.modules if name.startswith("evalkit.loader")]
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_a_project_without_suites_loads_little(bare: Any, workers: tuple[str, ...]) -> None:
    hook = "def pytest_sessionfinish():\n    import sys\n    assert 'pydantic' not in sys.modules\n"
    made = bare({"test_a.py": LOADED, "conftest.py": hook})
    ran = made.pytest("-p", "no:cacheprovider", *workers)
    assert (ran.code, "evalkit: " in ran.out) == (0, False), ran.out + ran.err
