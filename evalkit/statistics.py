"""Intervals for the rates that reports show."""

import math
from dataclasses import dataclass

Z_95 = 1.959963984540054
"""The normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


def wilson(successes: int, trials: int) -> Interval:
    """Give the 95 % score interval of a proportion, without continuity correction.

    Wilson, JASA 22 (1927) 209-212; recommended for small samples by Newcombe, Statistics in
    Medicine 17 (1998) 857-872, method 3. Without trials nothing is known: 0 to 1.
    """
    if not trials:
        return Interval(0.0, 1.0)
    share = successes / trials
    z2 = Z_95 * Z_95 / trials
    centre = (share + z2 / 2) / (1 + z2)
    reach = Z_95 * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials)) / (1 + z2)
    low = 0.0 if successes == 0 else max(0.0, centre - reach)
    high = 1.0 if successes == trials else min(1.0, centre + reach)
    return Interval(low, high)
