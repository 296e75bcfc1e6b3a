"""Servers that answer one request with given bytes, over a socket or in memory."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from evalkit.model.api import Api, Services, WireRequest, WireResponse
from evalkit.model.chat import Attachment, CallError, ChatReply, ChatRequest, Fault
from evalkit.model.deployment import Deployment, Retry
from evalkit.secrets import Secret
from evalkit.source import Span

EVENTS = "text/event-stream; charset=utf-8"


class NoFiles:
    """There are no attachments."""

    def read(self, attachment: Attachment) -> bytes:
        raise FileNotFoundError(attachment.name)

    def base64(self, attachment: Attachment) -> str:
        raise FileNotFoundError(attachment.name)


@dataclass(frozen=True)
class Answer:
    """What a server answers; without a length the connection's end is the body's."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"

    @property
    def response(self) -> bytes:
        head = f"HTTP/1.1 {self.status} Status\r\nContent-Type: {self.content_type}\r\n"
        length = "" if self.content_type == EVENTS else f"Content-Length: {len(self.body)}\r\n"
        return f"{head}Connection: close\r\n{length}\r\n".encode() + self.body

    @classmethod
    def of(cls, data: Any, status: int = 200) -> "Answer":
        return cls(json.dumps(data).encode(), status)

    @classmethod
    def streaming(cls, *events: dict[str, Any]) -> "Answer":
        """Give events as the APIs with types send them: each is named by its type."""
        lines = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
        return cls("".join(lines).encode(), content_type=EVENTS)


@dataclass(frozen=True)
class Heard:
    """What came of a request, and how it arrived; header names are in lower case."""

    came: ChatReply | Fault
    line: str = ""
    headers: Any = None
    body: Any = None

    @property
    def reply(self) -> ChatReply:
        assert isinstance(self.came, ChatReply), self.came
        return self.came

    @property
    def fault(self) -> Fault:
        assert isinstance(self.came, Fault), self.came
        return self.came


def deployment(base_url: str, **deployed: Any) -> Deployment:
    given = {"model": "m", "api_key": Secret("sk-1", "KEY"), "retry": Retry(tries=1), **deployed}
    return Deployment(name="d", span=Span("suite.yaml"), base_url=base_url, **given)


async def outcome(api: Api, request: ChatRequest) -> ChatReply | Fault:
    try:
        return await api.send(request)
    except CallError as error:
        return error.fault


def over_a_socket(api: type[Api], answer: Answer, request: ChatRequest, **deployed: Any) -> Heard:
    """Send a request to a server on the loopback interface."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].split()[0])
        received.extend((head, await reader.readexactly(size)))
        writer.write(answer.response)
        await writer.drain()
        writer.close()

    async def run() -> ChatReply | Fault:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            called = deployment(f"http://127.0.0.1:{port}/v1", **deployed)
            async with api(called, Services(files=NoFiles())) as entered:
                return await outcome(entered, request)

    came = asyncio.run(run())
    head, body = received
    line, *headers = head.decode().split("\r\n")
    pairs = (header.partition(": ") for header in headers if header)
    named = {name.lower(): value for name, _, value in pairs}
    return Heard(came, line, named, json.loads(body))


class Memory:
    """A transport whose response comes in the given pieces."""

    def __init__(self, answer: Answer, pieces: Sequence[bytes]) -> None:
        self._answer = answer
        self._pieces = pieces

    @asynccontextmanager
    async def send(self, request: WireRequest) -> AsyncIterator[WireResponse]:
        del request
        headers = {"content-type": self._answer.content_type}
        yield WireResponse(self._answer.status, headers, self._chunks())

    async def _chunks(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def told(api: type[Api], answer: Answer, request: ChatRequest, *pieces: bytes) -> Any:
    """Give all that is known of a reply, but for what the time makes differ."""
    services = Services(files=NoFiles(), transport=Memory(answer, pieces))
    async with api(deployment("http://memory/v1"), services) as entered:
        came = await outcome(entered, request)
    return came.model_dump(exclude={"timing": True, "tries": True, "headers": True})


def cuts(api: type[Api], answer: Answer, request: ChatRequest) -> list[int]:
    """Name the bytes before which a body that is cut in two is read in another way."""
    body = answer.body

    async def run() -> list[int]:
        whole = await told(api, answer, request, body)
        return [
            cut
            for cut in range(len(body) + 1)
            if await told(api, answer, request, body[:cut], body[cut:]) != whole
        ]

    return asyncio.run(run())


class Wire:
    """What the tests of APIs over HTTP are made of."""

    answer = Answer
    deployment = staticmethod(deployment)
    services = Services(files=NoFiles())
    over_a_socket = staticmethod(over_a_socket)
    cuts = staticmethod(cuts)


@pytest.fixture
def wire() -> type[Wire]:
    return Wire
