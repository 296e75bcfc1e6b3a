"""A reply that inflates without end ends a call and not the process: its memory, from outside."""

import asyncio
import json
import sys
import zlib
from typing import Any

import pytest

MIB = 1024 * 1024
BOUND = 200 * MIB
CALLER = """
import asyncio, json, resource, sys
from pathlib import Path

from evalkit.apis.chat_completions import ChatCompletions
from evalkit.loader.content import Attachments
from evalkit.model.api import Services
from evalkit.model.chat import CallError, ChatRequest, Message, TextPart
from evalkit.model.deployment import Deployment
from evalkit.source import Span


def peak():
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def call(base_url, stream):
    deployment = Deployment(name="d", span=Span("suite.yaml"), base_url=base_url)
    message = Message(role="user", parts=(TextPart(text="hello"),))
    async with ChatCompletions(deployment, Services(files=Attachments(Path()))) as api:
        try:
            return (await api.send(ChatRequest(messages=(message,), stream=stream))).result
        except CallError as error:
            return error.fault.kind


before = peak()
came_of_it = asyncio.run(call(sys.argv[1], sys.argv[2] == "stream"))
print(json.dumps([came_of_it, before, peak()]))
"""


def bomb(size: int, piece: bytes) -> bytes:
    """Compress `piece` again and again, so that `size` bytes come of it."""
    compressor = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    parts = [compressor.compress(piece) for _ in range(size // len(piece))]
    return b"".join((*parts, compressor.flush()))


async def called(wire: Any, sent: bytes, stream: str) -> tuple[str, int, int]:
    async with wire.server(wire.writing(sent, then="close")) as server:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CALLER, server.base_url, stream),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await child.communicate()
    kind, before, peak = json.loads(out)
    return kind, before, peak


def head(content_type: str) -> bytes:
    named = f"Content-Type: {content_type}\r\nContent-Encoding: gzip\r\n\r\n"
    return f"HTTP/1.1 200 OK\r\n{named}".encode()


SMALL, LARGE = 200 * MIB, 1024 * MIB
BODY = ("application/json", "whole", b" " * MIB)
LISTS = ("application/json", "whole", b"[" * MIB)
LINE = ("text/event-stream", "stream", b"a" * MIB)
EVENT = ("text/event-stream", "stream", b"data: \n" * 150_000)
DELTA = b'data:{"choices":[{"delta":{"content":"a"}}]}\n\n'
DELTAS = ("text/event-stream", "stream", DELTA * 20_000)
COMMENTS = ("text/event-stream", "stream", b": a\n\n" * 200_000)


@pytest.mark.parametrize(
    ("content_type", "stream", "piece", "size"),
    [
        pytest.param(*BODY, SMALL, id="a body of 200 MiB"),
        pytest.param(*LINE, SMALL, id="a line of 200 MiB"),
        pytest.param(*BODY, LARGE, id="a body of 1 GiB", marks=pytest.mark.exhaustive),
        pytest.param(*LISTS, LARGE, id="lists of 1 GiB", marks=pytest.mark.exhaustive),
        pytest.param(*LINE, LARGE, id="a line of 1 GiB", marks=pytest.mark.exhaustive),
        pytest.param(*EVENT, LARGE, id="an event of 1 GiB", marks=pytest.mark.exhaustive),
        pytest.param(*DELTAS, SMALL, id="deltas of 200 MiB", marks=pytest.mark.exhaustive),
        pytest.param(*COMMENTS, LARGE, id="comments of 1 GiB", marks=pytest.mark.exhaustive),
    ],
)
def test_a_bomb_is_too_large_in_a_process_that_stays_small(
    wire: Any, content_type: str, stream: str, piece: bytes, size: int
) -> None:
    sent = head(content_type) + bomb(size, piece)

    kind, before, peak = asyncio.run(called(wire, sent, stream))

    figures = f"{before / MIB:.0f} MiB before, {peak / MIB:.0f} at most"
    assert kind == "too_large"
    assert peak < BOUND, figures
