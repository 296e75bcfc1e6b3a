"""How many requests of a deployment may be in flight, served in the order they became ready."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evalkit.wire.clock import Clock


class Gate:
    """A first come, first served queue for a fixed number of places."""

    def __init__(self, places: int, clock: Clock) -> None:
        self._places = asyncio.Semaphore(places)
        self._clock = clock

    @asynccontextmanager
    async def place(self) -> AsyncIterator[float]:
        """Hold a place; gives the seconds that were waited for it."""
        if not self._places.locked():
            async with self._places:
                yield 0.0
            return
        ready = self._clock.now()
        async with self._places:
            yield self._clock.now() - ready
