"""How many requests may be in flight: a number that is fixed, or that follows what a server takes.

Source: additive increase, multiplicative decrease, with slow start, as in TCP (RFC 5681).
"""

from typing import Final, NamedTuple, Self

from evalkit.model.deployment import MOST_ADAPTIVE

START: Final = 8
LEAST: Final = 1
MOST: Final = MOST_ADAPTIVE
CUT: Final = 0.75
"""What is left of a window after a refusal."""

PATIENCE: Final = 32
"""Replies to a full window, at least, before it grows by one once slow start is over.

With fewer, a small window would meet its limit so often that refusals are no exception.
"""


class Mark(NamedTuple):
    """What was so when a request was sent: the count of cuts, and whether the window was full."""

    cuts: int
    full: bool


class Window:
    """The size of the window, which is at least `least` and at most `most`.

    It doubles each round until the first refusal, then grows by one at a time; replies to a window
    that was not full say nothing. Refusals of requests that were sent before a cut belong to the
    episode that caused it, and cut no more.
    """

    def __init__(self, start: int = START, least: int = LEAST, most: int = MOST) -> None:
        self.size = max(least, min(start, most))
        self.cuts = 0
        self._least = least
        self._most = most
        self._earned = 0

    @classmethod
    def fixed(cls, size: int) -> Self:
        return cls(size, size, size)

    def mark(self, in_flight: int) -> Mark:
        """Note a request that is sent as one of so many, itself included."""
        return Mark(self.cuts, full=in_flight >= self.size)

    def grow(self, mark: Mark) -> None:
        """Take note of a reply."""
        if not mark.full or mark.cuts != self.cuts or self.size >= self._most:
            return
        self._earned += 1
        if self.cuts == 0 or self._earned >= max(PATIENCE, self.size):
            self.size += 1
            self._earned = 0

    def shrink(self, mark: Mark) -> None:
        """Take note of a refusal."""
        if mark.cuts != self.cuts:
            return
        self.cuts += 1
        self._earned = 0
        self.size = max(self._least, int(self.size * CUT))
