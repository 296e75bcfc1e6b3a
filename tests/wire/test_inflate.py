"""Compressed bodies: in every form that servers send, cut anywhere, broken off, and as bombs."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from evalkit.model.chat import CallError, ChatReply
from evalkit.wire.inflate import PIECE, inflated

TEXT = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
MIB = 1024 * 1024


def bare(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def read(encoding: str, *chunks: bytes) -> list[bytes]:
    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def run() -> list[bytes]:
        return [piece async for piece in inflated(body(), encoding)]

    return asyncio.run(run())


MEMBERS = gzip.compress(TEXT[:20]) + gzip.compress(TEXT[20:])
FORMS = [
    pytest.param("gzip", gzip.compress(TEXT), id="gzip"),
    pytest.param("X-GZIP ", gzip.compress(TEXT), id="old name"),
    pytest.param("deflate", zlib.compress(TEXT), id="zlib"),
    pytest.param("deflate", bare(TEXT), id="bare deflate"),
    pytest.param("deflate", gzip.compress(TEXT), id="gzip named deflate"),
    pytest.param("gzip", zlib.compress(TEXT), id="zlib named gzip"),
    pytest.param("gzip", MEMBERS, id="several members"),
    pytest.param("gzip", gzip.compress(TEXT) + b"\0" * 30, id="padding behind it"),
    pytest.param("gzip", gzip.compress(TEXT) + b"\x1fbytes", id="bytes behind it"),
]


@pytest.mark.parametrize(("encoding", "data"), FORMS)
def test_a_compressed_body_is_read_in_every_form_and_cut_anywhere(
    encoding: str, data: bytes
) -> None:
    for cut in range(len(data) + 1):
        assert b"".join(read(encoding, data[:cut], data[cut:])) == TEXT
    assert b"".join(read(encoding, *(bytes([byte]) for byte in data))) == TEXT


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", bare)])
def test_a_body_comes_in_pieces_that_are_bounded(encoding: str, compress: Any) -> None:
    pieces = read(encoding, compress(b"a" * 3 * MIB))

    assert max(map(len, pieces)) == PIECE
    assert sum(map(len, pieces)) == 3 * MIB


@pytest.mark.parametrize("kept", range(1, len(gzip.compress(TEXT)), 7))
def test_a_body_that_ends_in_the_middle_of_its_data_is_a_broken_connection(kept: int) -> None:
    with pytest.raises(CallError, match="in the middle of its compressed data") as caught:
        read("gzip", gzip.compress(TEXT)[:kept])

    assert caught.value.fault.kind == "connect"


def test_a_body_that_ends_in_its_second_member_is_a_broken_connection() -> None:
    with pytest.raises(CallError, match="in the middle of its compressed data"):
        read("gzip", MEMBERS[:-3])


def test_an_empty_body_needs_no_compression() -> None:
    assert read("gzip") == read("gzip", b"") == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("data", [TEXT, b"\xff" * 99, b"\x1f\x8b" + b"\xff" * 99])
def test_what_is_not_compressed_as_it_says_cannot_be_read(encoding: str, data: bytes) -> None:
    with pytest.raises(CallError) as caught:
        read(encoding, data)

    assert caught.value.fault.kind in ("response_invalid", "connect")
    assert "compressed" in caught.value.fault.message


def head(status: int, encoding: str, content_type: str = "application/json") -> bytes:
    named = f"Content-Type: {content_type}\r\nContent-Encoding: {encoding}\r\n\r\n"
    return f"HTTP/1.1 {status} Status\r\n{named}".encode()


@pytest.mark.parametrize(
    ("sent", "outcome"),
    [
        pytest.param(head(200, "deflate") + zlib.compress(TEXT), "Hi", id="zlib"),
        pytest.param(head(200, "deflate") + bare(TEXT), "Hi", id="bare deflate"),
        pytest.param(head(200, "gzip") + MEMBERS, "Hi", id="members"),
        pytest.param(
            head(200, "gzip") + gzip.compress(TEXT)[:-9],
            "ended in the middle of its compressed data",
            id="broken off",
        ),
        pytest.param(
            head(500, "gzip") + gzip.compress(b'{"error":{"message":"boom"}}'),
            "answered 500: boom",
            id="an error",
        ),
        pytest.param(head(500, "gzip"), "answered 500: an empty body", id="an empty error"),
    ],
)
def test_a_compressed_body_on_a_socket_is_read_or_told(
    wire: Any, sent: bytes, outcome: str
) -> None:
    found = wire.served(wire.writing(sent, then="close"), stream=False, retry=wire.one_try)

    assert outcome in (found.text if isinstance(found, ChatReply) else found.message)


def bomb(size: int, compress: Any) -> bytes:
    data: bytes = compress(b" " * size)
    return data


@pytest.mark.parametrize(
    ("sent", "stream", "kind"),
    [
        pytest.param(
            head(200, "deflate") + bomb(100 * MIB, zlib.compress), False, "too_large", id="zlib"
        ),
        pytest.param(
            head(200, "deflate") + bomb(100 * MIB, bare), False, "too_large", id="bare deflate"
        ),
        pytest.param(
            head(200, "gzip") + bomb(10 * MIB, gzip.compress) * 10, False, "too_large", id="members"
        ),
        pytest.param(
            head(200, "gzip", "text/event-stream") + bomb(100 * MIB, gzip.compress),
            True,
            "too_large",
            id="a stream",
        ),
        pytest.param(
            head(500, "gzip") + bomb(100 * MIB, gzip.compress), False, "server", id="an error"
        ),
        pytest.param(
            head(401, "deflate") + bomb(100 * MIB, zlib.compress), True, "auth", id="another error"
        ),
    ],
)
def test_a_bomb_is_too_large_and_as_the_body_of_an_error_it_is_cut(
    wire: Any, sent: bytes, kind: str, *, stream: bool
) -> None:
    found = wire.fault(wire.writing(sent, then="close"), stream=stream)

    assert found.kind == kind
    assert len(found.message) < 200
