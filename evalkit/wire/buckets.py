"""Requests and tokens per minute: what is used up comes back little by little."""

import asyncio
from bisect import insort
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from evalkit.model.chat import Usage
from evalkit.model.deployment import Limits
from evalkit.wire.clock import Clock

MINUTE: Final = 60.0
BURST: Final = 0.05
"""The part of a minute's amount that may be used at once."""

LARGEST: Final = 0.5
"""The part of a minute's amount that one reservation takes: more would leave nothing to refill."""

REQUESTS_HEADER: Final = "x-ratelimit-limit-requests"
TOKENS_HEADER: Final = "x-ratelimit-limit-tokens"
ROUNDING: Final = 1e-9

FIRST_GUESS: Final = 500
"""Tokens that a reply is taken to have before any was seen."""

PERCENTILE: Final = 0.95
SAMPLES: Final = 1000
MOST_DIGITS: Final = 12


class Bucket:
    """At most `amount` in any 60 seconds, of what was reserved; first come, first served.

    It holds `burst` at most and refills by (amount - burst) / 60 a second: what it held when a
    minute began and what came back in it are together no more than the amount.
    """

    def __init__(self, amount: float, clock: Clock) -> None:
        self.amount = amount
        self.burst = max(1.0, amount * BURST)
        self._clock = clock
        self._level = self.burst
        self._used = False
        self._at = clock.now()
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    async def reserve(self, wanted: float) -> float:
        """Take so much, once it is there; gives what was taken."""
        taken = min(wanted, max(1.0, self.amount * LARGEST))
        async with self._turn:
            self._widen(taken)
            while (lacking := taken - self._refilled()) > ROUNDING:
                await self._pass_time(lacking / self._rate)
            self._level -= taken
        return taken

    def settle(self, reserved: float, used: float) -> None:
        """Give back what was not used; an overrun is taken from what follows."""
        self._level = min(self.burst, self._refilled() + reserved - used)
        self._changed.set()

    def _widen(self, taken: float) -> None:
        """Make room for what is taken; only a bucket that was never used is full at once."""
        self.burst = max(self.burst, taken)
        if not self._used:
            self._level, self._used = self.burst, True

    @property
    def _rate(self) -> float:
        """The amount that comes back in a second; below 1 in a minute, nothing may be held back."""
        return max(self.amount - self.burst, min(self.amount, 1.0)) / MINUTE

    def _refilled(self) -> float:
        now = self._clock.now()
        self._level = min(self.burst, self._level + (now - self._at) * self._rate)
        self._at = now
        return self._level

    async def _pass_time(self, seconds: float) -> None:
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()


class Rates:
    """The two buckets of a deployment, where it has them: its author's, else the server's own.

    Of each amount this process has the part that is one of `processes`.
    """

    def __init__(self, limits: Limits, processes: int, clock: Clock) -> None:
        self._processes = processes
        self._clock = clock
        self.requests = self._bucket(limits.rpm)
        self.tokens = self._bucket(limits.tpm)
        self._completions: list[int] = []

    async def reserve(self, tokens: float) -> float:
        """Wait until a request may be sent; gives the tokens that are reserved for it."""
        if self.requests is not None:
            await self.requests.reserve(1)
        return await self.tokens.reserve(tokens) if self.tokens is not None else 0.0

    def settle(self, reserved: float, usage: Usage | None) -> None:
        """Count what a reply really used, where it says so."""
        if usage is None:
            return
        if usage.completion is not None and len(self._completions) < SAMPLES:
            insort(self._completions, usage.completion)
        if self.tokens is not None and reserved and usage.total is not None:
            self.tokens.settle(reserved, usage.total)

    def give_back(self, tokens: float) -> None:
        """Take back what was reserved for a request that is not sent."""
        if self.requests is not None:
            self.requests.settle(1, 0)
        if self.tokens is not None and tokens:
            self.tokens.settle(tokens, 0)

    def expected(self) -> int:
        """Give the tokens that a reply without a limit is taken to have."""
        seen = self._completions
        return seen[int(len(seen) * PERCENTILE)] if seen else FIRST_GUESS

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take the server's own limits per minute, where nobody set any."""
        self.requests = self.requests or self._bucket(_amount(headers.get(REQUESTS_HEADER)))
        self.tokens = self.tokens or self._bucket(_amount(headers.get(TOKENS_HEADER)))

    def _bucket(self, amount: float | None) -> Bucket | None:
        return Bucket(amount / self._processes, self._clock) if amount else None


def _amount(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) <= MOST_DIGITS else None
