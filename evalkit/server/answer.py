"""A scripted reply on its way over HTTP, in time and in pieces, or as the fault it is."""

import asyncio
import json
import socket
import struct
from collections.abc import Iterator

from aiohttp import web

from evalkit.server.completion import Completion, Wire
from evalkit.server.script import Failure

HTML = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
STREAM = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}


async def send(request: web.Request, completion: Completion, *, usage: bool) -> web.StreamResponse:
    """Answer `request`; a stream has its usage chunk where `usage` asks for it."""
    reply = completion.reply
    await asyncio.sleep(completion.script.delay if reply.delay is None else reply.delay)
    if reply.error:
        return refuse(reply.error)
    if reply.fault:
        return await _misbehave(request, completion)
    if completion.asked.stream and "not_streamed" not in completion.quirks:
        return await _stream(request, completion, usage=usage)
    return web.json_response(completion.whole())


def refuse(failure: Failure) -> web.Response:
    """Answer with an error in OpenAI's envelope."""
    error = {"message": failure.message, "type": failure.type, "param": None, "code": failure.code}
    wait = failure.retry_after
    headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
    return web.json_response({"error": error}, status=failure.status, headers=headers)


async def _stream(
    request: web.Request, completion: Completion, *, usage: bool
) -> web.StreamResponse:
    response = web.StreamResponse(headers=STREAM)
    await response.prepare(request)
    events = [event(chunk) for chunk in completion.chunks(include_usage=usage)]
    if "no_done" not in completion.quirks:
        events.append(b"data: [DONE]\n\n")
    for piece in _paced(events, completion.reply.between):
        await response.write(piece)
        await asyncio.sleep(completion.reply.between)
    await response.write_eof()
    return response


def event(chunk: Wire) -> bytes:
    """Write a chunk as a server-sent event."""
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


def _paced(events: list[bytes], between: float) -> Iterator[bytes]:
    """Give the events one by one where time passes between them, else all at once."""
    return iter(events) if between else iter([b"".join(events)])


async def _misbehave(request: web.Request, completion: Completion) -> web.StreamResponse:
    fault = completion.reply.fault
    if fault == "garbage":
        return web.Response(body=b"\x00 this is no completion", content_type="application/json")
    if fault == "html":
        return web.Response(text=HTML, content_type="text/html")
    if fault == "silence":
        await asyncio.Event().wait()
    if fault == "cut":
        return await _cut(request, completion)
    _hang_up(request, reset=fault == "reset")
    return web.Response()


async def _cut(request: web.Request, completion: Completion) -> web.StreamResponse:
    """Send the first chunks of a stream, or half of a body, and hang up."""
    response = web.StreamResponse(headers=STREAM if completion.asked.stream else {})
    if completion.asked.stream:
        chunks = list(completion.chunks(include_usage=False))
        sent = b"".join(event(chunk) for chunk in chunks[: max(1, len(chunks) // 2)])
    else:
        body = json.dumps(completion.whole()).encode()
        response.content_length, sent = len(body), body[: len(body) // 2]
    await response.prepare(request)
    await response.write(sent)
    _hang_up(request, reset=False)
    return response


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
