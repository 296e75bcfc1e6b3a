"""Places among the requests in flight, given in the order in which they became ready."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evalkit.wire.window import Mark, Window


class Gate:
    """A first come, first served queue for as many places as a window has.

    A call that is tried again came before all that wait for their first try.
    """

    def __init__(self, window: Window) -> None:
        self.window = window
        self._taken = 0
        self._first: deque[asyncio.Future[None]] = deque()
        self._again: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def place(self, *, again: bool = False) -> AsyncIterator[Mark]:
        """Hold a place, once there is one."""
        if self._taken >= self.window.size or self._queue:
            await self._wait(self._again if again else self._first)
        else:
            self._taken += 1
        try:
            yield self.window.mark(self._taken)
        finally:
            self._leave()

    @property
    def _queue(self) -> deque[asyncio.Future[None]]:
        """Those of whom the next one is served."""
        return self._again or self._first

    async def _wait(self, queue: deque[asyncio.Future[None]]) -> None:
        """Wait for a place; whoever gives it takes it in the name of the one who waits."""
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        self._taken -= 1
        self.admit()

    def admit(self) -> None:
        """Give the free places to those who wait."""
        while self._queue and self._taken < self.window.size:
            turn = self._queue.popleft()
            if not turn.done():
                self._taken += 1
                turn.set_result(None)
