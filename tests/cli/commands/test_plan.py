"""`evalkit plan`, as a shell sees it: what a run would ask, and nothing is sent."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import TypeAlias

import pytest

from evalkit.records import reader

Program: TypeAlias = Callable[..., CompletedProcess[str]]

ROOT = Path(__file__).parents[3]

DEPLOYMENTS = """
deployments:
  shop: {base_url: "${SHOP_URL}", price: {input: 2.5, output: 10}, limits: {rpm: 30}}
  other: {base_url: http://127.0.0.1:9/v1, params: {max_tokens: 20}}
  referee: {base_url: "${JUDGE_URL}", price: {input: 1, output: 2}, under_test: false}
"""
SUITE = """
defaults: {judge: {deployment: referee, votes: 2}}
conversations:
  - id: refund
    tags: [smoke]
    repeat: 20
    turns:
      - user: I want my money back.
        expect: [{contains: refund}]
      - user: When?
        expect: [{judge: Names a day}]
  - id: late
    skip: not written yet
    turns: [{user: hello, expect: [{contains: hello}]}]
"""
SHOWN = """\
deployment  role       items  attempts        requests   prompt  completion           dollars
shop        tested         1        20              40  ~10,600     ~20,000            ~0.227
other       tested         1        20              40   ~1,000        ~800           unknown
referee     in checks      2        40   80, up to 160  ~67,760     ~40,000            ~0.148
total                      2        40  160, up to 240  ~79,360     ~60,800  ~0.374 + unknown

skipped: 2 items: not written yet
not set: SHOP_URL: shop is counted all the same, a run needs it
not set: JUDGE_URL: referee is counted all the same, a run needs it
time: shop: at least 1 min 21 s by rpm, at least 5 requests one after another
time: other: at least 5 requests one after another
time: referee: at least 10 requests one after another

exact: items, attempts and requests, but for what is tried again after a fault
up to: a check asks again where it cannot read an answer, for ~110,400 prompt and ~40,000 \
completion tokens
estimated: tokens and dollars, at 4 characters a token; a reply is taken to use its max_tokens, or \
500 where nothing limits it
"""
EXACT = {
    "items": 1,
    "attempts": 20,
    "skipped": [{"item": "suites/shop.yaml::late[shop]", "reason": "not written yet"}],
    "deployments": [
        {
            "name": "shop",
            "place": "suites/deployments.yaml:3:3",
            "tested": True,
            "asked_by_checks": False,
            "unset": ["SHOP_URL"],
            "items": 1,
            "attempts": 20,
            "requests": 40,
            "prompt_tokens": 2600,
            "completion_tokens": 4000,
            "cost": 0.0465,
            "requests_exact": True,
            "further": {"requests": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost": 0.0},
            "pace": {"in_a_row": 5, "seconds_by_rpm": 81.052631579, "seconds_by_tpm": None},
        },
        {
            "name": "referee",
            "place": "suites/deployments.yaml:5:3",
            "tested": False,
            "asked_by_checks": True,
            "unset": ["JUDGE_URL"],
            "items": 1,
            "attempts": 20,
            "requests": 40,
            "prompt_tokens": 21040,
            "completion_tokens": 4000,
            "cost": 0.02904,
            "requests_exact": False,
            "further": {
                "requests": 40,
                "prompt_tokens": 26360,
                "completion_tokens": 4000,
                "cost": 0.03436,
            },
            "pace": {"in_a_row": 5, "seconds_by_rpm": None, "seconds_by_tpm": None},
        },
    ],
    "total": {
        "requests": 80,
        "prompt_tokens": 23640,
        "completion_tokens": 8000,
        "requests_exact": False,
        "cost": 0.07554,
        "known_cost": 0.07554,
        "unpriced": [],
        "further": {"requests": 40, "prompt_tokens": 26360, "completion_tokens": 4000},
    },
    "assumed": {"characters_per_token": 4, "completion_tokens": 100, "max_tokens_used_up": False},
}
GUARD = """
import os, sys

def refuse(event, arguments):
    if event.startswith("socket."):
        os._exit(99)

sys.addaudithook(refuse)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Write a project with a judge, a price, a limit and a skipped conversation."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    suites = tmp_path / "suites"
    suites.mkdir()
    (suites / "deployments.yaml").write_text(DEPLOYMENTS)
    (suites / "shop.yaml").write_text(SUITE)
    return tmp_path


@pytest.mark.usefixtures("shop")
def test_a_table_says_what_would_be_asked(evalkit: Program) -> None:
    done = evalkit("plan")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == SHOWN


@pytest.mark.usefixtures("shop")
def test_json_is_exact(evalkit: Program) -> None:
    done = evalkit("plan", "--json", "--deployment", "shop", "--completion", "100")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{json.dumps(EXACT, indent=2)}\n"


@pytest.mark.parametrize(
    ("arguments", "deployments"),
    [
        (("-k", "refund and other"), ["other", "referee"]),
        (("-m", "smoke"), ["shop", "other", "referee"]),
        (("--deployment", "sh*"), ["shop", "referee"]),
        (("suites/shop.yaml::refund[other]",), ["other", "referee"]),
    ],
    ids=["a keyword", "a tag", "a glob", "an item"],
)
@pytest.mark.usefixtures("shop")
def test_items_are_selected_as_a_run_does(
    evalkit: Program, arguments: tuple[str, ...], deployments: list[str]
) -> None:
    done = evalkit("plan", "--json", *arguments)

    assert [one["name"] for one in json.loads(done.stdout)["deployments"]] == deployments


REFUSED: dict[str, tuple[tuple[str, ...], int, str]] = {
    "an unknown deployment": (
        ("--deployment", "shopp"),
        4,
        "no deployment is called 'shopp'\n  hint: did you mean 'shop'?\n",
    ),
    "a path that is not there": (
        ("suite",),
        4,
        "no such file or folder: 'suite'\n  hint: did you mean 'suites'?\n",
    ),
    "a keyword that is none": (
        ("-k", ")("),
        4,
        (
            "Wrong expression passed to '-k': )(: at column 1: expected not OR left parenthesis OR "
            "identifier; got right parenthesis\n"
        ),
    ),
    "a number below 0": (
        ("--completion", "-1"),
        4,
        (
            "invalid value for '--completion': -1 is not in the range 0<=x<=10000000\n"
            "  hint: evalkit plan --help lists what is accepted\n"
        ),
    ),
    "nothing selected": (("-k", "nothing"), 5, "no item is selected\n"),
}


@pytest.mark.parametrize(("arguments", "code", "told"), REFUSED.values(), ids=list(REFUSED))
@pytest.mark.usefixtures("shop")
def test_what_a_run_refuses_is_refused(
    evalkit: Program, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = evalkit("plan", *arguments)

    assert (done.returncode, done.stdout, done.stderr) == (code, "", told)


def test_mistakes_in_suites_are_told_with_their_places(evalkit: Program, shop: Path) -> None:
    (shop / "suites/typo.yaml").write_text(SUITE.replace("contains: refund", "contians: refund"))

    done = evalkit("plan")

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        "suites/typo.yaml:9:19: unknown check 'contians'\n"
        "    9 |         expect: [{contians: refund}]\n"
        "                          ^^^^^^^^\n"
        "  hint: did you mean 'contains'?\n"
    )


def test_deployments_of_one_name_are_told_apart_by_their_places(
    evalkit: Program, shop: Path
) -> None:
    own = DEPLOYMENTS.replace("rpm: 30", "rpm: 60")
    (shop / "suites/second.yaml").write_text(f"{own}{SUITE}")

    done = evalkit("plan", "--deployment", "shop")

    told = [line for line in done.stdout.splitlines() if line.startswith("time: shop")]
    assert told == [
        f"time: shop ({place}): at least {least} by rpm, at least 5 requests one after another"
        for place, least in (
            ("suites/second.yaml:3:3", "38.9 s"),
            ("suites/deployments.yaml:3:3", "1 min 21 s"),
        )
    ]


def test_a_folder_without_suites_has_nothing_to_plan(evalkit: Program) -> None:
    done = evalkit("plan")

    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == "there is no suite\n  hint: evalkit init writes a first one\n"


@pytest.mark.usefixtures("shop")
def test_where_all_is_skipped_that_is_told(evalkit: Program) -> None:
    done = evalkit("plan", "-k", "late")

    assert (done.returncode, done.stderr) == (5, "")
    assert done.stdout == "skipped: 2 items: not written yet\n"


@pytest.mark.usefixtures("shop")
def test_no_socket_is_opened_where_a_run_opens_one(evalkit: Program, tmp_path: Path) -> None:
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD)
    path = f"{guard}:{ROOT}"

    given = {"PYTHONPATH": path, "JUDGE_URL": "http://127.0.0.1:9/v1"}
    planned, ran = (evalkit(command, "--deployment=other", **given) for command in ("plan", "run"))

    assert (planned.returncode, ran.returncode) == (0, 99)


def test_a_run_asks_just_what_was_planned(evalkit: Program, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "suites", tmp_path / "suites")

    planned = json.loads(evalkit("plan", "--deployment", "good", "--json").stdout)
    evalkit("run", "--deployment", "good")

    (record,) = (tmp_path / "reports").glob("*/run.jsonl")
    outcomes = reader.read(record.parent).outcomes
    asked = [one for each in outcomes for verdict in each.verdicts for one in verdict.asked]
    assert [one["requests"] for one in planned["deployments"]] == [
        sum(len(outcome.transcript.exchanges) for outcome in outcomes),
        len(asked),
    ]
