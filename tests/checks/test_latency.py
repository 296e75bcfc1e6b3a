"""The check `latency`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.latency import Latency
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


def took(total: float, first_token: float | None = None) -> dict[str, Any]:
    return {"text": "x", "timing": {"total": total, "first_token": first_token}}


@pytest.mark.parametrize(
    ("limits", "replies", "told"),
    [
        ({"total": "2s"}, [took(2)], ("passed", "turn took 2.000 s (at most 2 s)")),
        ({"total": "2s"}, [took(1.5), took(0.6)], ("failed", "turn took 2.100 s, not at most 2 s")),
        (
            {"first_token": "800ms"},
            [took(2, 0.8), took(2, 5)],
            ("passed", "first token of turn 1 came after 0.800 s (at most 0.8 s)"),
        ),
        (
            {"total": 1, "first_token": {"min": 0.7}},
            [took(2, 0.6)],
            (
                "failed",
                (
                    "turn took 2.000 s, not at most 1 s and "
                    "first token of turn 1 came after 0.600 s, not at least 0.7 s"
                ),
            ),
        ),
    ],
    ids=["at the limit", "summed", "first exchange", "both"],
)
def test_a_turn_is_held_to_its_limits(
    limits: dict[str, Any], replies: list[Any], told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Latency.model_validate(limits), turn_of(*replies))

    assert (verdict.status, verdict.reason) == told


@pytest.mark.parametrize(
    ("limits", "status", "reason"),
    [
        ({"total": 6}, "passed", "conversation took 6.000 s (at most 6 s)"),
        (
            {"first_token": 0.9},
            "passed",
            "first token of turn 2 came after 0.900 s (at most 0.9 s)",
        ),
        (
            {"first_token": 0.7},
            "failed",
            (
                "first token of turn 2 came after 0.900 s, not at most 0.7 s and "
                "first token of turn 3 came after 0.800 s, not at most 0.7 s"
            ),
        ),
    ],
    ids=["total", "the slowest is told", "every turn counts"],
)
def test_a_conversation_is_held_to_its_limits(
    limits: dict[str, Any],
    status: str,
    reason: str,
    judge: Judge,
    conversation_of: Callable[..., View],
) -> None:
    view = conversation_of(took(1, 0.1), took(2, 0.9), took(3, 0.8))

    verdict = judge(Latency.model_validate(limits), view)

    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("limits", "reply", "reason"),
    [
        (
            {"first_token": "1s"},
            took(2),
            "first token is not measurable: the reply did not stream",
        ),
        ({"total": "1s"}, {"text": "x"}, "the time of the reply is not known"),
    ],
    ids=["no stream", "no timing"],
)
def test_what_was_not_measured_is_unknown(
    limits: dict[str, Any], reply: dict[str, Any], reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Latency.model_validate(limits), turn_of(reply))

    assert (verdict.status, verdict.kind, verdict.reason) == ("error", "unknown", reason)


def test_no_limit_at_all_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="give total, first_token or both"):
        Latency()


def test_latency_may_be_expected_of_a_turn_and_of_a_conversation() -> None:
    assert Latency.scopes == {"turn", "conversation"}
