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


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"total": 9, "missing": "warn"},
            "unknown: the deployment did not report total tokens for 1 of 2 replies",
        ),
        (
            {"completion": 9, "prompt": 9, "missing": "warn"},
            (
                "unknown: the deployment did not report prompt tokens for 1 of 2 replies; "
                "the deployment did not report completion tokens for 1 of 2 replies"
            ),
        ),
    ],
    ids=["one", "several"],
)
def test_unknown_counts_may_be_a_mere_warning(
    fields: dict[str, Any], told: str, judge: Judge, turn_of: Turn
) -> None:
    view = turn_of(used(prompt=1, completion=1), "no usage")

    verdict = judge(Tokens.model_validate(fields), view)

    assert (verdict.status, verdict.reason, verdict.evidence[-1].message) == (
        "passed",
        told,
        "warning",
    )


@pytest.mark.parametrize("missing", ["error", "warn"])
def test_a_limit_that_is_broken_fails_whatever_is_unknown(
    missing: str, judge: Judge, turn_of: Turn
) -> None:
    check = Tokens.model_validate({"prompt": 5, "cached": {"min": 1}, "missing": missing})

    verdict = judge(check, turn_of(used(prompt=6)))

    assert (verdict.status, verdict.reason) == (
        "failed",
        "turn used 6 prompt tokens, not at most 5",
    )


def test_the_evidence_is_each_count_and_its_limit(judge: Judge, turn_of: Turn) -> None:
    check = Tokens.model_validate({"total": 1500, "cached": {"min": 1}})

    verdict = judge(check, turn_of(used(total=1501, cached=4)))

    assert [(seen.pointer, seen.message) for seen in verdict.evidence] == [
        ("usage.total", "1,501, not at most 1,500"),
        ("usage.cached", "4, at least 1"),
    ]


@pytest.mark.parametrize(
    ("growth", "prompts", "told"),
    [
        (
            200,
            [100, 300, 350],
            ("passed", "prompt grew by 200 tokens from turn 1 to turn 2 (at most 200)"),
        ),
        (
            200,
            [100, 200, 1450],
            ("failed", "prompt grew by 1,250 tokens from turn 2 to turn 3, not at most 200"),
        ),
        (
            {"min": 1},
            [100, 80],
            ("failed", "prompt grew by -20 tokens from turn 1 to turn 2, not at least 1"),
        ),
    ],
    ids=["at the limit", "the largest step", "a prompt that shrinks"],
)
def test_the_growth_of_the_prompt_is_held_to_its_limit(
    growth: Any,
    prompts: list[int],
    told: tuple[str, str],
    judge: Judge,
    conversation_of: Turn,
) -> None:
    view = conversation_of(*(used(prompt=prompt) for prompt in prompts))

    verdict = judge(Tokens.model_validate({"growth": growth}), view)

    assert (verdict.status, verdict.reason) == told


def test_growth_stands_beside_a_sum(judge: Judge, conversation_of: Turn) -> None:
    check = Tokens.model_validate({"prompt": 500, "growth": 90})

    verdict = judge(check, conversation_of(used(prompt=100), used(prompt=190)))

    assert verdict.reason == (
        "conversation used 290 prompt tokens (at most 500) and "
        "prompt grew by 90 tokens from turn 1 to turn 2 (at most 90)"
    )


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        ([used(prompt=1)], "no prompt can grow where one turn is asked"),
        (
            [used(prompt=1), "x"],
            "the deployment did not report prompt tokens for 1 of 2 replies",
        ),
    ],
    ids=["one turn", "not reported"],
)
def test_growth_that_cannot_be_told_is_unknown(
    replies: list[Any], reason: str, judge: Judge, conversation_of: Turn
) -> None:
    verdict = judge(Tokens.model_validate({"growth": 9}), conversation_of(*replies))

    assert (verdict.status, verdict.kind, verdict.reason) == ("error", "unknown", reason)


def test_growth_is_no_matter_of_one_turn() -> None:
    check = Tokens.model_validate({"growth": 9})

    assert (check.fits("turn"), check.fits("conversation")) == (False, True)


@pytest.mark.parametrize(
    ("most", "told"),
    [(3, "3 completion tokens (at most 3)"), (2, "3 completion tokens, not at most 2")],
    ids=["kept", "exceeded"],
)
def test_an_estimate_only_warns(most: int, told: str, judge: Judge, turn_of: Turn) -> None:
    check = Tokens.model_validate({"completion": most, "estimate": True})

    verdict = judge(check, turn_of(used(completion=1), "two words"))

    assert (verdict.status, verdict.reason) == (
        "passed",
        (
            "unknown: the deployment did not report completion tokens for 1 of 2 replies; "
            f"estimated: turn used {told}"
        ),
    )


def test_what_is_reported_is_not_estimated(judge: Judge, turn_of: Turn) -> None:
    check = Tokens.model_validate({"completion": 2, "estimate": True})

    assert judge(check, turn_of(used(completion=3))).status == "failed"


def test_an_estimate_of_no_completion_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="it needs completion"):
        Tokens.model_validate({"total": 9, "estimate": True})


def test_no_limit_at_all_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="give one of total, prompt, completion"):
        Tokens()


def test_tokens_may_be_expected_of_a_turn_and_of_a_conversation() -> None:
    assert Tokens.scopes == {"turn", "conversation"}


@pytest.mark.parametrize("written", [{"max": -1}, {"min": 0}], ids=["cannot pass", "cannot fail"])
def test_a_limit_that_decides_nothing_is_refused(written: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="this cannot"):
        Tokens.model_validate({"total": written})
