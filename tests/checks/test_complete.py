"""The check `complete`: a reply that is cut, filtered, refused or empty is no answer."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.complete import Complete
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

SHORT: dict[str, tuple[dict[str, Any], str]] = {
    "cut": (
        {"text": "The ref", "finish_reason": "length"},
        "reply was cut by max_tokens (finish_reason length): raise max_tokens",
    ),
    "cut while reasoning": (
        {"reasoning": "Let me see", "finish_reason": "length"},
        (
            "reply was cut by max_tokens while still reasoning (finish_reason length): "
            "raise max_tokens; reply has reasoning but no text (finish_reason length)"
        ),
    ),
    "filtered": (
        {"text": "The", "finish_reason": "content_filter"},
        "reply was stopped by the content filter (finish_reason content_filter)",
    ),
    "refused": ({"refusal": "I can't"}, 'reply is a refusal: "I can\'t"'),
    "empty": ({"finish_reason": "stop"}, "reply is empty (finish_reason stop)"),
    "blank": ({"text": " \n"}, "reply is empty (no finish_reason)"),
    "only reasoning": (
        {"reasoning": "Hm", "finish_reason": "stop"},
        "reply has reasoning but no text (finish_reason stop)",
    ),
    "what the reader of the reply says": (
        {"text": "no", "result": "refused"},
        "reply is a refusal: 'no'",
    ),
}


@pytest.mark.parametrize(("reply", "reason"), SHORT.values(), ids=list(SHORT))
def test_a_reply_that_falls_short_fails_with_what_happened(
    reply: dict[str, Any], reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Complete(), turn_of(reply))

    assert (verdict.status, verdict.reason) == ("failed", reason)


def test_a_reply_that_calls_a_tool_is_not_empty(judge: Judge, turn_of: Turn) -> None:
    reply = {"tool_calls": [{"name": "get_weather"}], "finish_reason": "tool_calls"}

    assert judge(Complete(), turn_of(reply)).status == "passed"


@pytest.mark.parametrize(
    ("allowed", "reply"),
    [
        ("truncated", {"text": "The ref", "finish_reason": "length"}),
        ("filtered", {"text": "The", "finish_reason": "content_filter"}),
        ("refused", {"refusal": "I can't"}),
        ("empty", {"finish_reason": "stop"}),
    ],
    ids=["truncated", "filtered", "refused", "empty"],
)
def test_what_an_author_allows_does_not_fail(
    allowed: str, reply: dict[str, Any], judge: Judge, turn_of: Turn
) -> None:
    assert judge(Complete.model_validate({allowed: False}), turn_of(reply)).status == "passed"


def test_allowing_a_cut_does_not_allow_an_empty_reply(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Complete(truncated=False), turn_of({"finish_reason": "length"}))

    assert verdict.reason == "reply is empty (finish_reason length)"


def test_allowing_everything_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="this cannot fail"):
        Complete(truncated=False, filtered=False, refused=False, empty=False)
