"""Places among the requests in flight, given in the order in which they became ready."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evalkit.wire.window import Mark, Window


class Gate:
    """A first come, first served queue for as many places as a window has."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._taken = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Mark]:
        """Hold a place, once there is one."""
        if self._taken >= self.window.size or self._queue:
            await self._wait()
        else:
            self._taken += 1
        try:
            yield self.window.mark(self._taken)
        finally:
            self._leave()

    async def _wait(self) -> None:
        """Wait for a place; whoever gives it takes it in the name of the one who waits."""
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
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
