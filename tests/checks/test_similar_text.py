"""The check `similar_text`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.similar_text import SimilarText
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("keys", "reply", "score"),
    [
        ({"text": "kitten"}, "kitten", 1.0),
        ({"text": "kitten"}, "sitting", 4 / 7),
        ({"text": "abc"}, "xyz", 0.0),
        ({"text": "abc"}, "", 0.0),
        ({"text": "ab"}, "abcd", 0.5),
        ({"text": "a b"}, "a  b", 0.75),
        ({"text": "a b", "normalize": "whitespace"}, "a  b", 1.0),
        ({"text": "ABC", "ignore_case": True}, "abd", 2 / 3),
        ({"text": "it's", "normalize": "unicode"}, "it\u2019s", 1.0),
    ],
    ids=[
        "equal",
        "edits",
        "nothing alike",
        "empty reply",
        "longer",
        "white space counts",
        "white space made alike",
        "case",
        "quotes",
    ],
)
def test_the_score_is_one_less_the_edits_by_the_longer_length(
    keys: dict[str, Any], reply: str, score: float, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(SimilarText.model_validate(keys), turn_of(reply))

    assert verdict.score == pytest.approx(score)


@pytest.mark.parametrize(
    ("keys", "status"),
    [
        ({"text": "abcde"}, "passed"),
        ({"text": "abcde", "min": 0.81}, "failed"),
        ({"text": "abcdX", "min": 1}, "passed"),
    ],
    ids=["four of five", "more asked for", "all of it"],
)
def test_the_ratio_is_held_against_the_least(
    keys: dict[str, Any], status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(SimilarText.model_validate(keys), turn_of("abcdX")).status == status


def test_the_ratio_and_the_first_difference_are_told(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(SimilarText(text="abcd", min=0.9), turn_of("abXd"))

    assert verdict.reason == "reply has edit ratio 0.75 against 'abcd', not at least 0.9"
    assert verdict.evidence == (
        Evidence(pointer="similar_text", message="edit ratio 0.75, not at least 0.9"),
        Evidence(message="first difference at 1:3, where 'abcd' is expected", excerpt="abXd"),
    )


def test_equal_texts_are_shown_to_be_so(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(SimilarText(text="ABC", ignore_case=True), turn_of("abc"))

    assert verdict.evidence[1] == Evidence(message="no difference", excerpt="abc")


def test_a_reply_that_is_too_long_is_an_error(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(SimilarText(text="a"), turn_of("a" * 1_000_000))

    assert (verdict.status, verdict.kind) == ("error", "too_large")


@pytest.mark.timeout(20)
def test_the_longest_texts_are_compared(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(SimilarText(text="ab" * 25_000), turn_of("ba" * 25_000))

    assert verdict.score == pytest.approx(0.99996)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"text": ""}, "this cannot pass: no reply is like an empty text"),
        ({"text": "a" * 50_001}, "50,001 characters: 50,000 can be compared"),
        ({"text": "a", "min": 80}, "less than or equal to 1"),
    ],
    ids=["empty", "long", "percent"],
)
def test_what_cannot_be_judged_is_a_mistake(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SimilarText.model_validate(keys)
