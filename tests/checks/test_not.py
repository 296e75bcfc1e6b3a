"""The check `not`."""

from collections.abc import Callable
from typing import Any

import pytest

from evalkit.checks.contains import Contains
from evalkit.checks.not_ import Not
from evalkit.checks.tokens import Tokens
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

TOKENS = Tokens.model_validate({"total": 5})


@pytest.mark.parametrize(
    ("reply", "status", "reason"),
    [
        ("I am sorry", "failed", "reply contains 'sorry', which it must not"),
        ("Sure", "passed", "reply does not contain 'sorry'"),
    ],
    ids=["holds", "does not hold"],
)
def test_a_verdict_is_turned_round_with_a_reason_that_reads_right(
    reply: str, status: str, reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Not(check=Contains(text="sorry")), turn_of(reply))

    assert (verdict.status, verdict.reason) == (status, reason)


def test_an_error_stays_an_error(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Not(check=TOKENS), turn_of("no usage"))

    assert (verdict.status, verdict.kind) == ("error", "unknown")


def test_a_warning_is_no_answer_that_could_be_turned_round(judge: Judge, turn_of: Turn) -> None:
    tokens = Tokens.model_validate({"total": 5, "missing": "warn"})

    verdict = judge(Not(check=tokens), turn_of("no usage"))

    assert (verdict.status, verdict.reason.startswith("unknown: ")) == ("passed", True)


def test_twice_not_is_the_check_itself(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Not(check=Not(check=Contains(text="sorry"))), turn_of("sorry"))

    assert verdict.status == "passed"


@pytest.mark.parametrize(
    ("check", "scope", "fits"),
    [
        (Contains(text="x"), "turn", True),
        (Contains(text="x"), "conversation", False),
        (TOKENS, "conversation", True),
        (Not(check=Contains(text="x")), "conversation", False),
    ],
    ids=["reply in a turn", "reply in a conversation", "tokens in a conversation", "nested"],
)
def test_it_may_be_written_where_its_child_may(check: Check, scope: Any, fits: bool) -> None:  # noqa: FBT001 - a table's column
    assert Not(check=check).fits(scope) is fits


def test_its_child_is_built_by_the_builder_of_the_validation() -> None:
    check = Not.model_validate(
        {"check": {"contains": "x"}},
        context={"build": lambda written: Contains(text=written["contains"])},
    )

    assert check.check == Contains(text="x")


def test_its_child_is_written_out_with_its_own_fields() -> None:
    assert Not(check=Contains(text="x")).model_dump()["check"]["text"] == "x"
