"""The check `contains`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.contains import Contains
from evalkit.model.check import Check, Evidence, Verdict, View

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
        (Contains(text="a b", normalize="whitespace"), "x\na \t b", "passed"),
        (Contains(text='"a"', normalize="unicode"), "x \u201ca\u201d", "passed"),
        (Contains(text='"a"', normalize="whitespace"), "x \u201ca\u201d", "failed"),
        (Contains(text=" a ", normalize=("whitespace", "unicode")), "xa\u00a0", "passed"),
        (Contains(text=".*"), "anything", "failed"),
    ],
    ids=[
        "inside",
        "case",
        "empty reply",
        "lines",
        "folded case",
        "digit",
        "space",
        "quotes",
        "only space",
        "ends",
        "no pattern",
    ],
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


@pytest.mark.parametrize(
    ("reply", "evidence"),
    [
        ("one\nthe refund", Evidence(message="at 2:5", excerpt="the refund")),
        ("nothing", Evidence(message="reply", excerpt="nothing")),
        ("REFUND", Evidence(message="it holds with ignore_case: true", excerpt="REFUND")),
    ],
    ids=["found", "missing", "nearly"],
)
def test_both_answers_have_evidence(
    reply: str, evidence: Evidence, judge: Judge, turn_of: Turn
) -> None:
    assert judge(Contains(text="refund"), turn_of(reply)).evidence == (evidence,)


def test_a_long_text_is_cut_in_the_reason(judge: Judge, turn_of: Turn) -> None:
    assert len(judge(Contains(text="x" * 10_000), turn_of("y")).reason) < 200


@pytest.mark.parametrize(
    "keys",
    [{"text": ""}, {"text": " ", "normalize": "whitespace"}],
    ids=["empty", "empty once normalised"],
)
def test_an_empty_text_is_a_mistake(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="cannot fail: every reply contains the empty text"):
        Contains.model_validate(keys)


def test_an_unknown_normalisation_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="'whitespace' or 'unicode'"):
        Contains.model_validate({"text": "a", "normalize": ["nfc"]})
