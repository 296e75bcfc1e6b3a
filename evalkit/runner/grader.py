"""The one thread on which every dialogue is advanced, so that no check ever runs on the loop."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")

Job = Callable[[], object]


class Grader:
    """Does jobs in the order they came, and hands what they give back to the event loop.

    Results wait for the loop together: however many are ready, it is woken once for all of them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._results: deque[Job] = deque()
        self._waking = False
        self._thread = Thread(target=self._work, name="evalkit-grader", daemon=True)
        self._thread.start()

    def run(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Do a job on the thread; what it raises, the future raises. Called on the loop only."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(partial(self._do, job, future))
        return future

    def post(self, job: Job) -> None:
        """Do a job that gives nothing back and raises nothing."""
        self._jobs.put(job)

    def close(self, patience: float) -> None:
        """Do what was asked for before, for so many seconds, and end the thread."""
        self._jobs.put(None)
        self._thread.join(patience)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _do(self, job: Callable[[], T], future: asyncio.Future[T]) -> None:
        if future.cancelled():
            return
        try:
            result = job()
        except Exception as error:  # noqa: BLE001 - it travels back to whoever awaits the job
            self._hand_back(partial(_fail, future, error))
        except BaseException as error:  # noqa: BLE001 - sys.exit() in a check ends no thread
            wrapped = RuntimeError(f"{type(error).__name__}: {error}")
            self._hand_back(partial(_fail, future, wrapped))
        else:
            self._hand_back(partial(_settle, future, result))

    def _hand_back(self, settle: Job) -> None:
        self._results.append(settle)
        if self._waking:
            return
        self._waking = True
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._waking = False
        while self._results:
            self._results.popleft()()


def _settle(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
