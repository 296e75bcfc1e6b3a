"""Items that are known to hold when their turn comes: told of as all others are."""

from typing import Any

import pytest
from junitparser import JUnitXml

from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

Project = Any
"""What the fixtures of conftest.py give."""

MANY = 12
"""Conversations of each file: with 4 in flight, most are over before pytest gets to them."""

NAMES = [f"suites/many{file}.yaml::c{number}[good]" for file in range(3) for number in range(MANY)]

TURN = "  - id: c{number}\n    turns: [{{user: hello, expect: [{{contains: {wanted}}}]}}]\n"

WATCHING = """
from pathlib import Path

def note(phase, item):
    with Path("seen.txt").open("a") as file:
        file.write(f"{phase} {item.nodeid}\\n")

def pytest_runtest_setup(item):
    note("setup", item)

def pytest_runtest_call(item):
    note("call", item)

def pytest_runtest_teardown(item):
    note("teardown", item)
"""


def suite(failing: int) -> str:
    wanted = ["something" if number == failing else "hello" for number in range(MANY)]
    turns = (TURN.format(number=number, wanted=word) for number, word in enumerate(wanted))
    return "conversations:\n" + "".join(turns)


@pytest.fixture
def files(project: Project) -> Project:
    """Give a project of three files, in each of which another conversation does not hold."""
    for index, failing in enumerate((0, 5, MANY - 1)):
        project.write(f"suites/many{index}.yaml", suite(failing))
    return project


def test_every_item_is_reported_in_file_order(files: Project) -> None:
    ran = files.evalkit_run("suites/", "--", "-v")
    told = [line.split()[0] for line in ran.out.splitlines() if "%]" in line]

    assert [name for name in told if name in set(NAMES)] == NAMES


def test_what_does_not_hold_is_told_among_what_does(files: Project) -> None:
    paths = [f"suites/many{index}.yaml" for index in range(3)]
    ran = files.evalkit_run(*paths, "--junitxml", "junit.xml")
    cases = [case for one in JUnitXml.fromfile(str(files.root / "junit.xml")) for case in one]

    assert ran.code == 1
    assert [case.name for case in cases if case.result] == ["c0[good]", "c5[good]", "c11[good]"]
    assert len(cases) == 3 * MANY


def test_a_project_that_looks_at_phases_sees_all_of_them(files: Project) -> None:
    files.write("conftest.py", WATCHING)
    files.evalkit_run("suites/many0.yaml", "suites/many1.yaml")
    seen = (files.root / "seen.txt").read_text("utf-8").splitlines()
    expected = [
        f"{phase} {name}" for name in NAMES[: 2 * MANY] for phase in ("setup", "call", "teardown")
    ]

    assert seen == expected


def test_a_file_whose_last_items_are_over_before_their_turn_ends_well(project: Project) -> None:
    rules = [
        {"when": {"user": "slow"}, "reply": {"echo": True, "delay": 0.3}},
        {"reply": {"echo": True}},
    ]
    first = "  - {id: first, turns: [{user: slow, expect: [{contains: slow}]}]}\n"
    project.write("suites/a.yaml", suite(-1).replace("s:\n", f"s:\n{first}", 1))
    project.write("suites/b.yaml", suite(-1))
    with ServerThread(Script.model_validate({"rules": rules})) as server:
        project.environ["EVALKIT_TEST_URL"] = server.base_url
        ran = project.evalkit_run("suites/a.yaml", "suites/b.yaml")

    assert (ran.code, ran.err) == (0, "")
