"""Connections that cannot be made, break before the reply, or lead elsewhere."""

import asyncio
import socket
from typing import Any

import pytest

COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_a_refused_connection_is_tried_four_times_and_names_the_place(wire: Any) -> None:
    port = free_port()

    found = asyncio.run(wire.answer(f"http://127.0.0.1:{port}/v1"))

    assert (found.kind, len(found.tries)) == ("connect", 4)
    assert f"127.0.0.1:{port}" in found.message
    assert "is the server running?" in found.message


def test_a_host_that_does_not_exist_is_a_mistake_of_the_configuration(wire: Any) -> None:
    found = asyncio.run(wire.answer("http://nx.invalid/v1"))

    assert (found.kind, len(found.tries)) == ("config", 1)
    assert "nx.invalid" in found.message


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        (None, "base_url is not set"),
        ("  ", "base_url is not set"),
        ("example.com/v1", "https://host/v1"),
        ("ftp://example.com", "https://host/v1"),
        ("http://", "https://host/v1"),
        ("http://host:99999/v1", "no URL"),
        ("http://[::1/v1", "no URL"),
        ("http://user:secret@host/v1", "credentials"),
        ("http://host/v 1", "space"),
    ],
)
def test_a_base_url_that_cannot_be_called_is_a_mistake_of_the_configuration(
    wire: Any, base_url: str | None, words: str
) -> None:
    found = asyncio.run(wire.answer(base_url or ""))

    assert found.kind == "config"
    assert words in found.message
    assert "secret" not in found.message


def test_a_reset_before_the_head_is_tried_again(wire: Any) -> None:
    reply = wire.response(200, COMPLETION)

    async def handle(writer: asyncio.StreamWriter, number: int) -> None:
        if number == 1:
            wire.reset(writer)
        writer.write(reply)

    found = wire.served(handle)

    assert [one.kind for one in found.tries] == ["connect", None]


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://other.example/v2/chat/completions?key=abc", "https://other.example/v2/chat/"),
        ("/v2/chat/completions?key=abc", "redirects to /v2/chat/completions"),
        ("https://user:abc@other.example/", "https://other.example/"),
        ("file:///etc/passwd", "redirects to"),
    ],
)
def test_a_redirect_is_not_followed(wire: Any, location: str, words: str) -> None:
    async def run() -> tuple[Any, int]:
        reply = wire.response(302, b"", "text/plain", [("Location", location)])
        async with wire.server(wire.sending(reply)) as server:
            return await wire.answer(server.base_url), len(server.requests)

    found, requests = asyncio.run(run())

    assert (found.kind, requests) == ("config", 1)
    assert words in found.message
    assert "abc" not in found.message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_the_key_to_no_other_server(wire: Any, status: int) -> None:
    async def run() -> tuple[str, list[str], int]:
        async with wire.server(wire.sending(b"")) as other:
            away = [("Location", f"{other.base_url}/chat/completions")]
            reply = wire.response(status, b"", "text/plain", away)
            async with wire.server(wire.sending(reply)) as server:
                body = await wire.reach(server.base_url)
                return body, server.heads, other.connections

    body, heads, connections = asyncio.run(run())

    assert (body, connections) == ("", 0)
    assert "Bearer KEY" in heads[0]


def test_tls_on_a_plain_port_and_plain_on_a_tls_port_are_told(wire: Any) -> None:
    alert = wire.writing(b"\x15\x03\x01\x00\x02\x02\x46", then="close")
    assert "looks like TLS" in wire.fault(alert).message

    async def run() -> Any:
        async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await wire.answer(f"https://127.0.0.1:{port}/v1", retry=wire.one_try)

    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    found = asyncio.run(run())

    assert found.kind == "config"
    assert "does not speak TLS" in found.message
