"""The check `contains`."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from evalkit.checks.contains import Contains
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("check", "reply", "status"),
    [
        (Contains(text="refund"), "Your refund is due", "passed"),
        (Contains(text="refund"), "Your REFUND is due", "failed"),
        (Contains(text="refund"), "", "failed"),
        (Contains(text="a\nb"), "1\na\nb\n2", "passed"),
        (Contains(text="STRASSE", ignore_case=True), "Hauptstraße", "passed"),
        (Contains(text="7"), "17 °C", "passed"),
        (Contains(text=".*"), "anything", "failed"),
    ],
    ids=["inside", "case", "empty reply", "lines", "folded case", "digit", "no pattern"],
)
def test_a_reply_is_searched_for_the_text_as_it_is(
    check: Contains, reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(check, turn_of(reply)).status == status


def test_the_last_reply_of_a_turn_is_searched(judge: Judge, turn_of: Turn) -> None:
    assert judge(Contains(text="first"), turn_of("first", "last")).status == "failed"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [("a 'quote'", "reply contains \"'quote'\""), ("", "reply does not contain \"'quote'\"")],
    ids=["found", "missing"],
)
def test_both_answers_quote_the_text(reply: str, reason: str, judge: Judge, turn_of: Turn) -> None:
    assert judge(Contains(text="'quote'"), turn_of(reply)).reason == reason


def test_an_empty_text_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="cannot fail: every reply contains the empty text"):
        Contains(text="")
