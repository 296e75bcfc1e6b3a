"""The server itself: OpenAI's paths on loopback, closed to web pages, counting requests."""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from aiohttp import web

from evalkit.errors import UsageError
from evalkit.model.data import JsonObject
from evalkit.server.answer import refuse, send
from evalkit.server.completion import CREATED, Completion
from evalkit.server.rules import Asked, Rules
from evalkit.server.script import Failure, Script

BODY = 64 * 2**20
"""Bytes of a request at most: inline images are sent whole."""

BACKLOG = 1024
NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(slots=True)
class Received:
    """A request as it came in; `started` and `ended` are seconds on a monotonic clock."""

    path: str
    body: JsonObject
    status: int = 0
    started: float = 0.0
    ended: float = 0.0


class Server:
    """A scripted deployment that listens while it is entered.

    `host` has to be a loopback address unless `unsafe_bind` is given, and then a `token` is needed.
    `listen` is told of each request that was answered.
    """

    def __init__(  # noqa: PLR0913 - settings by name
        self,
        script: Script,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        unsafe_bind: bool = False,
        listen: Callable[[Received], None] | None = None,
    ) -> None:
        refuse_bind(host, token=token, unsafe_bind=unsafe_bind)
        self.requests: list[Received] = []
        self.base_url = ""
        self._script = script
        self._rules = Rules(script)
        self._host, self._port, self._token = host, port, token
        self._listen = listen or self.requests.append
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY, middlewares=[self._guard])
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/{path:.*}", self._complete)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=BACKLOG)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            message = f"cannot listen on {self._host}:{self._port}: {error.strerror}"
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

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401
        """Let in who addresses this server by name, from no web page, with the token."""
        problem = self._problem(request)
        if problem:
            return refuse(problem)
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPException as error:
            return refuse(
                Failure(status=error.status, message=error.reason, type="invalid_request_error")
            )
        return response

    def _problem(self, request: web.Request) -> Failure | None:
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname
        if host not in NAMES | {self._host}:
            return _invalid(400, f"this server does not go by the name {host!r}")
        if "Origin" in request.headers:
            return _invalid(403, "requests from web pages are refused")
        said = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._token and not hmac.compare_digest(said.encode(), self._token.encode()):
            return _invalid(401, "incorrect API key provided", "invalid_api_key")
        return None

    async def _models(self, _: web.Request) -> web.Response:
        model = {"id": self._script.model, "object": "model", "created": CREATED}
        return web.json_response({"object": "list", "data": [{**model, "owned_by": "evalkit"}]})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        received = Received(request.path, {}, started=time.monotonic())
        try:
            response = await self._answer(request, received)
            received.status = response.status
        finally:
            received.ended = time.monotonic()
            self._listen(received)
        return response

    async def _answer(self, request: web.Request, received: Received) -> web.StreamResponse:
        if not request.path.endswith("/chat/completions"):
            return refuse(_invalid(404, f"no such path: {request.path}"))
        try:
            received.body = await request.json()
            asked = Asked.of(received.body)
        except (ValueError, AttributeError) as error:
            return refuse(_invalid(400, f"the body is no chat request: {error}"))
        if received.body.get("n") not in (None, 1):
            return refuse(_invalid(400, "n is not supported: one choice is scripted"))
        reply, number = self._rules.answer(asked)
        if reply is None:
            return refuse(_invalid(404, f"no rule of the script fits: {asked.user[:200]!r}"))
        options: Any = received.body.get("stream_options") or {}
        completion = Completion(self._script, reply, asked, number)
        return await send(request, completion, usage=options.get("include_usage") is True)


def refuse_bind(host: str, *, token: str | None, unsafe_bind: bool) -> None:
    """Refuse to be reached from other machines without being told to, and a token."""
    if host == "localhost" or (_is_address(host) and ip_address(host).is_loopback):
        return
    if not (unsafe_bind and token):
        hint = "  hint: that needs --unsafe-bind and --token"
        raise UsageError(f"{host!r} can be reached from other machines\n{hint}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _invalid(status: int, message: str, code: str | None = None) -> Failure:
    return Failure(status=status, message=message, code=code, type="invalid_request_error")
