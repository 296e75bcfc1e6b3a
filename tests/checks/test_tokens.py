"""The check `tokens`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.tokens import Tokens
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


def used(**counts: int) -> dict[str, Any]:
    return {"text": "x", "usage": counts}


@pytest.mark.parametrize(
    ("limits", "replies", "told"),
    [
        (
            {"total": 1500},
            [used(total=1500)],
            ("passed", "turn used 1,500 total tokens (at most 1,500)"),
        ),
        (
            {"total": 1500},
            [used(prompt=1400, completion=101)],
            ("failed", "turn used 1,501 total tokens, not at most 1,500"),
        ),
        (
            {"completion": {"min": 10, "max": 20}},
            [used(completion=4), used(completion=5)],
            ("failed", "turn used 9 completion tokens, not at least 10 and at most 20"),
        ),
        (
            {"prompt": 10, "cached": {"min": 1}, "reasoning": 0},
            [used(prompt=11, cached=0, reasoning=0)],
            (
                "failed",
                "turn used 11 prompt tokens, not at most 10 and 0 cached tokens, not at least 1",
            ),
        ),
    ],
    ids=["at the limit", "prompt and completion", "summed", "several"],
)
def test_the_tokens_of_all_exchanges_are_held_to_the_limits(
    limits: dict[str, Any], replies: list[Any], told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Tokens.model_validate(limits), turn_of(*replies))

    assert (verdict.status, verdict.reason) == told


def test_a_conversation_is_told_as_one(judge: Judge, conversation_of: Callable[..., View]) -> None:
    verdict = judge(
        Tokens.model_validate({"total": 10}), conversation_of(used(total=5), used(total=6))
    )

    assert verdict.reason == "conversation used 11 total tokens, not at most 10"


@pytest.mark.parametrize(
    "replies",
    [["no usage"], [used(completion=1)], [used(prompt=1), used(completion=1)]],
    ids=["no usage", "not this count", "not in every reply"],
)
def test_a_count_that_was_not_reported_is_unknown_and_never_0(
    replies: list[Any], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Tokens.model_validate({"prompt": 100}), turn_of(*replies))

    assert (verdict.status, verdict.kind) == ("error", "unknown")


def test_an_unknown_count_says_how_many_replies_lack_it(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Tokens.model_validate({"cached": 1}), turn_of(used(cached=0), used(prompt=1)))

    assert verdict.reason == "the deployment did not report cached tokens for 1 of 2 replies"


def test_no_limit_at_all_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="give one of total, prompt, completion"):
        Tokens()


def test_tokens_may_be_expected_of_a_turn_and_of_a_conversation() -> None:
    assert Tokens.scopes == {"turn", "conversation"}


@pytest.mark.parametrize("written", [{"max": -1}, {"min": 0}], ids=["cannot pass", "cannot fail"])
def test_a_limit_that_decides_nothing_is_refused(written: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="this cannot"):
        Tokens.model_validate({"total": written})
