"""The server itself: OpenAI's paths on loopback, closed to web pages, counting requests."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from evalkit.errors import UsageError
from evalkit.model.data import JsonObject
from evalkit.server.analysis import embeddings, moderation
from evalkit.server.answer import marks, refuse, send
from evalkit.server.asked import Asked, BadRequest, parse
from evalkit.server.completion import CREATED, Completion
from evalkit.server.door import LOOPBACK, Binding, Door, invalid
from evalkit.server.rules import Rules
from evalkit.server.script import Script

T = TypeVar("T")

BODY = 64 * 2**20
"""Bytes of a request at most: inline images are sent whole."""

BACKLOG = 1024
PATIENCE = 0.1
"""Seconds that requests in flight are given when the server stops."""

SECRETS = frozenset({"authorization", "proxy-authorization", "cookie", "api-key", "x-api-key"})


@dataclass(slots=True)
class Received:
    """A request as it came in, the values of secret headers left out.

    `rule` is what answered it, in words; `status` stays 0 where no answer was completed. `started`
    and `ended` are seconds on a monotonic clock.
    """

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: JsonObject = field(default_factory=dict)
    rule: str = ""
    status: int = 0
    started: float = 0.0
    ended: float = 0.0


class Server:
    """A scripted deployment that listens while it is entered, and keeps the requests it received.

    `listen` is told of each request when it ends; then none is kept.
    """

    def __init__(
        self,
        script: Script,
        binding: Binding = LOOPBACK,
        listen: Callable[[Received], None] | None = None,
    ) -> None:
        self.requests: list[Received] = []
        self.base_url = ""
        self._script, self._rules = script, Rules(script)
        self._binding, self._door = binding, Door(binding.host, binding.token)
        self._listen = listen
        self._numbers = count(1)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY)
        app.router.add_route("*", "/{path:.*}", self._receive)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=PATIENCE, handler_cancellation=True
        )
        await self._runner.setup()
        host, port = self._binding.host, self._binding.port
        site = web.TCPSite(self._runner, host, port, backlog=BACKLOG)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            message = f"cannot listen on {host}:{port}: {error.strerror}"
            raise UsageError(message) from error
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        received = self._note(request)
        try:
            response = await self._answer(request, received)
            if not response.prepared:
                response.headers.update(marks(received.number))
            received.status = response.status
        finally:
            received.ended = time.monotonic()
            if self._listen:
                self._listen(received)
        return response

    def _note(self, request: web.Request) -> Received:
        named = ((name.lower(), value) for name, value in request.headers.items())
        headers = {name: "***" if name in SECRETS else value for name, value in named}
        received = Received(next(self._numbers), request.method, request.path, headers)
        received.started = time.monotonic()
        if not self._listen:
            self.requests.append(received)
        return received

    async def _answer(self, request: web.Request, received: Received) -> web.StreamResponse:
        problem = self._door.refusal(request.headers)
        if problem:
            return refuse(problem)
        paths = {
            "/models": ("GET", self._models),
            "/chat/completions": ("POST", self._complete),
            "/embeddings": ("POST", self._embed),
            "/moderations": ("POST", self._moderate),
        }
        for path, (method, answer) in paths.items():
            if request.path.endswith(path):
                if request.method == method:
                    return await answer(request, received)
                return refuse(invalid(405, f"{request.path} takes {method} alone"))
        return refuse(invalid(404, f"no such path: {request.path}"))

    async def _models(self, _request: web.Request, _received: Received) -> web.Response:
        model = {"id": self._script.model, "object": "model", "created": CREATED}
        return web.json_response({"object": "list", "data": [{**model, "owned_by": "evalkit"}]})

    async def _complete(self, request: web.Request, received: Received) -> web.StreamResponse:
        asked = await self._asked(request, received, Asked.of)
        if isinstance(asked, web.Response):
            return asked
        answer = self._rules.answer(asked)
        received.rule = answer.rule
        if answer.reply is None:
            return refuse(invalid(404, f"no rule of the script fits: {asked.user[:200]!r}"))
        completion = Completion(self._script, answer.reply, asked, received.number)
        return await send(request, completion)

    async def _embed(self, request: web.Request, received: Received) -> web.Response:
        model = self._script.model
        found = await self._asked(request, received, lambda body: embeddings(body, model))
        return found if isinstance(found, web.Response) else web.json_response(found)

    async def _moderate(self, request: web.Request, received: Received) -> web.Response:
        asked = await self._asked(request, received, Asked.about)
        if isinstance(asked, web.Response):
            return asked
        answers = [self._rules.answer(one) for one in asked]
        received.rule = ", ".join(answer.rule for answer in answers)
        replies = [answer.reply for answer in answers]
        return web.json_response(moderation(replies, self._script.model, received.number))

    async def _asked(
        self, request: web.Request, received: Received, read: Callable[[JsonObject], T]
    ) -> T | web.Response:
        """Read a request's body; what cannot be read is refused."""
        try:
            received.body = parse(await request.read())
            return read(received.body)
        except BadRequest as error:
            return refuse(invalid(400, str(error), param=error.param))
        except web.HTTPRequestEntityTooLarge:
            return refuse(invalid(413, f"the body has more than {BODY >> 20} MiB"))
