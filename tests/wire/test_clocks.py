"""The clocks of a try, and what stops it from outside."""

import asyncio
from typing import Any

import pytest

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
TEXT = b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n'
EMPTY = b'data: {"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
END = b'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
COMMENT = b": keep-alive\n\n"


@pytest.mark.parametrize(
    ("sent", "drop", "stream", "clock"),
    [
        pytest.param(b"", b"", True, "first_token", id="silent"),
        pytest.param(STREAM_HEAD, b"", True, "first_token", id="head alone"),
        pytest.param(STREAM_HEAD, EMPTY, True, "first_token", id="empty deltas"),
        pytest.param(STREAM_HEAD, COMMENT, True, "first_token", id="comments"),
        pytest.param(STREAM_HEAD + TEXT, COMMENT, True, "idle", id="comments after text"),
        pytest.param(STREAM_HEAD, TEXT, True, "total", id="endless text"),
        pytest.param(b"", b"", False, "total", id="unstreamed, silent"),
        pytest.param(JSON_HEAD, b" ", False, "total", id="slow body"),
    ],
)
def test_each_clock_ends_its_own_wait(
    wire: Any, sent: bytes, drop: bytes, clock: str, *, stream: bool
) -> None:
    handler = wire.dripping(sent, drop) if drop else wire.writing(sent)

    found = wire.fault(handler, stream=stream, timeout=wire.clocks(**{clock: 0.1}))

    assert found.kind == f"timeout_{clock}"
    assert found.tries[0].seconds == pytest.approx(0.1, abs=0.1)


def test_an_unstreamed_request_has_no_clock_to_its_first_token(wire: Any) -> None:
    reply = wire.response(200, COMPLETION)

    async def handle(writer: asyncio.StreamWriter, _: int) -> None:
        await asyncio.sleep(0.15)
        writer.write(reply)

    limits = wire.clocks(first_token=0.05, idle=0.05)
    found = wire.served(handle, stream=False, timeout=limits)

    assert found.text == "Hi"


def test_a_try_without_a_first_token_is_tried_again(wire: Any) -> None:
    async def handle(writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(STREAM_HEAD if number == 1 else STREAM_HEAD + TEXT + END + DONE)
        await writer.drain()
        if number > 1:
            writer.close()

    found = wire.served(handle, timeout=wire.clocks(first_token=0.1))

    assert [one.kind for one in found.tries] == ["timeout_first_token", None]


def test_the_text_before_a_silence_is_kept(wire: Any) -> None:
    found = wire.fault(wire.writing(STREAM_HEAD, TEXT), timeout=wire.clocks(idle=0.05))

    assert found.partial
    assert found.partial.text == "Hel"


def test_cancelling_a_stream_closes_its_connection_at_once(wire: Any) -> None:
    closed = asyncio.Event()
    begun = asyncio.Event()

    async def handle(writer: asyncio.StreamWriter, _: int) -> None:
        writer.write(STREAM_HEAD + TEXT)
        begun.set()
        while not writer.transport.is_closing():
            writer.write(b": hi\n\n")
            await asyncio.sleep(0.005)
        closed.set()

    async def run() -> None:
        async with wire.server(handle) as server:
            call = asyncio.ensure_future(wire.answer(server.base_url))
            await begun.wait()
            call.cancel()
            async with asyncio.timeout(0.2):
                await closed.wait()
            await asyncio.wait([call])
            assert call.cancelled()

    asyncio.run(run())
