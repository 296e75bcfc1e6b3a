"""What the checks of likeness have in common."""

import pytest
from pydantic import ValidationError

from evalkit.errors import CheckError
from evalkit.model.chat import ChatReply
from evalkit.model.check import Evidence, Verdict, View
from evalkit.model.transcript import Exchange, Transcript
from evalkit.reading.likeness import ReferenceCheck, References


class Given(ReferenceCheck):
    """The score is what the reply says."""

    reference: References

    def evaluate(self, view: View) -> Verdict:
        return self.compared("likeness", float(self.measurable(view)))


def view_of(text: str) -> View:
    exchange = Exchange(turn=0, added=(), reply=ChatReply(text=text))
    return View(Transcript(exchanges=(exchange,)), (exchange,), turn=0)


@pytest.mark.parametrize(
    ("least", "score", "status", "told"),
    [
        (0.8, "0.8", "passed", "0.8"),
        (0.8, "0.79999", "failed", "0.7999"),
        (0.57, "0.57", "passed", "0.57"),
        (1, "1.0000000000000004", "passed", "1"),
        (1, "0.9999999999999999", "passed", "1"),
        (1, "0.99999", "failed", "0.9999"),
        (0.1, "0", "failed", "0"),
    ],
    ids=["equal", "just below", "binary fraction", "above 1", "as good as 1", "below 1", "none"],
)
def test_a_score_is_held_against_the_least_and_never_rounded_up(
    least: float, score: str, status: str, told: str
) -> None:
    verdict = Given(reference="x", min=least).evaluate(view_of(score))

    assert (verdict.status, verdict.evidence[0].message.split(",")[0]) == (
        status,
        f"likeness {told}",
    )


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        ("0.75", "reply has likeness 0.75 against 'x' (at least 0.5)"),
        ("0.25", "reply has likeness 0.25 against 'x', not at least 0.5"),
    ],
    ids=["passed", "failed"],
)
def test_both_answers_tell_the_score_and_the_least(score: str, reason: str) -> None:
    assert Given(reference="x").evaluate(view_of(score)).reason == reason


def test_a_verdict_carries_its_score() -> None:
    assert Given(reference="x").evaluate(view_of("0.25")).score == 0.25


def test_of_several_references_the_first_is_shown_and_all_are_counted() -> None:
    verdict = Given(reference=("one", "two")).evaluate(view_of("1"))

    assert verdict.reason == "reply has likeness 1 against 2 references (at least 0.5)"
    assert verdict.evidence[1] == Evidence(message="the first of 2 references", excerpt="one")


def test_references_are_compared_in_the_form_of_the_reply() -> None:
    check = Given(reference=("One  Two", "\u201cx\u201d"), ignore_case=True, normalize="unicode")

    assert check.references == ("one  two", '"x"')


def test_a_reply_that_is_too_long_is_an_error() -> None:
    with pytest.raises(CheckError, match="reply has 50,001 characters: 50,000 can be") as caught:
        Given(reference="x").measurable(view_of("x" * 50_001))

    assert caught.value.kind == "too_large"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"reference": ""}, "this cannot pass: no reply is like an empty text"),
        ({"reference": ["a", " "]}, "this cannot pass: no reply is like an empty text"),
        ({"reference": "\u200b", "normalize": "unicode"}, "no reply is like an empty text"),
        ({"reference": []}, "this cannot pass: give at least one reference"),
        ({"reference": ["a" * 30_000] * 2}, "60,000 characters: 50,000 can be compared"),
        ({"reference": "\ufdfa" * 5000, "normalize": "unicode"}, "90,000 characters"),
        ({"reference": "a", "min": 0}, "greater than 0"),
        ({"reference": "a", "min": 80}, "less than or equal to 1"),
    ],
    ids=["empty", "blank", "unseen", "none", "long", "long once compared", "no least", "percent"],
)
def test_what_cannot_be_judged_is_a_mistake(keys: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Given.model_validate(keys)
