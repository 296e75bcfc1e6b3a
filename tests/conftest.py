"""What holds for every test, and time that passes without being waited for."""

import asyncio
import selectors
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import pytest

from evalkit.wire.clock import Clock

T = TypeVar("T")

LONGEST = 120
"""Seconds that a test may take, where it sets no bound of its own."""

FOREVER = 1e6
"""Virtual seconds after which nothing that is waited for will ever come."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LONGEST))


class Leaping(selectors.SelectSelector):
    """Waits for no file: where nothing is ready, it passes the time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            self.now += FOREVER if timeout is None else max(0.0, timeout)
        if self.now >= FOREVER:
            raise TimeoutError("nothing happens any more")
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock stands still while anything can be done, and leaps when nothing can."""

    def __init__(self) -> None:
        self._leaping = Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


class Virtual:
    """Runs coroutines on virtual time, in seconds from 0."""

    @staticmethod
    def run(coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one; raises TimeoutError where it waits for what never comes."""
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            return runner.run(coroutine)

    @staticmethod
    def clock(chance: float = 0.5, today: float = 1_700_000_000.0) -> Clock:
        """Give the clock of the running loop; every draw gives `chance`."""
        time = asyncio.get_running_loop().time
        return Clock(time, lambda: today + time(), asyncio.sleep, lambda: chance)


@pytest.fixture
def virtual() -> type[Virtual]:
    return Virtual
