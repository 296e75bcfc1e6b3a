"""`api: python`: a deployment that is a callable of the author's own."""

import asyncio
import contextlib
import inspect
import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Annotated, Any

from evalkit.dialect.asked import Asked
from evalkit.dialect.completion import Completion
from evalkit.dialect.faults import fault
from evalkit.dialect.head import Head
from evalkit.dialect.reply import read_completion
from evalkit.dialect.request import messages
from evalkit.dialect.words import tame
from evalkit.model.api import Api, Services
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Timing
from evalkit.model.data import Authored, FromPython, Json
from evalkit.model.deployment import Deployment
from evalkit.wire.clock import Clock
from evalkit.wire.limits import Gate

Job = Callable[[], None]
_Outcome = tuple[object, BaseException | None]


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


class Python(Api):
    """Calls a Python function with `messages`, in OpenAI's form, and `params`, if it takes them.

    It returns the text, a completion as OpenAI's API gives it, or a ChatReply. An `async def` runs
    on the event loop, any other function on a thread of its own, one call at a time.
    """

    class Options(Authored):
        """What is called."""

        call: Annotated[Callable[..., Any], FromPython()]

    def __init__(self, deployment: Deployment, services: Services) -> None:
        super().__init__(deployment, services)
        if not isinstance(deployment.options, Python.Options):
            raise TypeError("a deployment of api python needs the option call")
        self._call = deployment.options.call
        self._takes = _takes(self._call)
        self._asynchronous = _is_asynchronous(self._call)
        self._name = getattr(self._call, "__qualname__", type(self._call).__name__)
        self._clock = Clock()
        places = deployment.limits.concurrency if self._asynchronous else 1
        self._gate = Gate(places, self._clock)
        self._worker: _Worker | None = None

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._dismiss()

    async def send(self, request: ChatRequest) -> ChatReply:
        arguments = self._arguments(request)
        async with self._gate.place() as queued:
            started = self._clock.now()
            answer = await self._bounded(arguments)
            seconds = self._clock.now() - started
        reply = self._read(answer)
        timing = Timing(total=seconds, queued=queued)
        return reply.model_copy(update={"timing": timing})

    def _arguments(self, request: ChatRequest) -> dict[str, Json]:
        given: dict[str, Json] = {
            "messages": messages(request.messages, self.services.files),
            "params": {**self.deployment.params, **request.params},
        }
        return {name: value for name, value in given.items() if name in self._takes}

    async def _bounded(self, arguments: dict[str, Json]) -> object:
        """Call within the total timeout; a thread that runs over is left to itself."""
        limit = self.deployment.timeout.total
        try:
            async with asyncio.timeout(limit):
                value, error = await self._outcome(arguments)
        except TimeoutError:
            self._dismiss()
            message = f"{self._name} did not return within {limit:g} s"
            raise fault("timeout_total", message) from None
        if error is not None:
            raise error if isinstance(error, CallError) else self._raised(error) from error
        return value

    async def _outcome(self, arguments: dict[str, Json]) -> _Outcome:
        if self._asynchronous:
            return await _awaited(self._call, arguments)
        if self._worker is None:
            self._worker = _Worker(f"evalkit {self.deployment.name}")
        loop = asyncio.get_running_loop()
        settled: asyncio.Future[_Outcome] = loop.create_future()

        def job() -> None:
            _hand_over(loop, settled, _called(self._call, arguments))

        self._worker.do(job)
        return await settled

    def _dismiss(self) -> None:
        if self._worker is not None:
            self._worker.stop()
            self._worker = None

    def _raised(self, error: BaseException) -> CallError:
        return fault("server", f"{self._name} raised {type(error).__name__}: {tame(str(error))}")

    def _read(self, answer: object) -> ChatReply:
        if isinstance(answer, ChatReply):
            return answer
        if isinstance(answer, str):
            return ChatReply(text=answer, result="ok" if answer.strip() else "empty")
        if isinstance(answer, dict):
            asked = Asked(host=self._name, usage=False)
            return read_completion(Completion(asked, streamed=False), asked, Head(200), answer)
        wanted = "a str, a dict or a ChatReply"
        message = f"{self._name} returned {type(answer).__name__}, not {wanted}"
        raise fault("response_invalid", message)


def _takes(call: Callable[..., Any]) -> frozenset[str]:
    """Give those of the arguments that can be passed to `call` by name."""
    try:
        parameters = inspect.signature(call).parameters.values()
    except ValueError:  # some functions written in C have none
        return frozenset({"messages", "params"})
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return frozenset({"messages", "params"})
    return frozenset(parameter.name for parameter in parameters)


def _is_asynchronous(call: Callable[..., Any]) -> bool:
    called = call if inspect.isroutine(call) else type(call).__call__
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(called)


def _called(call: Callable[..., Any], arguments: dict[str, Json]) -> _Outcome:
    try:
        return call(**arguments), None
    except BaseException as error:  # noqa: BLE001 - even an exit must not end the thread
        return None, error


async def _awaited(call: Callable[..., Any], arguments: dict[str, Json]) -> _Outcome:
    try:
        return await call(**arguments), None
    except Exception as error:  # noqa: BLE001 - the author's code may raise anything
        return None, error


def _hand_over(
    loop: asyncio.AbstractEventLoop, settled: asyncio.Future[_Outcome], outcome: _Outcome
) -> None:
    """Give a thread's result to the loop, unless nobody waits for it any more."""

    def settle() -> None:
        if not settled.done():
            settled.set_result(outcome)

    with contextlib.suppress(RuntimeError):  # the loop is closed
        loop.call_soon_threadsafe(settle)
