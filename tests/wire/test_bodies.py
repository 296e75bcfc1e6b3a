"""Bodies that are compressed, enormous, or no completion at all."""

import gzip
from typing import Any

import pytest

from evalkit.model.chat import ChatReply

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
GZIP_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\r\n"
MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("start", "piece", "times"),
    [
        pytest.param(b"data: ", b"a" * MIB, 9, id="a line of 9 MiB"),
        pytest.param(b"", b": " + b"a" * MIB + b"\n\n", 65, id="a stream of 65 MiB"),
    ],
)
def test_a_stream_above_its_bounds_is_refused(
    wire: Any, start: bytes, piece: bytes, times: int
) -> None:
    found = wire.fault(wire.writing(STREAM_HEAD + start, *[piece] * times, then="close"))

    assert found.kind == "too_large"


def test_a_small_body_that_inflates_without_end_is_refused(wire: Any) -> None:
    bomb = gzip.compress(b" " * 80 * 1024 * 1024)

    found = wire.fault(wire.writing(GZIP_HEAD, bomb, then="close"), stream=False)

    assert found.kind == "too_large"


@pytest.mark.parametrize(
    ("head", "body", "outcome"),
    [
        pytest.param(GZIP_HEAD, gzip.compress(COMPLETION), "Hi", id="gzip"),
        pytest.param(GZIP_HEAD, b"not gzip", "cannot be decompressed", id="no gzip"),
        pytest.param(GZIP_HEAD.replace(b"gzip", b"br"), b"x", "'br'", id="unasked"),
    ],
)
def test_a_compressed_body_is_inflated_or_refused(
    wire: Any, head: bytes, body: bytes, outcome: str
) -> None:
    found = wire.served(wire.writing(head, body, then="close"), stream=False, retry=wire.one_try)

    assert outcome in (found.text if isinstance(found, ChatReply) else found.message)


def test_an_html_page_with_success_is_quoted_in_a_sanitised_form(wire: Any) -> None:
    page = b"<html>\x1b[31m<b>welcome</b>\r\n" + b"x" * 1000
    found = wire.fault(wire.sending(wire.response(200, page, "text/html")))

    assert found.kind == "response_invalid"
    assert "<html><b>welcome</b> xxx" in found.message
    assert "\x1b" not in found.message
    assert len(found.message) < 320
