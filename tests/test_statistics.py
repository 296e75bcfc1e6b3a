"""Intervals: the published values, and what must hold for every sample."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.statistics import Interval, wilson

NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
"""Newcombe 1998, table I, method 3."""


@pytest.mark.parametrize(("successes", "trials", "low", "high"), NEWCOMBE)
def test_the_interval_is_the_published_one(
    successes: int, trials: int, low: float, high: float
) -> None:
    interval = wilson(successes, trials)

    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_more_digits_of_the_first_published_interval() -> None:
    interval = wilson(81, 263)

    assert interval.low == pytest.approx(0.255289, abs=1e-6)
    assert interval.high == pytest.approx(0.366210, abs=1e-6)


def test_without_trials_nothing_is_known() -> None:
    assert wilson(0, 0) == Interval(0.0, 1.0)


samples = st.integers(1, 10_000).flatmap(
    lambda trials: st.tuples(st.integers(0, trials), st.just(trials))
)


@given(samples)
def test_the_interval_holds_the_share_and_stays_a_share(sample: tuple[int, int]) -> None:
    successes, trials = sample
    interval = wilson(successes, trials)

    assert 0 <= interval.low <= successes / trials <= interval.high <= 1


@given(samples)
def test_failures_mirror_successes(sample: tuple[int, int]) -> None:
    successes, trials = sample
    mirrored = wilson(trials - successes, trials)

    assert wilson(successes, trials).low == pytest.approx(1 - mirrored.high)
