"""A scripted reply on its way over HTTP, in time and in pieces, or as the fault it is."""

import asyncio
import json
import socket
import struct
from collections.abc import Iterator
from itertools import chain, islice
from typing import NoReturn

from aiohttp import web

from evalkit.server.completion import Completion, Wire
from evalkit.server.script import Failure

STREAM = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
DONE = b"data: [DONE]\n\n"
BATCH = 256
"""Events of a stream that are written together, so that other requests have their turn."""

NO_COMPLETIONS = {
    "garbage": ("application/json", b"\x00 this is no completion"),
    "html": ("text/html", b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"),
}


async def send(request: web.Request, completion: Completion) -> web.StreamResponse:
    """Answer `request`; raises CancelledError where its connection is lost, or has to be."""
    reply = completion.reply
    await asyncio.sleep(completion.delay)
    if reply.error:
        return refuse(reply.error)
    if reply.fault:
        return await _misbehave(request, completion)
    if completion.streamed:
        return await _stream(request, completion)
    return web.json_response(completion.whole())


def refuse(failure: Failure) -> web.Response:
    """Answer with an error in OpenAI's envelope."""
    error = failure.model_dump(include={"message", "type", "param", "code"})
    wait = failure.retry_after
    headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
    return web.json_response({"error": error}, status=failure.status, headers=headers)


def marks(number: int) -> dict[str, str]:
    """Give the headers of every response."""
    return {"X-Request-Id": f"req_{number}", "X-Content-Type-Options": "nosniff"}


def event(chunk: Wire) -> bytes:
    """Write a chunk as a server-sent event; half a surrogate pair stays the escape that it was."""
    data = json.dumps(chunk, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return b"data: " + data + b"\n\n"


async def _stream(request: web.Request, completion: Completion) -> web.StreamResponse:
    response = web.StreamResponse(headers={**STREAM, **marks(completion.number)})
    await response.prepare(request)
    pause = 0.0
    for piece in _pieces(completion):
        await asyncio.sleep(pause)
        await response.write(piece)
        pause = completion.reply.between
    await response.write_eof()
    return response


def _pieces(completion: Completion) -> Iterator[bytes]:
    """Give what is written at once: an event, or a number of them where none waits for another."""
    events = map(event, completion.chunks())
    end = () if "no_done" in completion.quirks else (DONE,)
    waiting = chain(events, end)
    size = 1 if completion.reply.between else BATCH
    while piece := b"".join(islice(waiting, size)):
        yield piece


async def _misbehave(request: web.Request, completion: Completion) -> web.StreamResponse:
    fault = completion.reply.fault
    if fault in NO_COMPLETIONS:
        content_type, body = NO_COMPLETIONS[fault]
        return web.Response(body=body, content_type=content_type)
    if fault == "cut":
        await _send_half(request, completion)
    if fault != "silence":
        _hang_up(request, reset=fault == "reset")
    return await _never()


async def _send_half(request: web.Request, completion: Completion) -> None:
    """Send the first chunks of a stream, or half of a body."""
    response = web.StreamResponse(headers=marks(completion.number))
    if completion.streamed:
        response.headers.update(STREAM)
        chunks = list(completion.chunks())
        sent = b"".join(map(event, chunks[: max(1, len(chunks) // 2)]))
    else:
        body = json.dumps(completion.whole()).encode()
        response.content_type = "application/json"
        response.content_length, sent = len(body), body[: len(body) // 2]
    await response.prepare(request)
    await response.write(sent)


def _hang_up(request: web.Request, *, reset: bool) -> None:
    """Close the connection; a linger of zero seconds makes the kernel send a reset."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    else:
        transport.close()


async def _never() -> NoReturn:
    """Wait to be cancelled, as a request is that has lost its connection."""
    await asyncio.Event().wait()
    raise asyncio.CancelledError
