"""The author's own Python: an `async def` runs on the event loop, all else on one thread."""

import asyncio
import contextlib
import inspect
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Job = Callable[[], None]


class Ended(NamedTuple):
    """What a call returned, or what it raised."""

    value: object = None
    error: BaseException | None = None


class _Worker:
    """A thread that does one job after the other; a daemon, so that none can hold the exit."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def do(self, job: Job) -> None:
        self._jobs.put(job)

    def stop(self) -> None:
        """Let the thread end after the job that it is at."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


class Author:
    """Calls callables; one that is not asynchronous has the thread for itself."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._worker: _Worker | None = None
        self._turn = asyncio.Lock()

    async def call(
        self, function: Callable[..., Any], arguments: Mapping[str, Any], seconds: float
    ) -> Ended:
        """Call within so many seconds; raises TimeoutError, and leaves a late thread to itself."""
        if is_asynchronous(function):
            async with asyncio.timeout(seconds):
                return await _awaited(function, arguments)
        async with self._turn:
            try:
                async with asyncio.timeout(seconds):
                    return await self._on_thread(function, arguments)
            except TimeoutError:
                self.dismiss()
                raise

    def dismiss(self) -> None:
        """Let the thread go, whatever it does; the next call has a new one."""
        if self._worker is not None:
            self._worker.stop()
            self._worker = None

    async def _on_thread(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Ended:
        if self._worker is None:
            self._worker = _Worker(self._name)
        loop = asyncio.get_running_loop()
        settled: asyncio.Future[Ended] = loop.create_future()

        def job() -> None:
            _hand_over(loop, settled, _called(function, arguments))

        self._worker.do(job)
        return await settled


def parameters(function: Callable[..., Any]) -> frozenset[str] | None:
    """Give the arguments that can be passed by name; None where any can, or it cannot be told."""
    try:
        found = inspect.signature(function).parameters.values()
    except ValueError:  # some functions written in C have none
        return None
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in found):
        return None
    return frozenset(parameter.name for parameter in found)


def is_asynchronous(function: Callable[..., Any]) -> bool:
    called = function if inspect.isroutine(function) else type(function).__call__
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called)


def _called(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Ended:
    try:
        return Ended(function(**arguments))
    except BaseException as error:  # noqa: BLE001 - even an exit must not end the thread
        return Ended(error=error)


async def _awaited(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Ended:
    try:
        return Ended(await function(**arguments))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the author's code may raise anything
        return Ended(error=error)


def _hand_over(
    loop: asyncio.AbstractEventLoop, settled: "asyncio.Future[Ended]", ended: Ended
) -> None:
    """Give a thread's result to the loop, unless nobody waits for it any more."""

    def settle() -> None:
        if not settled.done():
            settled.set_result(ended)

    with contextlib.suppress(RuntimeError):  # the loop is closed
        loop.call_soon_threadsafe(settle)
