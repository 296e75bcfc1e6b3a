"""`api: python`: a deployment that is a callable of the author's own."""

import asyncio
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, cast

from evalkit.author import (
    END,
    Author,
    Source,
    Yields,
    is_asynchronous,
    is_source,
    parameters,
)
from evalkit.dialect.faults import fault
from evalkit.dialect.request import messages
from evalkit.dialect.returned import read_returned
from evalkit.dialect.weight import tokens
from evalkit.dialect.words import tame
from evalkit.dialect.yielded import Yielded
from evalkit.model.api import Api, Services
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Timing
from evalkit.model.data import Authored, FromPython, Json
from evalkit.model.deployment import MOST_PLACES, Deployment, Timeout
from evalkit.wire.admission import Admission
from evalkit.wire.clock import Clock
from evalkit.wire.retry import Failure


class Python(Api):
    """Calls a Python function with what it takes of `messages`, in OpenAI's form, and `params`.

    It may take `tools` and `response_format` too. It returns the text, a completion as OpenAI's API
    gives it, a mapping `{text, usage, finish_reason, tool_calls}`, or a ChatReply. What it yields
    is streamed: texts are pieces of the reply, dicts are chunks as OpenAI's API streams them, and
    all clocks of `timeout` run. An `async def` runs on the event loop, any other function on a
    thread of its own, one call at a time.
    """

    class Options(Authored):
        """What is called."""

        call: Annotated[Callable[..., Any], FromPython()]

    def __init__(self, deployment: Deployment, services: Services) -> None:
        super().__init__(deployment, services)
        if not isinstance(deployment.options, Python.Options):
            raise TypeError("a deployment of api python needs the option call")
        self._call = deployment.options.call
        self._takes = parameters(self._call)
        self._name = getattr(self._call, "__qualname__", type(self._call).__name__)
        self._clock = Clock()
        most = MOST_PLACES if is_asynchronous(self._call) else 1
        self._admission = Admission(deployment, services, self._clock, most)
        self._author = Author(f"evalkit {deployment.name}")

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._author.dismiss()

    async def send(self, request: ChatRequest) -> ChatReply:
        weigh = partial(tokens, request, self.deployment)
        async with self._admission.ticket(weigh) as ticket:
            try:
                reply = await self._reply(self._arguments(request), ticket.queued)
            except CallError as error:
                self._admission.settle(ticket, Failure(error.fault), None)
                raise
            self._admission.settle(ticket, None, reply.usage)
        return reply

    async def _reply(self, arguments: dict[str, Json], queued: float) -> ChatReply:
        started = self._clock.now()
        answer = await self._bounded(arguments)
        times: list[float] = []
        if is_source(answer):
            stream = Streaming(self._name, self.deployment.timeout, self._clock, started)
            reply = await stream.run(Yields(self._author, cast("Source", answer)))
            times = stream.times
        else:
            reply = self._read(answer)
        timing = Timing(
            total=self._clock.now() - started,
            first_token=times[0] if times else None,
            contents=tuple(round(time, 4) for time in times),
            queued=queued,
        )
        return reply.model_copy(update={"timing": timing})

    def _arguments(self, request: ChatRequest) -> dict[str, Json]:
        given: dict[str, Json] = {
            "messages": messages(request.messages, self.services.files),
            "params": {**self.deployment.params, **request.params},
            "response_format": request.response_format,
            "tools": list(request.tools),
        }
        takes = self._takes
        return {name: value for name, value in given.items() if takes is None or name in takes}

    async def _bounded(self, arguments: dict[str, Json]) -> object:
        """Call within the total timeout; a thread that runs over is left to itself."""
        limit = self.deployment.timeout.total
        try:
            value, error = await self._author.call(self._call, arguments, limit)
        except TimeoutError:
            message = f"{self._name} did not return within {limit:g} s"
            raise fault("timeout_total", message) from None
        if error is not None:
            raise error if isinstance(error, CallError) else raised(self._name, error) from error
        return value

    def _read(self, answer: object) -> ChatReply:
        if isinstance(answer, ChatReply):
            return answer
        if isinstance(answer, str):
            return ChatReply(text=answer, result="ok" if answer.strip() else "empty")
        if isinstance(answer, dict):
            return read_returned(self._name, answer)
        wanted = "a str, a dict, a ChatReply or a generator"
        message = f"{self._name} returned {type(answer).__name__}, not {wanted}"
        raise fault("response_invalid", message)


class Streaming:
    """A reply while it is yielded; `times` are the seconds at which its contents came."""

    def __init__(self, name: str, timeout: Timeout, clock: Clock, started: float) -> None:
        self.times: list[float] = []
        self._name = name
        self._timeout = timeout
        self._clock = clock
        self._started = started
        self._end = started + timeout.total
        self._limit = min(self._end, started + timeout.first_token)
        self._yielded = Yielded(name)

    async def run(self, yields: Yields) -> ChatReply:
        """Take all that is yielded; raises CallError."""
        try:
            while (item := await self._next(yields)) is not END:
                self._take(item)
                await asyncio.sleep(0)
            return self._yielded.end()
        finally:
            await yields.close()

    async def _next(self, yields: Yields) -> object:
        """Wait for the next thing; one that never waits itself must end all the same."""
        left = self._limit - self._clock.now()
        if left <= 0:
            raise self._late()
        try:
            value, error = await yields.next(left)
        except TimeoutError:
            raise self._late() from None
        if error is not None:
            raise self._broken(error) from error
        return value

    def _take(self, item: object) -> None:
        before = self._yielded.contents
        self._yielded.take(item)
        if self._yielded.contents > before:
            now = self._clock.now()
            self.times.append(now - self._started)
            self._limit = min(self._end, now + self._timeout.idle)

    def _broken(self, error: BaseException) -> CallError:
        """Give an error with what came before it: after contents the reply was cut off."""
        partial = self._yielded.partial()
        if isinstance(error, CallError):
            told = error.fault
            if partial is None or told.partial is not None:
                return error
            return CallError(told.model_copy(update={"partial": partial}))
        return raised(self._name, error, partial if self.times else None)

    def _late(self) -> CallError:
        timeout, partial = self._timeout, self._yielded.partial()
        if self._clock.now() >= self._end or self._limit == self._end:
            message = f"{self._name} did not finish its reply within {timeout.total:g} s"
            return fault("timeout_total", message, partial=partial)
        if self.times:
            message = f"{self._name} yielded nothing more of its reply for {timeout.idle:g} s"
            return fault("timeout_idle", message, partial=partial)
        message = f"{self._name} yielded nothing of its reply within {timeout.first_token:g} s"
        return fault("timeout_first_token", message, partial=partial)


def raised(name: str, error: BaseException, partial: ChatReply | None = None) -> CallError:
    """Say what the author's code raised: a failure, or the end of a reply that had begun."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    message = f"{name} raised {type(error).__name__}: {tame(str(error))}{place}"
    if partial is None:
        return fault("server", message)
    return fault("stream_truncated", f"{message}, in the middle of its reply", partial=partial)
