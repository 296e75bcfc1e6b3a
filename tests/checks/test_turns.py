"""The check `turns`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.turns import Turns
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("count", "replies", "told"),
    [
        (2, ["a", "b"], ("passed", "conversation has 2 turns (at most 2)")),
        (1, ["a", "b"], ("failed", "conversation has 2 turns, not at most 1")),
        ({"min": 2}, ["a"], ("failed", "conversation has 1 turn, not at least 2")),
        ({"min": 2, "max": 2}, ["a", "b"], ("passed", None)),
    ],
    ids=["at most", "too many", "too few", "exactly"],
)
def test_the_turns_that_were_asked_are_counted(
    count: Any,
    replies: list[str],
    told: tuple[str, str | None],
    judge: Judge,
    conversation_of: Turn,
) -> None:
    verdict = judge(Turns.model_validate({"count": count}), conversation_of(*replies))

    assert (verdict.status, told[1] and verdict.reason) == told


def test_the_rounds_of_a_turn_are_one(judge: Judge, turn_of: Turn) -> None:
    assert judge(Turns.model_validate({"count": 1}), turn_of("a", "b")).status == "passed"


def test_turns_are_expected_of_a_conversation_alone() -> None:
    assert Turns.scopes == {"conversation"}


@pytest.mark.parametrize(
    ("count", "message"),
    [
        ({"min": 1}, "this cannot fail: every conversation has a turn"),
        ({"min": 0}, "this cannot fail"),
        (0, "this cannot pass: every conversation has a turn"),
        (-1, "this cannot pass"),
    ],
    ids=["one", "none", "no turn", "below"],
)
def test_a_count_that_decides_nothing_is_a_mistake(count: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Turns.model_validate({"count": count})
