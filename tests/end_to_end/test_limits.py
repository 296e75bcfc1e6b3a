"""What bounds a whole run: caps on the command line, and limits that processes share."""

from itertools import accumulate
from typing import Any

import pytest

from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

Project = Any
"""What the fixtures of conftest.py give."""

SUITE = """
deployments:
  bounded:
    base_url: "${EVALKIT_TEST_URL}"
    price: {input: 1000, output: 1000}
    limits: {concurrency: 1}
conversations:
"""

ECHO = {"rules": [{"reply": {"echo": True}}]}


def write(project: Project, items: int) -> None:
    line = "  - {id: c%d, turns: [{user: hello, expect: [{contains: hello}]}]}\n"
    project.write("suites/first.yaml", SUITE + "".join(line % number for number in range(items)))


@pytest.mark.parametrize(
    ("cap", "told"),
    [
        ("--max-tokens=1", "not run: the run's 1 tokens are used up"),
        ("--max-cost=0.000001", "not run: the run's $1e-06 are used up"),
    ],
    ids=["tokens", "cost"],
)
@pytest.mark.parametrize(
    ("workers", "sent"), [((), 1), (("-n", "2"), 2)], ids=["one process", "two workers"]
)
def test_a_cap_leaves_the_rest_unrun_but_for_what_is_in_flight(
    project: Project, cap: str, told: str, workers: tuple[str, ...], sent: int
) -> None:
    write(project, 6)
    with ServerThread(Script.model_validate(ECHO)) as server:
        project.environ["EVALKIT_TEST_URL"] = server.base_url
        ran = project.evalkit("run", "--deployment", "bounded", cap, *workers)
    last = ran.out.rstrip().splitlines()[-1]
    left = 6 - len(server.requests)
    assert (ran.code, told in ran.out) == (6, True), ran.out
    assert last == (
        f"evalkit: {left} of 6 items could not be evaluated, {left} of them not run, "
        "none failed (exit 6)"
    )
    assert 1 <= len(server.requests) <= sent


def test_a_run_ends_when_its_time_is_over(project: Project) -> None:
    write(project, 3)
    script = {"rules": [{"reply": {"text": "hello", "delay": 60}}]}
    with ServerThread(Script.model_validate(script)) as server:
        project.environ["EVALKIT_TEST_URL"] = server.base_url
        ran = project.evalkit("run", "--deployment", "bounded", "--max-time", "500ms")
    assert (ran.code, "evalkit: 3 not run: the run's 0.5 s are over" in ran.out) == (6, True), (
        ran.out
    )


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--max-tokens=0", "'0' is no number of tokens above 0"),
        ("--max-cost=-1", "'-1' is no amount of dollars above 0"),
        ("--max-time=soon", "'soon' is no time: write 90s, 10m or a number of seconds"),
    ],
)
def test_a_cap_that_is_no_amount_is_refused(project: Project, option: str, told: str) -> None:
    write(project, 1)
    ran = project.evalkit("run", option)
    assert (ran.code, told in ran.out + ran.err) == (4, True), ran.out + ran.err


def test_a_cap_on_cost_needs_a_price(project: Project) -> None:
    write(project, 1)
    suite = project.root / "suites/first.yaml"
    suite.write_text(suite.read_text().replace("price:", "params: {seed: 1} #"))
    project.environ["EVALKIT_TEST_URL"] = "http://127.0.0.1:9/v1"
    ran = project.evalkit("run", "--deployment", "bounded", "--max-cost=1")
    told = "--max-cost counts nothing without a price: 'bounded' of deployments has none"
    assert (ran.code, told in ran.out + ran.err) == (4, True), ran.out + ran.err


def test_workers_share_a_deployment_s_only_place(project: Project) -> None:
    write(project, 6)
    script = {"delay": 0.05, "rules": [{"reply": {"echo": True}}]}
    with ServerThread(Script.model_validate(script)) as server:
        project.environ["EVALKIT_TEST_URL"] = server.base_url
        ran = project.evalkit("run", "--deployment", "bounded", "-n", "3")
    moments = [(one.started, 1) for one in server.requests]
    moments += [(one.ended, -1) for one in server.requests]
    in_flight = accumulate(change for _, change in sorted(moments))
    assert (ran.code, len(server.requests), max(in_flight)) == (0, 6, 1), ran.out
    assert not list(project.root.glob("reports/*/places"))
