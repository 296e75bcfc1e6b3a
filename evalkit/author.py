"""The author's own Python: an `async def` runs on the event loop, all else on one thread."""

import asyncio
import contextlib
import inspect
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

Job = Callable[[], None]
Source: TypeAlias = Iterator[object] | AsyncIterator[object]

END: Final = object()
"""Stands behind the last thing that a generator yields."""

CLOSING: Final = 1.0
"""Seconds that an asynchronous generator is given to end early."""


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

    def do(self, job: Job) -> None:
        """Have the thread do something that nobody waits for; nothing, where it was let go."""
        if self._worker is not None:
            self._worker.do(job)

    async def _on_thread(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Ended:
        if self._worker is None:
            self._worker = _Worker(self._name)
        loop = asyncio.get_running_loop()
        settled: asyncio.Future[Ended] = loop.create_future()

        def job() -> None:
            _hand_over(loop, settled, _called(function, arguments))

        self._worker.do(job)
        return await settled


class Yields:
    """Takes what a generator yields: on the loop where it is asynchronous, else on the thread."""

    def __init__(self, author: Author, source: Source) -> None:
        self._author = author
        self._source = source
        self._ended = False

    async def next(self, seconds: float) -> Ended:
        """Give the next thing, or END; raises TimeoutError, and leaves a late thread to itself."""
        source = self._source

        async def awaited() -> object:
            return await anext(source, END) if isinstance(source, AsyncIterator) else END

        def taken() -> object:
            return END if isinstance(source, AsyncIterator) else next(source, END)

        called = awaited if isinstance(source, AsyncIterator) else taken
        ended = await self._author.call(called, {}, seconds)
        self._ended = ended.error is not None or ended.value is END
        return ended

    async def close(self) -> None:
        """End a generator that is not at its end, where it runs itself; it may refuse."""
        close = getattr(self._source, "aclose", None) or getattr(self._source, "close", None)
        if self._ended or close is None:
            return
        if not isinstance(self._source, AsyncIterator):
            self._author.do(lambda: _dropped(_called(close, {})))
            return

        async def closed() -> None:
            await close()

        with contextlib.suppress(TimeoutError):
            await self._author.call(closed, {}, CLOSING)


def is_source(value: object) -> bool:
    """Whether a value yields one thing after the other."""
    return isinstance(value, Iterator | AsyncIterator)


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
    """Whether a callable runs on the loop: an `async def`, also one that yields."""
    own = function if inspect.isroutine(function) else type(function).__call__
    kinds = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    return any(is_kind(called) for called in (function, own) for is_kind in kinds)


def _called(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Ended:
    try:
        return Ended(function(**arguments))
    except BaseException as error:  # noqa: BLE001 - even an exit must not end the thread
        return Ended(error=error)


async def _awaited(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Ended:
    try:
        made = function(**arguments)
        return Ended(await made if inspect.isawaitable(made) else made)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return Ended(error=error)
    except BaseException as error:  # noqa: BLE001 - the author's code may raise anything
        return Ended(error=error)


def _dropped(_: Ended) -> None:
    """Leave the end of a generator to itself."""


def _hand_over(
    loop: asyncio.AbstractEventLoop, settled: "asyncio.Future[Ended]", ended: Ended
) -> None:
    """Give a thread's result to the loop, unless nobody waits for it any more."""

    def settle() -> None:
        if not settled.done():
            settled.set_result(ended)

    with contextlib.suppress(RuntimeError):  # the loop is closed
        loop.call_soon_threadsafe(settle)
