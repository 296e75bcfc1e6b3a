"""The check `cost`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.cost import Cost
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

PRICE = {"input": 10, "cached_input": 1, "output": 100}


def used(prompt: int, completion: int | None = 0, cached: int | None = None) -> dict[str, Any]:
    return {"usage": {"prompt": prompt, "completion": completion, "cached": cached}}


def check(usd: Any, **fields: Any) -> Cost:
    return Cost.model_validate({"usd": usd, **fields})


@pytest.mark.parametrize(
    ("usd", "replies", "told"),
    [
        (0.02, [used(1000, 100)], ("passed", "turn cost 0.02 USD (at most 0.02 USD)")),
        (
            0.02,
            [used(1000), used(1000, 1)],
            ("failed", "turn cost 0.0201 USD, not at most 0.02 USD"),
        ),
        (
            {"min": 0.001},
            [used(1000, cached=1000)],
            ("passed", "turn cost 0.001 USD (at least 0.001 USD)"),
        ),
        (
            0.0005,
            [used(51, cached=0)],
            ("failed", "turn cost 0.00051 USD, not at most 0.0005 USD"),
        ),
        (0.3, [used(10_000), used(20_000)], ("passed", "turn cost 0.3 USD (at most 0.3 USD)")),
        (5000, [used(200_000_000)], ("passed", "turn cost 2,000 USD (at most 5,000 USD)")),
    ],
    ids=["at the limit", "summed", "cached", "small", "binary fractions", "large"],
)
def test_what_the_replies_cost_is_held_to_the_limit(
    usd: Any, replies: list[Any], told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(usd), turn_of(*replies, price=PRICE))

    assert (verdict.status, verdict.reason) == told


def test_a_conversation_is_added_up(judge: Judge, conversation_of: Turn) -> None:
    view = conversation_of(used(1000), used(2000), price=PRICE)

    assert judge(check(0.02), view).reason == "conversation cost 0.03 USD, not at most 0.02 USD"


def test_the_evidence_is_the_sum_and_the_limit(judge: Judge, turn_of: Turn) -> None:
    (seen,) = judge(check(0.02), turn_of(used(3000), price=PRICE)).evidence

    assert (seen.pointer, seen.message) == ("usage", "0.03 USD, not at most 0.02 USD")


def test_without_a_price_the_key_to_add_is_named(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(0.02), turn_of(used(1)))

    assert (verdict.status, verdict.kind, verdict.reason) == (
        "error",
        "unpriced",
        "deployment has no price: add price: {input: …, output: …} to it",
    )


@pytest.mark.parametrize(
    "replies",
    [["x"], [used(1, None)], [used(1), "x"]],
    ids=["no usage", "no completion", "not in every reply"],
)
def test_tokens_that_are_not_reported_are_unknown(
    replies: list[Any], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(0.02), turn_of(*replies, price=PRICE))

    assert (verdict.status, verdict.kind) == ("error", "unknown")


def test_unknown_tokens_may_be_a_mere_warning(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(0.02, missing="warn"), turn_of(used(1), "x", price=PRICE))

    assert (verdict.status, verdict.reason, verdict.evidence[0].message) == (
        "passed",
        "unknown: the deployment did not report prompt or completion tokens for 1 of 2 replies",
        "warning",
    )


def test_cost_may_be_expected_of_a_turn_and_of_a_conversation() -> None:
    assert Cost.scopes == {"turn", "conversation"}


@pytest.mark.parametrize("usd", [{"min": 0}, -1], ids=["cannot fail", "cannot pass"])
def test_a_limit_that_decides_nothing_is_a_mistake(usd: Any) -> None:
    with pytest.raises(ValidationError, match="this cannot"):
        check(usd)
