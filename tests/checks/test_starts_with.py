"""The check `starts_with`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.starts_with import StartsWith
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("keys", "reply", "status"),
    [
        ({"text": "Dear"}, "Dear Ms Lee", "passed"),
        ({"text": "Dear"}, "\n Dear Ms Lee", "passed"),
        ({"text": "Dear"}, "Oh Dear", "failed"),
        ({"text": "Dear "}, "Dearest", "failed"),
        ({"text": "Dear "}, "Dear Ms Lee", "passed"),
        ({"text": " Dear"}, "Dear", "passed"),
        ({"text": "Dear", "strip": False}, " Dear", "failed"),
        ({"text": " Dear", "strip": False}, " Dear", "passed"),
        ({"text": "DEAR", "ignore_case": True}, "dear", "passed"),
        ({"text": "a b", "normalize": "whitespace", "strip": False}, "\na\nb", "passed"),
        ({"text": "Dear Ms"}, "Dear", "failed"),
        ({"text": "Dear"}, "", "failed"),
    ],
    ids=[
        "start",
        "space before the reply",
        "inside",
        "space behind the text counts",
        "space behind the text",
        "space before the text",
        "strip off",
        "strip off, same",
        "case",
        "white space made alike",
        "reply ends",
        "empty reply",
    ],
)
def test_the_start_of_a_reply_is_compared(
    keys: dict[str, Any], reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(StartsWith.model_validate(keys), turn_of(reply)).status == status


@pytest.mark.parametrize(
    ("reply", "reason", "evidence"),
    [
        (
            "\nDear Ms Lee",
            "reply starts with 'Dear'",
            [Evidence(message="at 2:1", excerpt="Dear Ms Lee")],
        ),
        (
            "Deal",
            "reply does not start with 'Dear'",
            [Evidence(message="first difference at 1:4, where 'Dear' is expected", excerpt="Deal")],
        ),
        (
            "dear",
            "reply does not start with 'Dear'",
            [
                Evidence(
                    message="first difference at 1:1, where 'Dear' is expected", excerpt="dear"
                ),
                Evidence(message="it holds with ignore_case: true"),
            ],
        ),
    ],
    ids=["starts", "differs", "case"],
)
def test_both_answers_show_the_start(
    reply: str, reason: str, evidence: list[Evidence], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(StartsWith(text="Dear"), turn_of(reply))

    assert (verdict.reason, [*verdict.evidence]) == (reason, evidence)


@pytest.mark.parametrize("keys", [{"text": ""}, {"text": " \n"}], ids=["empty", "blank"])
def test_an_empty_text_is_a_mistake(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="this cannot fail: every reply starts with"):
        StartsWith.model_validate(keys)


def test_white_space_is_a_text_with_strip_off() -> None:
    assert StartsWith(text="\n", strip=False).text == "\n"
