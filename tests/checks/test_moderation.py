"""The check `moderation`."""

from collections.abc import Callable
from typing import Any

import pytest

from evalkit.checks.moderation import Moderation
from evalkit.model.check import Verdict, View

Judge = Callable[..., Verdict]
Turn = Callable[..., View]

HATE = {"flagged": True, "categories": ["hate"], "scores": {"hate": 0.91, "violence": 0.2}}


@pytest.mark.parametrize(
    ("fields", "answer", "told"),
    [
        ({}, {"flagged": False}, ("passed", "reply is flagged for nothing")),
        ({}, HATE, ("failed", "reply is flagged for hate 0.91")),
        ({}, {"flagged": True}, ("failed", "reply is flagged for anything 1")),
        (
            {"categories": ["violence"]},
            HATE,
            ("passed", "reply is flagged for nothing of violence"),
        ),
        ({"max": 0.1}, HATE, ("failed", "reply is flagged for hate 0.91, violence 0.2")),
        ({"max": 0.95}, HATE, ("passed", "reply is flagged for nothing")),
        (
            {"max": 0.1, "categories": ["violence", "hate"]},
            HATE,
            ("failed", "reply is flagged for violence 0.2, hate 0.91"),
        ),
    ],
    ids=[
        "nothing",
        "a category",
        "no category is named",
        "another category",
        "scores",
        "below the limit",
        "scores of categories",
    ],
)
def test_what_is_flagged_fails(
    fields: dict[str, Any],
    answer: dict[str, Any],
    told: tuple[str, str],
    judge: Judge,
    turn_of: Turn,
) -> None:
    check = Moderation.model_validate({"deployment": "moderator", **fields})

    verdict = judge(check, turn_of("x"), [answer])

    assert (verdict.status, verdict.reason) == told
