"""The check `finish_reason`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.finish_reason import FinishReason
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("wanted", "found", "told"),
    [
        ("stop", "stop", ("passed", "reply ended with finish_reason 'stop'")),
        ("stop", "length", ("failed", "reply ended with finish_reason 'length', not 'stop'")),
        (
            ["stop", "tool_calls"],
            None,
            ("failed", "reply ended without a finish_reason, not 'stop' or 'tool_calls'"),
        ),
        (["stop", "length"], "length", ("passed", "reply ended with finish_reason 'length'")),
        ("stopped", "stop", ("failed", "reply ended with finish_reason 'stop', not 'stopped'")),
    ],
    ids=["same", "other", "none", "one of them", "no piece of it"],
)
def test_the_reason_is_one_of_those_wanted(
    wanted: Any, found: str | None, told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    check = FinishReason.model_validate({"reason": wanted})

    verdict = judge(check, turn_of({"text": "x", "finish_reason": found}))

    assert (verdict.status, verdict.reason) == told


def test_a_list_of_none_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        FinishReason.model_validate({"reason": []})
