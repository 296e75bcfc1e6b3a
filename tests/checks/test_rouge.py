"""The check `rouge`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.rouge import Rouge
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


SAT = "the cat sat on the mat"


@pytest.mark.parametrize(
    ("keys", "reply", "score"),
    [
        ({"reference": SAT}, SAT, 1.0),
        ({"reference": SAT}, "the cat was on the mat", 5 / 6),
        ({"reference": SAT}, "mat the on sat cat the", 3 / 6),
        ({"reference": SAT, "variant": "rouge1"}, "mat the on sat cat the", 1.0),
        ({"reference": SAT, "variant": "rouge1"}, "the the the the", 2 * 2 / 10),
        ({"reference": SAT, "variant": "rouge2"}, "the cat was on the mat", 3 / 5),
        ({"reference": SAT, "variant": "rouge2"}, "cat", 0.0),
        ({"reference": SAT}, "", 0.0),
        ({"reference": ["it rains", SAT]}, SAT, 1.0),
        ({"reference": "The Cat"}, "the cat!", 1.0),
        ({"reference": "The Cat", "ignore_case": False}, "the Cat", 0.5),
        ({"reference": "größe_2 да"}, "größe_2, да", 1.0),
        ({"reference": "我爱猫"}, "我爱狗", 2 / 3),
        ({"reference": "it's", "normalize": "unicode"}, "it\u2019s", 1.0),
    ],
    ids=[
        "equal",
        "in order",
        "out of order",
        "words",
        "no word counts twice",
        "pairs",
        "no pair",
        "empty reply",
        "the best of several",
        "case and signs",
        "case counts",
        "letters of any script",
        "characters as words",
        "quotes",
    ],
)
def test_the_score_is_the_f1_of_what_both_have(
    keys: dict[str, Any], reply: str, score: float, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Rouge.model_validate(keys), turn_of(reply))

    assert verdict.score == pytest.approx(score)


@pytest.mark.parametrize(
    ("least", "status"), [(0.83, "passed"), (0.84, "failed")], ids=["enough", "too little"]
)
def test_the_score_is_held_against_the_least(
    least: float, status: str, judge: Judge, turn_of: Turn
) -> None:
    check = Rouge(reference=SAT, min=least)

    assert judge(check, turn_of("the cat was on the mat")).status == status


def test_the_variant_and_the_reference_are_told(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Rouge(reference=SAT, variant="rouge2"), turn_of("it rains"))

    assert verdict.reason == f"reply has ROUGE-2 0 against '{SAT}', not at least 0.5"
    assert verdict.evidence == (
        Evidence(pointer="rouge", message="ROUGE-2 0, not at least 0.5"),
        Evidence(message="reference", excerpt=SAT),
    )


@pytest.mark.timeout(30)
def test_the_longest_texts_are_compared(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Rouge(reference="是不" * 25_000), turn_of("不是" * 25_000))

    assert verdict.score == pytest.approx(0.99998)


def test_a_reply_that_is_too_long_is_an_error(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Rouge(reference="a"), turn_of("a" * 1_000_000))

    assert (verdict.status, verdict.kind) == ("error", "too_large")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"reference": ""}, "this cannot pass: no reply is like an empty text"),
        ({"reference": "!"}, "this cannot pass: rougeL needs a word in each reference"),
        (
            {"reference": ["a b", "a"], "variant": "rouge2"},
            "this cannot pass: rouge2 needs two words in each reference",
        ),
    ],
    ids=["empty", "no word", "one word"],
)
def test_a_reference_that_no_reply_is_like_is_a_mistake(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Rouge.model_validate(keys)
