"""The check `refusal`."""

from collections.abc import Callable
from typing import Any

import pytest

from evalkit.checks.refusal import Refusal
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

NO: dict[str, Any] = {"refusal": "I won't"}


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (NO, ("passed", 'reply is a refusal: "I won\'t"')),
        ({"text": "no", "result": "refused"}, ("passed", "reply is a refusal: 'no'")),
        ("I cannot help with that", ("failed", "reply is no refusal")),
        ({"text": "The", "finish_reason": "content_filter"}, ("failed", "reply is no refusal")),
        ({**NO, "finish_reason": "content_filter"}, ("passed", 'reply is a refusal: "I won\'t"')),
        ("", ("failed", "reply is no refusal")),
    ],
    ids=["the field", "the result", "only worded", "filtered", "both", "empty"],
)
def test_only_the_api_says_that_a_reply_is_a_refusal(
    reply: Any, told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Refusal(), turn_of(reply))

    assert (verdict.status, verdict.reason) == told


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (NO, ("failed", 'reply is a refusal: "I won\'t"')),
        ("Sure", ("passed", "reply is no refusal")),
    ],
    ids=["refused", "answered"],
)
def test_false_wants_no_refusal(
    reply: Any, told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Refusal(expected=False), turn_of(reply))

    assert (verdict.status, verdict.reason) == told


def test_the_evidence_shows_what_was_said(judge: Judge, turn_of: Turn) -> None:
    (seen,) = judge(Refusal(), turn_of({"refusal": "n" * 100})).evidence

    assert (seen.pointer, len(seen.excerpt)) == ("refusal", 80)
