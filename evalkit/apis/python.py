"""`api: python`: a deployment that is a callable of the author's own."""

from collections.abc import Callable
from types import TracebackType
from typing import Annotated, Any

from evalkit.author import Author, is_asynchronous, parameters
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
        self._takes = parameters(self._call)
        self._name = getattr(self._call, "__qualname__", type(self._call).__name__)
        self._clock = Clock()
        places = deployment.limits.concurrency if is_asynchronous(self._call) else 1
        self._gate = Gate(places, self._clock)
        self._author = Author(f"evalkit {deployment.name}")

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._author.dismiss()

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
            raise error if isinstance(error, CallError) else self._raised(error) from error
        return value

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
