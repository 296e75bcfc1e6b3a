"""The network itself: many at once, no cookies, connections used again, sockets given back."""

import asyncio
import os
import ssl
import stat
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from evalkit.model.api import WireRequest
from evalkit.model.chat import CallError
from evalkit.model.deployment import Limits
from evalkit.wire.http import Network, trusted

COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENTS = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata: [DONE]\n\n'


async def called(wire: Any, server: Any, times: int, *, stream: bool = False) -> list[str]:
    deployment = wire.deployment(server.base_url, limits=Limits(concurrency=10_000))
    async with wire.line(deployment) as line:
        sends = (line.send(wire.asking(stream=stream)) for _ in range(times))
        return [reply.text for reply in await asyncio.gather(*sends)]


def test_two_hundred_and_fifty_six_requests_are_in_flight_at_once(wire: Any) -> None:
    reply = wire.response(200, COMPLETION)
    everybody = 256

    async def run() -> list[str]:
        arrived = asyncio.Event()

        async def handle(writer: asyncio.StreamWriter, number: int) -> None:
            if number == everybody:
                arrived.set()
            await arrived.wait()
            writer.write(reply)

        async with wire.server(handle) as server:
            return await called(wire, server, everybody)

    assert asyncio.run(run()) == ["Hi"] * everybody


def test_cookies_are_not_kept(wire: Any) -> None:
    reply = wire.response(200, COMPLETION, headers=[("Set-Cookie", "session=1; Path=/")])

    async def run() -> list[str]:
        async with wire.server(wire.sending(reply)) as server:
            async with wire.line(wire.deployment(server.base_url)) as line:
                for _ in range(3):
                    await line.send(wire.asking())
            heads: list[str] = server.heads
            return heads

    heads = asyncio.run(run())

    assert len(heads) == 3
    assert "cookie" not in "".join(heads).lower()


@pytest.mark.parametrize("apart", [False, True], ids=["end in the same write", "end later"])
def test_a_connection_serves_again_after_a_stream(wire: Any, *, apart: bool) -> None:
    chunk = b"%x\r\n%s\r\n" % (len(EVENTS), EVENTS)

    async def handle(writer: asyncio.StreamWriter, _: int) -> None:
        writer.write(STREAM + chunk)
        if apart:
            await writer.drain()
            await asyncio.sleep(0.01)
        writer.write(b"0\r\n\r\n")

    async def run() -> int:
        async with wire.server(handle) as server:
            async with wire.line(wire.deployment(server.base_url)) as line:
                for _ in range(3):
                    await line.send(wire.asking(stream=True))
            connections: int = server.connections
            return connections

    assert asyncio.run(run()) == 1


def test_a_stream_that_stays_open_after_done_holds_nobody_up(wire: Any) -> None:
    async def handle(writer: asyncio.StreamWriter, _: int) -> None:
        writer.write(STREAM + b"%x\r\n%s\r\n" % (len(EVENTS), EVENTS))
        await asyncio.Event().wait()

    async def run() -> list[str]:
        async with wire.server(handle) as server, asyncio.timeout(1):
            return await called(wire, server, 3, stream=True)

    assert asyncio.run(run()) == ["Hi"] * 3


FAULTS = {
    "reset": (STREAM[:20], "reset"),
    "cut": (STREAM + b"5\r\ndata:", "close"),
    "bad gzip": (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + b"x" * 9999, "close"),
    "error": (b"HTTP/1.1 500 Oh\r\n\r\n" + b"x" * 200_000, "close"),
    "redirect": (b"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\n\r\nx", "close"),
    "no HTTP": (b"hello\r\n\r\n", "close"),
}


async def half_cancelled(sends: Sequence[Coroutine[Any, Any, Any]]) -> None:
    """Let the calls run, cancel every second one that still does, and wait for all."""
    tasks = [asyncio.ensure_future(send) for send in sends]
    await asyncio.wait(tasks, timeout=0.15)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def sockets() -> int:
    """Count the sockets that this process holds open."""
    return sum(map(_is_socket, Path("/dev/fd").iterdir()))


def _is_socket(descriptor: Path) -> bool:
    with suppress(OSError):
        return stat.S_ISSOCK(os.fstat(int(descriptor.name)).st_mode)
    return False


def failing(wire: Any) -> Any:
    """Fail each request in the next way, the last one by being silent for ever."""
    kinds = [*FAULTS, "silence"]

    async def handle(writer: asyncio.StreamWriter, number: int) -> None:
        kind = kinds[number % len(kinds)]
        if kind in FAULTS:
            data, then = FAULTS[kind]
            await wire.writing(data, then=then)(writer, number)
        else:
            await wire.dripping(STREAM, b"3\r\n: \n\r\n")(writer, number)

    return handle


async def tried(network: Network, url: str) -> None:
    request = WireRequest("POST", url, {"content-type": "application/json"}, b"{}")
    with suppress(CallError, TimeoutError):
        async with asyncio.timeout(0.5), network.send(request) as response:
            async for _ in response.chunks:
                continue


def test_after_a_thousand_faults_of_all_kinds_no_connection_is_left(wire: Any) -> None:
    async def run() -> tuple[int, int, int]:
        async with wire.server(failing(wire)) as server:
            plain, secure = f"{server.base_url}/chat", f"https://127.0.0.1:{server.port}/v1"
            dead = "http://127.0.0.1:1/v1"
            before = sockets()
            async with Network(wire.deployment(server.base_url), {}) as network:
                for _ in range(5):
                    urls = [plain] * 160 + [secure] * 20 + [dead] * 20
                    await half_cancelled([tried(network, url) for url in urls])
                async with asyncio.timeout(5):
                    await server.quiet()
                return before, sockets(), len(server.requests)

    before, after, requests = asyncio.run(run())

    assert after == before
    assert requests > 400


async def read(network: Network, url: str, begun: asyncio.Event) -> None:
    async with network.send(WireRequest("POST", url, {}, b"{}")) as response:
        begun.set()
        async for _ in response.chunks:
            continue


@pytest.mark.parametrize("head", [b"", STREAM], ids=["waiting", "streaming"])
def test_a_cancelled_call_has_closed_its_connection_when_it_ends(wire: Any, head: bytes) -> None:
    begun = asyncio.Event()

    async def handle(writer: asyncio.StreamWriter, _: int) -> None:
        writer.write(head)
        if not head:
            begun.set()
        await asyncio.Event().wait()

    async def run() -> tuple[int, int]:
        async with (
            wire.server(handle) as server,
            Network(wire.deployment(server.base_url), {}) as network,
        ):
            task = asyncio.ensure_future(read(network, server.base_url, begun))
            await begun.wait()
            open_before = sockets()
            task.cancel()
            await asyncio.wait([task])
            await asyncio.sleep(0)
            return open_before, sockets()

    before, after = asyncio.run(run())

    assert after < before


@pytest.mark.parametrize(
    "base_url",
    [
        f"http://{'a' * 70}.invalid",
        "http://exa\u2028mple.invalid",
        "http://a..b.invalid",
        "http://a\x01b.invalid",
    ],
)
def test_a_host_that_cannot_be_one_is_a_mistake_of_the_configuration(
    wire: Any, base_url: str
) -> None:
    assert asyncio.run(wire.answer(base_url)).kind == "config"


def test_a_stream_that_goes_on_after_done_is_left(wire: Any) -> None:
    more = b": comment\n\n" * 1000
    handler = wire.dripping(
        STREAM + b"%x\r\n%s\r\n" % (len(EVENTS), EVENTS), b"%x\r\n%s\r\n" % (len(more), more), 0
    )

    async def run() -> list[str]:
        async with wire.server(handler) as server:
            texts = await called(wire, server, 1, stream=True)
            async with asyncio.timeout(1):
                await server.quiet()
            return texts

    assert asyncio.run(run()) == ["Hi"]


def test_the_context_that_trusts_authorities_is_built_once_and_verifies() -> None:
    context = trusted()

    assert context is trusted()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
