"""A server of raw bytes on a loopback socket, and the deployments that call it."""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self

import pytest

from evalkit.dialect.chat import Chat
from evalkit.model.api import Services, WireRequest, WireResponse
from evalkit.model.chat import (
    Attachment,
    CallError,
    ChatRequest,
    Fault,
    Message,
    NotSent,
    TextPart,
)
from evalkit.model.deployment import Deployment, Limits, Retry, Timeout
from evalkit.source import Span
from evalkit.wire.call import Line
from evalkit.wire.clock import Clock
from evalkit.wire.http import Network

Handler = Callable[[asyncio.StreamWriter, int], Awaitable[None]]


class NoFiles:
    """There are no attachments."""

    def read(self, attachment: Attachment) -> bytes:
        raise FileNotFoundError(attachment.name)

    def base64(self, attachment: Attachment) -> str:
        raise FileNotFoundError(attachment.name)


class RawServer:
    """Reads requests and lets `handler` write what it likes; `requests` are the bodies it got.

    With a context it speaks TLS.
    """

    def __init__(self, handler: Handler, tls: ssl.SSLContext | None = None) -> None:
        self._handler = handler
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[Any] = []
        self.heads: list[str] = []
        self.connections = 0
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", 0, ssl=self._tls, backlog=1024
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def quiet(self) -> None:
        """Wait until no connection is open."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError), closing(writer):
            while True:
                await self._receive(reader)
                await self._handler(writer, len(self.requests))

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        size = int(head.lower().partition("content-length:")[2].split()[0])
        self.heads.append(head)
        self.requests.append(json.loads(await reader.readexactly(size)))


def response(
    status: int,
    body: bytes,
    content_type: str = "application/json",
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Give a whole HTTP response that leaves the connection open."""
    named = (("Content-Type", content_type), ("Content-Length", str(len(body))), *headers)
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in named)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def sending(*responses: bytes) -> Handler:
    """Answer the first request with the first response, and so on; the last one stays."""

    async def handle(writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(responses[min(number, len(responses)) - 1])
        await writer.drain()

    return handle


class Waits:
    """A clock that never waits: `slept` are the seconds that it was asked to."""

    def __init__(self, chance: float = 0.5) -> None:
        self.slept: list[float] = []
        self._chance = chance

    @property
    def clock(self) -> Clock:
        return Clock(sleep=self._sleep, draw=lambda: self._chance)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def deployment(base_url: str | None, **settings: Any) -> Deployment:
    """Give a deployment of model `m`, with short clocks."""
    timeout = Timeout(connect=1.0, first_token=5.0, idle=5.0, total=30.0)
    given = {"model": "m", "timeout": timeout, "retry": Retry(), "limits": Limits(), **settings}
    return Deployment(name="d", span=Span("suite.yaml"), base_url=base_url, **given)


def asking(text: str = "hello", *, stream: bool = False) -> ChatRequest:
    return ChatRequest(
        messages=(Message(role="user", parts=(TextPart(text=text),)),), stream=stream
    )


SERVICES = Services(files=NoFiles())
ONE_TRY = Retry(tries=1)


def clocks(**seconds: float) -> Timeout:
    return Timeout(**{"connect": 1.0, "first_token": 1.0, "idle": 1.0, "total": 2.0, **seconds})


def line(called: Deployment, clock: Clock | None = None, services: Services = SERVICES) -> Line:
    """Give the line to a deployment that speaks OpenAI's chat completions."""
    return Line(called, services, Chat(called, services.files), clock)


async def answer(base_url: str, *, stream: bool = True, **settings: Any) -> Any:
    called = deployment(base_url, **{"timeout": clocks(), **settings})
    async with line(called, Waits().clock) as entered:
        try:
            return await entered.send(asking(stream=stream))
        except CallError as error:
            return error.fault


async def reach(
    base_url: str, environ: Mapping[str, str] | None = None, **settings: Any
) -> str | Fault:
    """Send one request and give the body of its response, or why there is none."""
    called = deployment(base_url, **{"timeout": clocks(), **settings})
    headers = {"authorization": "Bearer KEY", "content-type": "application/json"}
    request = WireRequest("POST", f"{base_url}/chat/completions", headers, b"{}")
    try:
        async with Network(called, environ or {}) as network, network.send(request) as response:
            return b"".join([chunk async for chunk in response.chunks]).decode()
    except CallError as error:
        return error.fault


def served(handler: Any, **settings: Any) -> Any:
    async def run() -> Any:
        async with RawServer(handler) as server:
            return await answer(server.base_url, **settings)

    return asyncio.run(run())


def fault(handler: Any, **settings: Any) -> Fault:
    found = served(handler, **{"retry": ONE_TRY, **settings})
    assert isinstance(found, Fault), found
    return found


def writing(*parts: bytes, then: str = "wait") -> Any:
    """Write the parts, then wait for ever, close, or reset the connection."""

    async def handle(writer: asyncio.StreamWriter, _: int) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if then == "wait":
            await asyncio.Event().wait()
        if then == "reset":
            reset(writer)
        writer.close()

    return handle


def dripping(head: bytes, drop: bytes, every: float = 0.01) -> Any:
    async def handle(writer: asyncio.StreamWriter, _: int) -> None:
        writer.write(head)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(every)

    return handle


def reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
JSON_TYPE = {"content-type": "application/json"}


@dataclass(frozen=True)
class Said:
    """What a host answers: a head, `after` so many seconds, then pieces, each after its seconds.

    Without a status there is no head; `broken` ends it in place of a clean end. The pieces are a
    completion where nothing else is said, under an error status an error.
    """

    status: int | None = 200
    headers: Mapping[str, str] = field(default_factory=lambda: JSON_TYPE)
    pieces: Sequence[tuple[float, bytes]] | None = None
    after: float = 0.0
    broken: Fault | None = None


class Host:
    """A server in memory: `behave` gives what it says to the request that came last.

    `begun` are the seconds at which requests came, `flying` those that are not answered yet.
    """

    def __init__(self, behave: Callable[["Host"], Said]) -> None:
        self._behave = behave
        self.requests: list[WireRequest] = []
        self.begun: list[float] = []
        self.flying = 0

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    @asynccontextmanager
    async def send(self, request: WireRequest) -> AsyncIterator[WireResponse]:
        self.requests.append(request)
        self.begun.append(self.now)
        said = self._behave(self)
        self.flying += 1
        try:
            await asyncio.sleep(said.after)
            if said.status is None:
                raise CallError(said.broken or REFUSED)
            yield WireResponse(said.status, said.headers, _body(said))
        finally:
            self.flying -= 1


REFUSED = Fault(kind="connect", message="host:80 refuses connections: is the server running?")


async def _body(said: Said) -> AsyncIterator[bytes]:
    usual = COMPLETION if said.status == 200 else b'{"error": {"message": "no"}}'
    for pause, piece in ((0.0, usual),) if said.pieces is None else said.pieces:
        await asyncio.sleep(pause)
        yield piece
    if said.broken:
        raise CallError(said.broken)


@dataclass
class Played:
    """What came of calls on virtual time, in their order, and the second at which each ended."""

    host: Host
    answers: list[Any] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)

    @property
    def kinds(self) -> list[str | None]:
        """The kinds of the faults, None for a reply."""
        return [one.fault.kind if isinstance(one, CallError) else None for one in self.answers]

    @property
    def not_sent(self) -> int:
        return sum(isinstance(one, NotSent) for one in self.answers)


async def play(host: Host, clock: Clock, calls: int = 1, **settings: Any) -> Played:
    """Make so many calls at once of a host in memory."""
    services = settings.pop("services", SERVICES)
    request = asking(stream=settings.pop("stream", False))
    called = deployment("http://host/v1", **settings)
    played = Played(host, [None] * calls, [0.0] * calls)
    async with line(called, clock, replace(services, transport=host)) as entered:

        async def call(number: int) -> None:
            try:
                played.answers[number] = await entered.send(request)
            except CallError as error:
                played.answers[number] = error
            played.ended[number] = host.now

        await asyncio.gather(*map(call, range(calls)))
    return played


class Wire:
    """What the tests of this folder are made of."""

    server = RawServer
    host = Host
    said = Said
    refused = Said(status=None)
    play = staticmethod(play)
    waits = Waits
    services = SERVICES
    one_try = ONE_TRY
    answer = staticmethod(answer)
    asking = staticmethod(asking)
    clocks = staticmethod(clocks)
    deployment = staticmethod(deployment)
    dripping = staticmethod(dripping)
    fault = staticmethod(fault)
    line = staticmethod(line)
    reach = staticmethod(reach)
    reset = staticmethod(reset)
    response = staticmethod(response)
    sending = staticmethod(sending)
    served = staticmethod(served)
    writing = staticmethod(writing)


@pytest.fixture
def wire() -> type[Wire]:
    return Wire
