"""The check `ends_with`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.ends_with import EndsWith
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("keys", "reply", "status"),
    [
        ({"text": "?"}, "Why?", "passed"),
        ({"text": "?"}, "Why? \n", "passed"),
        ({"text": "?"}, "Why? So.", "failed"),
        ({"text": " you"}, "thank you", "passed"),
        ({"text": " you"}, "thankyou", "failed"),
        ({"text": "you "}, "thank you", "passed"),
        ({"text": "?", "strip": False}, "Why?\n", "failed"),
        ({"text": "?\n", "strip": False}, "Why?\n", "passed"),
        ({"text": "BYE", "ignore_case": True}, "Bye", "passed"),
        ({"text": "a b", "normalize": "whitespace", "strip": False}, "a\nb\n", "passed"),
        ({"text": "Good bye"}, "bye", "failed"),
        ({"text": "?"}, "", "failed"),
    ],
    ids=[
        "end",
        "space behind the reply",
        "inside",
        "space before the text",
        "space before the text counts",
        "space behind the text",
        "strip off",
        "strip off, same",
        "case",
        "white space made alike",
        "reply is shorter",
        "empty reply",
    ],
)
def test_the_end_of_a_reply_is_compared(
    keys: dict[str, Any], reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(EndsWith.model_validate(keys), turn_of(reply)).status == status


@pytest.mark.parametrize(
    ("reply", "reason", "evidence"),
    [
        (
            "So:\ngood bye\n",
            "reply ends with 'bye'",
            Evidence(message="at 2:6", excerpt="good bye"),
        ),
        (
            "x" * 500,
            "reply does not end with 'bye'",
            Evidence(message="the last of it", excerpt="…" + "x" * 79),
        ),
        (
            "Good Bye",
            "reply does not end with 'bye'",
            Evidence(message="it holds with ignore_case: true", excerpt="Good Bye"),
        ),
    ],
    ids=["ends", "differs", "case"],
)
def test_both_answers_show_the_end(
    reply: str, reason: str, evidence: Evidence, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(EndsWith(text="bye"), turn_of(reply))

    assert (verdict.reason, verdict.evidence) == (reason, (evidence,))


@pytest.mark.parametrize("keys", [{"text": ""}, {"text": " \n"}], ids=["empty", "blank"])
def test_an_empty_text_is_a_mistake(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="this cannot fail: every reply ends with"):
        EndsWith.model_validate(keys)
