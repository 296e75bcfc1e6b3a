"""Which trials of a deployment may begin: a bounded number of them at a time, in order."""

from collections import deque
from collections.abc import Iterable, Iterator

from evalkit.model.trial import Trial

FACTOR = 8
"""Begun and unfinished trials for each place of a deployment's concurrency."""


class Backlog:
    """A deployment's trials that are not begun yet, each at the position of its item in the run.

    `cautious` begins at most `concurrency` trials of items behind the one that is awaited.
    """

    def __init__(self, concurrency: int, *, cautious: bool = False) -> None:
        self._concurrency = concurrency
        self._cautious = cautious
        self._waiting: deque[tuple[int, Trial]] = deque()
        self._unfinished = 0
        self._ahead: deque[int] = deque()

    def add(self, position: int, trials: Iterable[Trial]) -> None:
        self._waiting.extend((position, trial) for trial in trials)

    def begin(self, awaited: int) -> Iterator[Trial]:
        """Give the trials that begin now, when the item at `awaited` is waited for."""
        while self._ahead and self._ahead[0] <= awaited:
            self._ahead.popleft()
        while self._waiting and self._may_begin(awaited):
            position, trial = self._waiting.popleft()
            self._unfinished += 1
            if self._cautious and position > awaited:
                self._ahead.append(position)
            yield trial

    def finish(self) -> None:
        """Count one of the begun trials as finished."""
        self._unfinished -= 1

    def clear(self) -> tuple[Trial, ...]:
        """Give up the trials that are not begun."""
        left = tuple(trial for _, trial in self._waiting)
        self._waiting.clear()
        return left

    def _may_begin(self, awaited: int) -> bool:
        if self._unfinished >= FACTOR * self._concurrency:
            return False
        position, _ = self._waiting[0]
        return not self._cautious or position <= awaited or len(self._ahead) < self._concurrency
