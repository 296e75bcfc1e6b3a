"""Odd but legal event streams, over a socket: the text is that of the plain stream."""

from typing import Any

import pytest

CONTENT = b'{"id":"1","choices":[{"index":0,"delta":{"content":"%b"}}]}'
HEL = b"data: " + CONTENT % b"Hel" + b"\n\n"
LO = b"data: " + CONTENT % b"lo" + b"\n\n"
END = b'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
PLAIN = HEL + LO + END + DONE
MARK = b"\xef\xbb\xbf"
OTHER_ENDS = "\u2028\u0085"
USUAL = {"usage_missing", "missing_fields"}


def head(content_type: str = "text/event-stream") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n".encode()


def in_bytes(stream: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in stream]


@pytest.mark.parametrize(
    ("parts", "text", "warnings"),
    [
        pytest.param([PLAIN], "Hello", set(), id="plain"),
        pytest.param([MARK + PLAIN], "Hello", set(), id="byte order mark"),
        pytest.param(in_bytes(MARK + PLAIN), "Hello", set(), id="mark, byte by byte"),
        pytest.param([MARK + MARK + PLAIN], "lo", set(), id="two marks, so the first is a name"),
        pytest.param([PLAIN.replace(b"\n", b"\r")], "Hello", set(), id="CR"),
        pytest.param([PLAIN.replace(b"\n", b"\r\n")], "Hello", set(), id="CRLF"),
        pytest.param(in_bytes(PLAIN.replace(b"\n", b"\r\n")), "Hello", set(), id="CRLF in bytes"),
        pytest.param(
            [b"id: 5\n\n: ping\n\n\n", HEL, b": ping\n\nid: 6\n\n", LO, END, DONE],
            "Hello",
            set(),
            id="ids and comments",
        ),
        pytest.param(
            [b"event: ping\n\n", HEL, b"retry: 5\n\n", LO, END, DONE], "Hello", set(), id="pings"
        ),
        pytest.param(
            [HEL, b"data\n\n", b"data:\n\n", b"data: \n\n", LO, END, DONE],
            "Hello",
            set(),
            id="empty data",
        ),
        pytest.param(
            [HEL.replace(b"Hel", b"H\xe4l"), LO, END, DONE],
            "H\ufffdllo",
            {"utf8_replaced"},
            id="invalid UTF-8",
        ),
        pytest.param(
            [HEL.replace(b"Hel", OTHER_ENDS.encode()), LO, END, DONE],
            OTHER_ENDS + "lo",
            set(),
            id="other line ends",
        ),
        pytest.param([HEL, LO, END[:-1]], None, set(), id="the last block has no end"),
        pytest.param([HEL, LO, END], "Hello", {"missing_done"}, id="no done"),
        pytest.param([HEL, LO, END, DONE[:-2]], "Hello", {"missing_done"}, id="done has no end"),
        pytest.param([HEL, LO, END, b"data:[DONE] \n\n"], "Hello", set(), id="done with spaces"),
        pytest.param(
            [HEL, LO, END, b"data: [done]\n\n"],
            "Hello",
            {"undecodable_event", "missing_done"},
            id="done in small letters",
        ),
    ],
)
def test_a_stream_is_read_as_the_standard_says(
    wire: Any, parts: list[bytes], text: str | None, warnings: set[str]
) -> None:
    found = wire.served(wire.writing(head(), *parts, then="close"), retry=wire.one_try)

    if text is None:
        assert found.kind == "stream_truncated"
        assert found.partial.text == "Hello"
    else:
        assert found.text == text
        assert {warning.name for warning in found.warnings} == warnings | USUAL


@pytest.mark.parametrize("charset", ["windows-1252", "iso-8859-1", "utf-16", "none"])
def test_a_stream_is_utf_8_whatever_its_charset_says(wire: Any, charset: str) -> None:
    said = HEL.replace(b"Hel", "Grüße…".encode())
    start = head(f"text/event-stream; charset={charset}")

    found = wire.served(wire.writing(start, said, END, DONE, then="close"))

    assert found.text == "Grüße…"
    assert {warning.name for warning in found.warnings} == USUAL


@pytest.mark.parametrize(
    "written", ["Text/Event-Stream", "text/event-stream;", " text/event-stream "]
)
def test_an_event_stream_is_one_however_its_type_is_written(wire: Any, written: str) -> None:
    assert wire.served(wire.writing(head(written), PLAIN, then="close")).text == "Hello"
