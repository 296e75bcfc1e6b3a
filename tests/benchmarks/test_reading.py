"""How the time of reading grows: four times the bytes take at most six times as long."""

import gc
import json
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.lines import Chunks, read_body
from evalkit.wire.inflate import Inflating
from evalkit.wire.sse import Decoder

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

MIB = 1024 * 1024
SHORT, LONG = 4 * MIB, 16 * MIB
STEEPEST = 6.0
READ = 65_536
"""Bytes that come at once from a busy socket."""

STREAM = Head(200, {"content-type": "text/event-stream"})
END = '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'


def decode(chunks: Iterator[bytes], size: int) -> int:
    """Decode a stream and count its events."""
    decoder = Decoder(max_line=2 * size, max_event=2 * size, max_stream=2 * size)
    return sum(1 for chunk in chunks for _ in decoder.feed(chunk))


def fold(chunks: Iterator[bytes], size: int, *, cumulative: bool = False) -> int:
    """Decode a stream and put its reply together; give how many events had content."""
    decoder = Decoder(max_line=2 * size, max_event=2 * size, max_stream=2 * size)
    stream = Chunks(Asked(stream=True, cumulative=cumulative), STREAM)
    for chunk in chunks:
        for event in decoder.feed(chunk):
            stream.take(event.event, event.data, event.offset)
    stream.take("message", END, 0)
    reply = stream.end(b"", "")
    assert reply.finish_reason == "stop"
    return stream.contents


def repeated(unit: bytes, size: int, read: int = READ) -> Iterator[bytes]:
    """Give `size` bytes of the unit again and again, in reads of one length."""
    block = unit * (read // len(unit) + 2)
    at, given = 0, 0
    while given < size:
        yield block[at : at + read]
        given += read
        at = (at + read) % len(unit)


def line_in_kib(size: int) -> int:
    def chunks() -> Iterator[bytes]:
        yield b"data: "
        yield from (b"a" * 1024 for _ in range(size // 1024))
        yield b"\n\n"

    return decode(chunks(), size)


def delta(**fields: object) -> bytes:
    chunk = {"choices": [{"index": 0, "delta": fields}]}
    return b"data:" + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


def call(**fields: object) -> bytes:
    return delta(tool_calls=[{"index": 0, "function": fields}])


def body_of_lines(size: int) -> int:
    line = delta(content="a")[5:-1]
    body = line * (size // len(line)) + END.encode()
    return len(read_body(Asked(stream=True), Head(200), body).text)


def compressed(size: int) -> int:
    data = zlib.compress(b"ab" * (size // 2))
    body = Inflating(bare=False)
    return sum(
        len(piece) for at in range(0, len(data), 100) for piece in body.feed(data[at : at + 100])
    )


ALTERNATING = delta(content="a") + delta(content="b")
SUBJECTS: dict[str, Callable[[int], int]] = {
    "a line in pieces of 1 KiB": line_in_kib,
    "blank lines": lambda size: decode(repeated(b"\n", size), size),
    "comments": lambda size: decode(repeated(b":\r\n", size), size),
    "an event of empty lines": lambda size: decode(repeated(b"data\n", size), size),
    "empty events": lambda size: decode(repeated(b"data\n\n", size), size),
    "bytes, one by one": lambda size: decode(repeated(b"data: a\n\n", size // 16, 1), size),
    "one letter a delta": lambda size: fold(repeated(delta(content="a"), size), size),
    "one letter of reasoning a delta": lambda size: fold(
        repeated(delta(reasoning="a"), size), size
    ),
    "one letter of arguments a delta": lambda size: fold(repeated(call(arguments="a"), size), size),
    "two letters of a name a delta": lambda size: fold(repeated(call(name="ab"), size), size),
    "deltas that are not cumulative": lambda size: fold(
        repeated(ALTERNATING, size), size, cumulative=True
    ),
    "undecodable events": lambda size: fold(repeated(b"data:x\n\n", size // 4), size),
    "chunks one a line": body_of_lines,
    "compressed, in pieces of 100 bytes": compressed,
}


def seconds(subject: Callable[[int], int], size: int, times: int) -> float:
    """Give the shortest CPU time of some runs."""
    spent = []
    for _ in range(times):
        gc.collect()
        started = time.process_time()
        subject(size)
        spent.append(time.process_time() - started)
    return min(spent)


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_time_grows_no_faster_than_the_reply(name: str) -> None:
    subject = SUBJECTS[name]
    short, long = seconds(subject, SHORT, 3), seconds(subject, LONG, 2)
    print(f"{name}: {short:.3f} s for 4 MiB, {long:.3f} s for 16 MiB, {long / short:.1f} times")
    assert long / short < STEEPEST, "quadratic would be 16 times"


def test_a_line_of_16_mib_takes_less_than_a_third_of_a_second() -> None:
    spent = seconds(line_in_kib, LONG, 5)
    print(f"a line of 16 MiB in pieces of 1 KiB: {spent:.3f} s")
    assert spent <= 0.3
