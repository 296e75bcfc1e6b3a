"""The check `length`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.length import Length
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("keys", "reply", "status"),
    [
        ({"characters": 3}, "abc", "passed"),
        ({"characters": 3}, "abcd", "failed"),
        ({"characters": 3}, "ab \n", "failed"),
        ({"characters": {"min": 1}}, "", "failed"),
        ({"characters": 1}, "\U0001f600", "passed"),
        ({"words": {"min": 3, "max": 3}}, " a b-c\n d ", "passed"),
        ({"words": {"min": 1}}, " \n", "failed"),
        ({"lines": 0}, "", "passed"),
        ({"lines": {"min": 1, "max": 1}}, "a\n", "passed"),
        ({"lines": 2}, "a\r\nb\r\n", "passed"),
        ({"lines": 2}, "a\n\nb", "failed"),
        ({"characters": 9, "words": 1}, "a b", "failed"),
    ],
    ids=[
        "characters",
        "too many",
        "white space counts",
        "empty",
        "code point",
        "words",
        "no word",
        "no line",
        "break at the end",
        "carriage returns",
        "empty line",
        "both",
    ],
)
def test_a_reply_is_measured(
    keys: dict[str, Any], reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(Length.model_validate(keys), turn_of(reply)).status == status


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"words": 5}, "reply has 2 words (at most 5)"),
        ({"words": 1}, "reply has 2 words, not at most 1"),
        ({"lines": {"min": 2}, "words": 5}, "reply has 1 line, not at least 2"),
        ({"lines": 1, "words": 5}, "reply has 2 words (at most 5) and 1 line (at most 1)"),
    ],
    ids=["passed", "failed", "one failed", "both passed"],
)
def test_the_reason_tells_the_figures_and_the_limits(
    keys: dict[str, Any], reason: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(Length.model_validate(keys), turn_of("one two")).reason == reason


def test_every_figure_is_evidence(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Length.model_validate({"characters": 5, "lines": 1}), turn_of("one two"))

    assert verdict.evidence == (
        Evidence(pointer="characters", message="7, not at most 5"),
        Evidence(pointer="lines", message="1, at most 1"),
    )


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "this cannot fail: give one of characters, words, lines"),
        ({"words": {"min": 0}}, "this cannot fail: everything is at least 0"),
        ({"lines": -1}, "this cannot pass: nothing is at most -1"),
    ],
    ids=["no limit", "everything", "nothing"],
)
def test_limits_that_decide_nothing_are_a_mistake(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Length.model_validate(keys)
