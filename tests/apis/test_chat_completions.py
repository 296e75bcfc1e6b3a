"""The default API, over a real socket."""

import asyncio
import json

import pytest

from evalkit.apis.chat_completions import ChatCompletions
from evalkit.model.api import Services
from evalkit.model.chat import Attachment, CallError, ChatReply, ChatRequest, Message, TextPart
from evalkit.model.deployment import Deployment
from evalkit.secrets import Secret
from evalkit.source import Span

BODY = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
REQUEST = ChatRequest(messages=(Message(role="user", parts=(TextPart(text="hi"),)),))


class NoFiles:
    """There are no attachments."""

    def read(self, attachment: Attachment) -> bytes:
        raise FileNotFoundError(attachment.name)

    def base64(self, attachment: Attachment) -> str:
        raise FileNotFoundError(attachment.name)


async def send(base_url: str | None) -> ChatReply:
    deployment = Deployment(
        name="d", span=Span("suite.yaml"), base_url=base_url, api_key=Secret("sk-1", "KEY")
    )
    async with ChatCompletions(deployment, Services(files=NoFiles())) as api:
        return await api.send(REQUEST)


def test_a_request_is_posted_below_the_base_url_and_its_reply_is_read() -> None:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].split()[0])
        received.extend((head, await reader.readexactly(size)))
        writer.write(RESPONSE % (len(BODY), BODY))
        await writer.drain()
        writer.close()

    async def run() -> ChatReply:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await send(f"http://127.0.0.1:{port}/v1/ai/endpoint")

    reply = asyncio.run(run())

    head, body = received
    assert head.startswith(b"POST /v1/ai/endpoint/chat/completions HTTP/1.1\r\n")
    assert b"authorization: bearer sk-1\r\n" in head.lower()
    assert json.loads(body) == {"messages": [{"role": "user", "content": "hi"}]}
    assert reply.text == "Hi"


def test_without_a_base_url_every_call_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(CallError, match="base_url is not set") as caught:
        asyncio.run(send(None))

    assert caught.value.fault.kind == "config"
