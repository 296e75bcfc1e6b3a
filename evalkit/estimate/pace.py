"""How long requests take at least, by the limits of their deployment and nothing else."""

from dataclasses import dataclass
from math import ceil

from evalkit.model.deployment import Limits
from evalkit.wire.buckets import BURST, LARGEST, MINUTE


@dataclass(frozen=True, slots=True)
class Pace:
    """How many requests come one after another at least, and the seconds by each limit per minute.

    None is no limit per minute that is known.
    """

    in_a_row: int = 0
    rpm: float | None = None
    tpm: float | None = None


UNLIMITED = Pace()


def pace(limits: Limits, requests: int, tokens: int, *, longest: int, largest: int) -> Pace:
    """Work out the pace of so many requests.

    `longest` is how many of them one conversation makes, one after the other; `largest` are the
    tokens of the largest.
    """
    return Pace(
        in_a_row=max(longest, ceil(requests / limits.places)),
        rpm=None if limits.rpm is None else _seconds(limits.rpm, requests, 1),
        tpm=None if limits.tpm is None else _seconds(limits.tpm, tokens, largest),
    )


def _seconds(amount: float, wanted: float, largest: float) -> float:
    """Say how long a bucket that is full at first takes to give all that is wanted."""
    burst = max(1.0, amount * BURST, min(largest, amount * LARGEST))
    rate = max(amount - burst, min(amount, 1.0)) / MINUTE
    return max(0.0, wanted - burst) / rate
