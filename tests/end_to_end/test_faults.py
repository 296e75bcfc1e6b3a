"""What a run says and does when a deployment, the disk or the terminal is not as one would like."""

import contextlib
import os
import pty
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import pytest

from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

Project = Any
"""What the fixtures of conftest.py give."""

SUITE = """
deployments:
  odd: {base_url: "${EVALKIT_TEST_URL}", retry: {tries: 1}}
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
"""

REPLIES: dict[str, tuple[object, str]] = {
    "bytes that are no JSON": (
        {"fault": "garbage"},
        "response_invalid: {host} sent application/json that is no JSON: this is no completion",
    ),
    "a page of HTML": (
        {"fault": "html"},
        "response_invalid: {host} sent text/html that is no JSON: <!DOCTYPE html><html>",
    ),
    "a reply that is cut off": (
        {"fault": "cut"},
        "connect: the connection to {host} ended in the middle of a reply",
    ),
    "an error status": (
        {"error": {"status": 400, "message": "temperature is not supported"}},
        "bad_request: {host} answered 400: temperature is not supported",
    ),
}
"""What a deployment answers, and what is told of it."""


@pytest.mark.parametrize(("reply", "told"), REPLIES.values(), ids=list(REPLIES))
def test_a_deployment_that_speaks_garbage_is_an_error_and_no_failure(
    project: Project, reply: object, told: str
) -> None:
    project.write("suites/first.yaml", SUITE)
    with ServerThread(Script.model_validate({"rules": [{"reply": reply}]})) as server:
        project.environ["EVALKIT_TEST_URL"] = server.base_url
        ran = project.evalkit("run", "--deployment", "odd")
    host = server.base_url.removeprefix("http://").removesuffix("/v1")
    assert (ran.code, f"turn 1: {told.format(host=host)}" in ran.out) == (6, True), ran.out
    assert last_line(ran.out) == (
        "evalkit: 1 of 1 item could not be evaluated, none failed (exit 6)"
    )


def last_line(out: str) -> str:
    return out.rstrip().splitlines()[-1]


def limit_files() -> None:
    """Let the process write no file beyond 2,000 bytes, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


def test_a_record_that_cannot_be_stored_ends_the_run(project: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "suites", "-p", "no:cacheprovider"],
        cwd=project.root,
        env=project.environ,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        preexec_fn=limit_files,
    )
    assert (done.returncode, "the record cannot be stored" in done.stdout) == (8, True), done.stdout
    assert last_line(done.stdout).endswith("bytes were written (exit 8)")


def test_a_terminal_shows_one_live_line_in_place_of_dots(project: Project) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "evalkit", "run", "suites", "-k", "greeting or farewell"],
        cwd=project.root,
        env={**project.environ, "TERM": "xterm", "NO_COLOR": "1"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = "".join(read_terminal(ours))
    assert process.wait(30) == 0, shown
    assert re.search(r"\r\x1b\[K1/2 done, \d+ s", shown)
    assert "collected" not in shown
    assert shown.rstrip().endswith("evalkit: all 2 items hold")


def read_terminal(descriptor: int) -> Iterator[str]:
    """Give what a program writes to its terminal, until it ends."""
    with os.fdopen(descriptor, "rb", buffering=0) as terminal, contextlib.suppress(OSError):
        while block := terminal.read(4096):
            yield block.decode()


def test_a_time_limit_for_tests_does_not_count_what_an_item_waits_for(project: Project) -> None:
    project.write("suites/first.yaml", SUITE)
    script = Script.model_validate({"delay": 1.5, "rules": [{"reply": {"echo": True}}]})
    with ServerThread(script) as server:
        project.environ["EVALKIT_TEST_URL"] = server.base_url
        ran = project.pytest("--timeout=1", "--evalkit-deployment=odd")
    assert ran.code == 0, ran.out


REPEATED = """
deployments:
  narrow: {base_url: "${EVALKIT_TEST_URL}", limits: {concurrency: 2}}
defaults: {repeat: 4}
conversations:
  - id: one
    turns: [{user: hello, expect: [{contains: hello}]}]
  - id: two
    turns: [{user: hello, expect: [{contains: hello}]}]
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_no_more_requests_are_in_flight_than_a_deployment_allows(
    project: Project, workers: tuple[str, ...]
) -> None:
    project.write("suites/first.yaml", REPEATED)
    script = {"delay": 0.1, "rules": [{"reply": {"echo": True}}]}
    with ServerThread(Script.model_validate(script)) as server:
        project.environ["EVALKIT_TEST_URL"] = server.base_url
        project.evalkit("run", "--deployment", "narrow", *workers)
    moments = [(one.started, 1) for one in server.requests]
    moments += [(one.ended, -1) for one in server.requests]
    in_flight = list(accumulate(change for _, change in sorted(moments)))
    assert (len(server.requests), max(in_flight)) == (8, 2)
