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
        (
            {"between_tokens": "1s"},
            took(2),
            "time between tokens is not measurable: the reply did not stream",
        ),
        (
            {"between_tokens": "1s"},
            {"timing": {"total": 1, "contents": [0.5]}},
            "time between tokens is not measurable: no reply came in two pieces",
        ),
    ],
    ids=["no stream", "no timing", "no tokens", "one token"],
)
def test_what_was_not_measured_is_unknown(
    limits: dict[str, Any], reply: dict[str, Any], reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Latency.model_validate(limits), turn_of(reply))

    assert (verdict.status, verdict.kind, verdict.reason) == ("error", "unknown", reason)


def came(*seconds: float) -> dict[str, Any]:
    return {"text": "x", "timing": {"total": 9, "first_token": seconds[0], "contents": seconds}}


def gap(percentile: float, told: str) -> str:
    return f"percentile {percentile:g} of the time between tokens was {told}"


@pytest.mark.parametrize(
    ("fields", "replies", "told"),
    [
        ({}, [came(0.1, 0.2, 0.3)], ("passed", gap(95, "0.100 s (at most 0.1 s)"))),
        (
            {},
            [came(0.1, 0.2), came(1, 1.1, 1.5)],
            ("failed", gap(95, "0.400 s, not at most 0.1 s")),
        ),
        (
            {"percentile": 50},
            [came(0, 0.1, 0.9, 1.0, 2.0)],
            ("passed", gap(50, "0.100 s (at most 0.1 s)")),
        ),
        (
            {"percentile": 50.1},
            [came(0, 0.1, 0.9, 1.0, 2.0)],
            ("failed", gap(50.1, "0.800 s, not at most 0.1 s")),
        ),
        (
            {"percentile": 100, "total": 9},
            [came(1), came(0, 0, 2)],
            (
                "failed",
                f"turn took 18.000 s, not at most 9 s and {gap(100, '2.000 s, not at most 0.1 s')}",
            ),
        ),
    ],
    ids=["even", "of all exchanges", "nearest rank", "the next rank", "the longest"],
)
def test_the_time_between_tokens_is_held_to_its_limit(
    fields: dict[str, Any],
    replies: list[Any],
    told: tuple[str, str],
    judge: Judge,
    turn_of: Turn,
) -> None:
    check = Latency.model_validate({"between_tokens": "100ms", **fields})

    verdict = judge(check, turn_of(*replies))

    assert (verdict.status, verdict.reason) == told


def test_the_evidence_is_every_time_and_its_limit(judge: Judge, turn_of: Turn) -> None:
    check = Latency.model_validate({"total": 8, "first_token": 1, "between_tokens": 1})

    verdict = judge(check, turn_of(came(0.5, 1)))

    assert [(seen.pointer, seen.message) for seen in verdict.evidence] == [
        ("timing.total", "9.000 s, not at most 8 s"),
        ("timing.first_token", "0.500 s, at most 1 s"),
        ("timing.contents", "0.500 s, at most 1 s"),
    ]


@pytest.mark.parametrize(
    ("fields", "needs"),
    [({"total": 1}, False), ({"first_token": 1}, True), ({"between_tokens": 1}, True)],
    ids=["total", "first_token", "between_tokens"],
)
def test_only_a_stream_has_times_of_tokens(fields: dict[str, Any], *, needs: bool) -> None:
    assert Latency.model_validate(fields).needs_stream is needs


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"total": 1, "percentile": 50}, "give between_tokens"),
        ({"between_tokens": 1, "percentile": 0}, "greater than 0"),
        ({"between_tokens": 1, "percentile": 101}, "less than or equal to 100"),
        ({"between_tokens": {"min": 0}}, "this cannot fail"),
    ],
    ids=["of nothing", "none", "too many", "no limit"],
)
def test_a_percentile_or_limit_that_decides_nothing_is_a_mistake(
    fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Latency.model_validate(fields)


def test_no_limit_at_all_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="give total, first_token or between_tokens"):
        Latency()


def test_latency_may_be_expected_of_a_turn_and_of_a_conversation() -> None:
    assert Latency.scopes == {"turn", "conversation"}
