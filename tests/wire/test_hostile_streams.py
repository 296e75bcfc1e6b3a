"""Servers that send too much, too slowly or nothing of use: each is ended, in words."""

import json
from typing import Any

import pytest

MIB = 1024 * 1024
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
TEXT = b'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n'
CALL = b'data: {"choices":[{"index":0,"delta":{"tool_calls":[%b]}}]}\n\n'


def header(name: bytes = b"x-a", value: bytes = b"a") -> bytes:
    return name + b": " + value + b"\r\n"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        pytest.param(header() * 200, "sent too many headers", id="many"),
        pytest.param(header() * 100_000, "sent too many headers", id="very many"),
        pytest.param(header(value=b"a" * 9000), "a header of more than 8,190 bytes", id="long"),
        pytest.param(header(value=b"a" * MIB), "a header of more than 8,190 bytes", id="very long"),
        pytest.param(header(b"a" * 9000), "a header of more than 8,190 bytes", id="long name"),
        pytest.param(b"x-a: " + b"a" * MIB, "a header of more than 8,190 bytes", id="no end"),
    ],
)
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "unstreamed"])
def test_headers_above_their_bounds_are_too_large_and_are_not_asked_for_again(
    wire: Any, headers: bytes, words: str, *, stream: bool
) -> None:
    found = wire.served(wire.writing(JSON_HEAD + headers + b"\r\n" + BODY), stream=stream)

    assert (found.kind, len(found.tries)) == ("too_large", 1)
    assert found.message.startswith("127.0.0.1:")
    assert found.message.endswith(words)


def test_a_status_line_above_its_bound_is_too_large(wire: Any) -> None:
    found = wire.fault(wire.writing(b"HTTP/1.1 200 " + b"O" * 9000 + b"\r\n\r\n"))

    assert found.kind == "too_large"


def test_a_hundred_headers_of_eight_thousand_bytes_are_read(wire: Any) -> None:
    headers = b"".join(header(b"x-%d" % number, b"a" * 8000) for number in range(100))

    found = wire.served(
        wire.writing(JSON_HEAD + headers + b"\r\n" + BODY, then="close"), stream=False
    )

    assert found.text == "Hi"


@pytest.mark.parametrize(
    ("sent", "times", "words"),
    [
        pytest.param(b"a" * MIB, 9, "a line of more than 8 MiB", id="a line"),
        pytest.param(b": " + b"a" * MIB, 9, "a line of more than 8 MiB", id="a comment"),
        pytest.param(
            b"data: " + b"a" * MIB + b"\n", 9, "an event of more than 8 MiB", id="an event"
        ),
        pytest.param(
            b": " + b"a" * MIB + b"\n\n", 65, "a stream of more than 64 MiB", id="a stream"
        ),
    ],
)
def test_a_stream_above_a_bound_keeps_the_text_before_it(
    wire: Any, sent: bytes, times: int, words: str
) -> None:
    found = wire.fault(wire.writing(STREAM_HEAD, TEXT, *[sent] * times, then="close"))

    assert found.kind == "too_large"
    assert words.partition(" ")[2] in found.message
    assert (found.status, found.partial.text) == (200, "Hel")


@pytest.mark.parametrize(
    ("fragment", "times", "words"),
    [
        pytest.param(b'{"id":"%d"}', 1100, "1,000 tool calls", id="calls without index"),
        pytest.param(b'{"index":%d,"function":{}}', 1100, "1,000 tool calls", id="calls"),
    ],
)
def test_tool_calls_without_end_are_too_large(
    wire: Any, fragment: bytes, times: int, words: str
) -> None:
    chunks = b"".join(CALL % (fragment % number) for number in range(times))

    found = wire.fault(wire.writing(STREAM_HEAD, TEXT, chunks, then="close"))

    assert found.kind == "too_large"
    assert words in found.message
    assert found.partial.text == "Hel"


@pytest.mark.parametrize(
    ("head", "drop", "clock"),
    [
        pytest.param(STREAM_HEAD, b"x", "first_token", id="one byte, no event"),
        pytest.param(STREAM_HEAD, b":\n\n", "first_token", id="comments"),
        pytest.param(STREAM_HEAD, b"event: ping\n\n", "first_token", id="pings"),
        pytest.param(STREAM_HEAD, b"id: 1\n\ndata\n\n", "first_token", id="ids and empty data"),
        pytest.param(STREAM_HEAD, b"data: x\n\n", "first_token", id="no JSON"),
        pytest.param(
            STREAM_HEAD, b'data: {"choices":[]}\n\n', "first_token", id="chunks without choices"
        ),
        pytest.param(STREAM_HEAD + TEXT, b"x", "idle", id="one byte after text"),
        pytest.param(STREAM_HEAD + TEXT, b":\n\n", "idle", id="comments after text"),
        pytest.param(STREAM_HEAD + TEXT, b"event: ping\n\n", "idle", id="pings after text"),
        pytest.param(
            STREAM_HEAD + TEXT,
            b'data: {"usage":{"prompt_tokens":1}}\n\n',
            "idle",
            id="usage after text",
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"x", "first_token", id="one byte of a header"),
    ],
)
def test_a_server_that_drips_is_ended_by_the_clock_of_its_content(
    wire: Any, head: bytes, drop: bytes, clock: str
) -> None:
    found = wire.fault(wire.dripping(head, drop), timeout=wire.clocks(**{clock: 0.1}))

    assert found.kind == f"timeout_{clock}"


def test_the_text_in_ten_thousand_deltas_is_read_whole(wire: Any) -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "a"}}]}
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    frames = [json.dumps(chunk)] * 10_000 + [json.dumps(end), "[DONE]"]
    sent = "".join(f"data: {frame}\n\n" for frame in frames).encode()

    found = wire.served(
        wire.writing(STREAM_HEAD, sent, then="close"), timeout=wire.clocks(total=30)
    )

    assert (len(found.text), found.stream.contents) == (10_000, 10_000)
