"""The check `chrf`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.chrf import Chrf
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("keys", "reply", "status"),
    [
        ({"reference": "the cat sat on the mat"}, "the cat sat on the mat", "passed"),
        ({"reference": "the cat sat on the mat"}, "it rains", "failed"),
        ({"reference": "the cat sat on the mat"}, "", "failed"),
        ({"reference": ["it rains", "the cat sat"], "min": 1}, "the cat sat", "passed"),
        ({"reference": "THE CAT SAT", "min": 1, "ignore_case": True}, "the cat sat", "passed"),
        ({"reference": "a 'cat'", "min": 1, "normalize": "unicode"}, "a \u2018cat\u2019", "passed"),
    ],
    ids=["equal", "other", "empty reply", "several", "case", "quotes"],
)
def test_a_reply_is_compared_with_references(
    keys: dict[str, Any], reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(Chrf.model_validate(keys), turn_of(reply)).status == status


def test_the_score_and_the_reference_are_told(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Chrf(reference="yes"), turn_of("no"))

    assert verdict.reason == "reply has chrF 0 against 'yes', not at least 0.5"
    assert verdict.evidence == (
        Evidence(pointer="chrf", message="chrF 0, not at least 0.5"),
        Evidence(message="reference", excerpt="yes"),
    )


def test_the_score_is_from_0_to_1(judge: Judge, turn_of: Turn) -> None:
    assert judge(Chrf(reference="good morning"), turn_of("good morning")).score == 1


@pytest.mark.timeout(30)
def test_the_longest_texts_are_compared(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Chrf(reference="a b " * 12_500, min=0.9), turn_of("b a " * 12_500))

    assert verdict.status == "passed"


def test_a_reply_that_is_too_long_is_an_error(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Chrf(reference="a"), turn_of("a" * 1_000_000))

    assert (verdict.status, verdict.kind) == ("error", "too_large")


@pytest.mark.parametrize("reference", ["", [], ["a", " "]], ids=["empty", "none", "blank"])
def test_a_reference_that_no_reply_is_like_is_a_mistake(reference: str | list[str]) -> None:
    with pytest.raises(ValidationError, match="this cannot pass"):
        Chrf.model_validate({"reference": reference})
