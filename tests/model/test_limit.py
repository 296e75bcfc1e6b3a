"""Durations and limits as authors write them."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from evalkit.model.limit import Duration, DurationLimit, Limit

DURATION: TypeAdapter[float] = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("800ms", 0.8), ("2s", 2), ("1.5s", 1.5), ("10m", 600), ("2h", 7200), (3, 3), (0.25, 0.25)],
)
def test_a_duration_is_read_in_seconds(written: Any, seconds: float) -> None:
    assert DURATION.validate_python(written) == pytest.approx(seconds)


@pytest.mark.parametrize("written", ["2", "2 s", "s", "-2s", "2d", "1e3s", "", "2s3s"])
def test_a_text_that_is_no_duration_is_a_mistake(written: str) -> None:
    with pytest.raises(ValidationError, match="is no duration: write 800ms, 2s, 10m or a number"):
        DURATION.validate_python(written)


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        (1500, Limit(max=1500)),
        (0.5, Limit(max=0.5)),
        ({"max": 5}, Limit(max=5)),
        ({"min": 1, "max": 5}, Limit(min=1, max=5)),
        ({"min": 0}, Limit(min=0)),
    ],
    ids=["number", "fraction", "max", "both", "min 0"],
)
def test_a_bare_number_is_the_maximum(written: Any, limit: Limit) -> None:
    assert Limit.model_validate(written) == limit


def test_a_duration_limit_takes_durations_at_both_ends() -> None:
    limit = DurationLimit.model_validate({"min": "100ms", "max": "2s"})

    assert (limit.min, limit.max) == (0.1, 2)


def test_a_bare_duration_is_the_maximum() -> None:
    assert DurationLimit.model_validate("800ms") == DurationLimit(max=0.8)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({}, "a limit needs min, max or both"),
        ({"min": 5, "max": 1}, "no number is at least 5 and at most 1"),
        ("5", "valid number"),
        (True, "valid number"),
        ({"most": 5}, "Extra inputs are not permitted"),
    ],
    ids=["empty", "crossed", "text", "boolean", "unknown key"],
)
def test_a_limit_that_means_nothing_is_a_mistake(written: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Limit.model_validate(written)


@pytest.mark.parametrize(
    ("limit", "value", "allowed"),
    [
        (Limit(max=5), 5, True),
        (Limit(max=5), 5.01, False),
        (Limit(min=1), 1, True),
        (Limit(min=1), 0, False),
        (Limit(min=1, max=5), 3, True),
        (Limit(max=0), 0, True),
        (Limit(max=0), 1, False),
    ],
)
def test_both_ends_of_a_limit_are_allowed(limit: Limit, value: float, allowed: bool) -> None:  # noqa: FBT001 - a table's column
    assert limit.allows(value) is allowed


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (Limit(max=5), "at most 5"),
        (Limit(min=0.25), "at least 0.25"),
        (Limit(min=1, max=5), "at least 1 and at most 5"),
        (Limit(max=1_234_567), "at most 1,234,567"),
    ],
    ids=["max", "min", "both", "large"],
)
def test_a_limit_is_told_in_words(limit: Limit, told: str) -> None:
    assert str(limit) == told


@pytest.mark.parametrize(
    ("limit", "fault"),
    [
        (Limit(max=-1), "this cannot pass: nothing is at most -1"),
        (Limit(min=0), "this cannot fail: everything is at least 0"),
        (Limit(max=0), None),
        (Limit(min=0, max=5), None),
        (Limit(min=1), None),
    ],
    ids=["below 0", "from 0", "0 alone", "from 0 to a maximum", "from 1"],
)
def test_a_limit_that_decides_nothing_has_a_fault(limit: Limit, fault: str | None) -> None:
    assert limit.fault == fault
