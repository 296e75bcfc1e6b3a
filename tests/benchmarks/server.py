"""A server that does next to nothing, in a process of its own: its clock judges its clients.

`/LATENCY/CHUNKS/PAUSE/v1/chat/completions` answers after LATENCY milliseconds, a stream in CHUNKS
chunks with PAUSE milliseconds before each but the first. `GET /log` tells of each request since it
was last asked: its id, when it was complete, and when its reply was.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable

BACKLOG = 1024
TEXT = "The answer to your question is yes, as far as anybody here can tell you today."
FIELDS = '"id":"c","created":1,"model":"m"'
USAGE = '"usage":{"prompt_tokens":9,"completion_tokens":9,"total_tokens":18}'

WHOLE = (
    f'{{{FIELDS},"object":"chat.completion","choices":[{{"index":0,"finish_reason":"stop",'
    f'"message":{{"role":"assistant","content":"{TEXT}"}}}}],{USAGE}}}'
).encode()


def chunk(choices: str, more: str = "") -> bytes:
    """Give a chunk of the stream, in the framing of HTTP and as an event."""
    event = f'data: {{{FIELDS},"object":"chat.completion.chunk","choices":[{choices}]{more}}}\n\n'
    return framed(event.encode())


def framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def content(text: str) -> bytes:
    delta = f'{{"role":"assistant","content":"{text}"}}'
    return chunk(f'{{"index":0,"delta":{delta},"finish_reason":null}}')


FIRST = content(TEXT)
NEXT = content(" And more.")
LAST = (
    chunk('{"index":0,"delta":{},"finish_reason":"stop"}')
    + chunk("", f",{USAGE}")
    + framed(b"data: [DONE]\n\n")
    + framed(b"")
)


class Log:
    """What has been answered; ids count on."""

    def __init__(self) -> None:
        self.count = 0
        self.entries: list[tuple[str, float, float]] = []

    def told(self) -> bytes:
        told = json.dumps(self.entries).encode()
        self.entries = []
        return told


class Connection(asyncio.Protocol):
    """One connection: a request at a time, kept open."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, body = self._held.partition(b"\r\n\r\n")
        if not end:
            return
        _, _, length = head.lower().partition(b"content-length:")
        if len(body) < int(length.partition(b"\r\n")[0] or 0):
            return
        self._held = b""
        path = head.split(b" ", 2)[1].decode()
        if path == "/log":
            self._write(whole(self._log.told(), "log"))
        else:
            self._answer(path, streamed=b'"stream":true' in body or b'"stream": true' in body)

    def _answer(self, path: str, *, streamed: bool) -> None:
        received = time.monotonic()
        latency, chunks, pause = (float(part) for part in path.split("/")[1:4])
        self._log.count += 1
        name = str(self._log.count)
        if not streamed:
            self._after(latency, lambda: self._end(whole(WHOLE, name), name, received))
            return
        self._write(streaming(name))
        if pause:
            self._paced(latency, pause, int(chunks), (name, received))
            return
        pieces = FIRST + NEXT * (int(chunks) - 1) + LAST
        self._after(latency, lambda: self._end(pieces, name, received))

    def _paced(self, latency: float, pause: float, chunks: int, entry: tuple[str, float]) -> None:
        def give(left: int) -> None:
            if left == 0:
                self._end(LAST, *entry)
                return
            self._write(FIRST if left == chunks else NEXT)
            self._after(pause, lambda: give(left - 1))

        self._after(latency, lambda: give(chunks))

    def _after(self, milliseconds: float, job: Callable[[], None]) -> None:
        if milliseconds:
            self._loop.call_later(milliseconds / 1000, job)
        else:
            job()

    def _end(self, data: bytes, name: str, received: float) -> None:
        self._write(data)
        self._log.entries.append((name, received, time.monotonic()))

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


def whole(body: bytes, name: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: {name}\r\n"
    return b"%bcontent-length: %d\r\n\r\n%b" % (head.encode(), len(body), body)


def streaming(name: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: {name}\r\n"
    return f"{head}transfer-encoding: chunked\r\n\r\n".encode()


async def serve() -> None:
    """Serve until SIGTERM, and print the port first."""
    loop, log, ended = asyncio.get_running_loop(), Log(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: Connection(log), "127.0.0.1", 0, backlog=BACKLOG)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve())
