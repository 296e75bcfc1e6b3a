"""Event streams are read as WHATWG HTML defines them, however they are cut into pieces."""

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.model.chat import CallError
from evalkit.wire.sse import MIB, Decoder, Event

Parsed = list[tuple[str, str, str]]


def parse(*chunks: bytes) -> Parsed:
    decoder = Decoder()
    return [event[:3] for chunk in chunks for event in decoder.feed(chunk)]


def reference(stream: bytes) -> Parsed:
    """Read a whole stream the slow way, in the standard's own steps."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
    events: Parsed = []
    data, kind, last_id = "", "", ""
    for line in lines:
        if not line:
            if data:
                events.append((kind or "message", data.removesuffix("\n"), last_id))
            data, kind = "", ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data += value + "\n"
        elif name == "event":
            kind = value
        elif name == "id" and "\0" not in value:
            last_id = value
    return events


STREAMS = [
    pytest.param(b"data: a\n\n", [("message", "a", "")], id="plain"),
    pytest.param(
        b"data:a\n\ndata:  b\n\n", [("message", "a", ""), ("message", " b", "")], id="spaces"
    ),
    pytest.param(b"\xef\xbb\xbfdata: a\n\n", [("message", "a", "")], id="byte order mark"),
    pytest.param(
        b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [("message", "b", "")], id="two"
    ),
    pytest.param(b"data: a\r\rdata: b\r\r", [("message", "a", ""), ("message", "b", "")], id="CR"),
    pytest.param(b"data: a\r\n\r\n", [("message", "a", "")], id="CRLF"),
    pytest.param(b"id: 5\n\n: comment\n\n\n", [], id="id and comments alone"),
    pytest.param(b"event: ping\n\nretry: 5\n\n", [], id="event and retry alone"),
    pytest.param(
        b"event: x\n\ndata: a\n\n", [("message", "a", "")], id="event without data is gone"
    ),
    pytest.param(b"data\n\ndata:\n\n", [("message", "", ""), ("message", "", "")], id="empty data"),
    pytest.param(b"data: a\ndata: b\n\n", [("message", "a\nb", "")], id="two lines"),
    pytest.param(b"data\ndata\n\n", [("message", "\n", "")], id="two empty lines"),
    pytest.param(b"event: error\ndata: a\n\n", [("error", "a", "")], id="named event"),
    pytest.param(
        b"id: 1\ndata: a\n\ndata: b\n\n",
        [("message", "a", "1"), ("message", "b", "1")],
        id="id stays",
    ),
    pytest.param(b"id: 1\nid: a\0b\ndata: a\n\n", [("message", "a", "1")], id="id with NUL"),
    pytest.param(b"id: 1\nid\ndata: a\n\n", [("message", "a", "")], id="id taken back"),
    pytest.param(b"DATA: a\ndata : b\nfoo: c\n\n", [], id="unknown fields"),
    pytest.param(
        "data: a\u2028b\u0085c\x0bd\x0c\n\n".encode(),
        [("message", "a\u2028b\u0085c\x0bd\x0c", "")],
        id="other line ends",
    ),
    pytest.param("data: 你好\n\n".encode(), [("message", "你好", "")], id="many bytes"),
    pytest.param(
        b"data: a\xffb\xe4\xbd\n\n", [("message", "a\ufffdb\ufffd", "")], id="invalid UTF-8"
    ),
    pytest.param(b"data: a\n\ndata: b\n", [("message", "a", "")], id="no blank line at the end"),
    pytest.param(b"data: a\n\ndata: b", [("message", "a", "")], id="no line end at the end"),
    pytest.param(b"", [], id="nothing"),
]


@pytest.mark.parametrize(("stream", "events"), STREAMS)
def test_a_stream_gives_the_events_of_the_standard(stream: bytes, events: Parsed) -> None:
    assert parse(stream) == events


@pytest.mark.parametrize(("stream", "events"), STREAMS)
def test_the_reference_of_these_tests_agrees(stream: bytes, events: Parsed) -> None:
    assert reference(stream) == events


@pytest.mark.parametrize(("stream", "events"), STREAMS)
def test_every_cut_in_three_gives_the_same_events(stream: bytes, events: Parsed) -> None:
    cuts = itertools.combinations_with_replacement(range(len(stream) + 1), 2)
    parsed = [parse(stream[:one], stream[one:two], stream[two:]) for one, two in cuts]

    assert all(found == events for found in parsed)


@pytest.mark.parametrize(("stream", "events"), STREAMS)
def test_byte_after_byte_gives_the_same_events(stream: bytes, events: Parsed) -> None:
    assert parse(*(bytes([byte]) for byte in stream)) == events


PIECES = st.sampled_from(
    [
        b"data",
        b":",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"id",
        b"event",
        b"a",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xe4",
        b"\xbd\xa0",
    ]
)
NOISE = st.lists(PIECES | st.binary(max_size=3), max_size=40).map(b"".join)


CUTS = st.lists(st.integers(0, 120), max_size=6)


def reads_as_the_reference(stream: bytes, cuts: list[int]) -> bool:
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    chunks = [stream[start:end] for start, end in itertools.pairwise(places)]
    return parse(*chunks) == reference(stream)


@given(stream=NOISE, cuts=CUTS)
def test_any_bytes_in_any_pieces_read_as_the_reference_does(stream: bytes, cuts: list[int]) -> None:
    assert reads_as_the_reference(stream, cuts)


@pytest.mark.exhaustive
@pytest.mark.timeout(1200)
@settings(max_examples=100_000, deadline=None)
@given(stream=NOISE, cuts=CUTS)
def test_a_hundred_thousand_streams_read_as_the_reference_does(
    stream: bytes, cuts: list[int]
) -> None:
    assert reads_as_the_reference(stream, cuts)


@pytest.mark.parametrize(
    ("stream", "offsets"),
    [
        pytest.param(b"data: a\n\n: c\ndata: b\n\n", [0, 9], id="LF"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", [0, 11], id="CRLF"),
        pytest.param(b"\xef\xbb\xbfdata: a\r\rdata: b\r\r", [3, 12], id="mark and CR"),
    ],
)
def test_an_event_knows_where_it_began_however_it_was_cut(
    stream: bytes, offsets: list[int]
) -> None:
    decoder = Decoder()
    events = [event for byte in stream for event in decoder.feed(bytes([byte]))]

    assert [event.offset for event in events] == offsets


@pytest.mark.parametrize(
    ("stream", "wanted"),
    [
        pytest.param(b"data: [DONE]\n", "[DONE]", id="line ended"),
        pytest.param(b"data: [DONE]", "[DONE]", id="line not ended"),
        pytest.param(b"data: [DONE]\r", "[DONE]", id="line ended by CR"),
        pytest.param(b"data: a\n\n", "", id="event ended"),
        pytest.param(b"data: a\n\n: c", "", id="comment"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_what_the_stream_ended_in_can_be_looked_at(stream: bytes, wanted: str) -> None:
    decoder = Decoder()
    decoder.feed(stream)

    assert decoder.unfinished() == wanted


@pytest.mark.parametrize(
    ("stream", "replaced"), [(b"data: \xff\n\n", True), (b"data: a\n\n", False)]
)
def test_replaced_bytes_are_told(stream: bytes, *, replaced: bool) -> None:
    decoder = Decoder()
    decoder.feed(stream)

    assert decoder.replaced is replaced


@pytest.mark.parametrize(
    ("chunks", "what"),
    [
        pytest.param([b"data: ", b"a" * 60, b"a" * 60], "line", id="line that never ends"),
        pytest.param([b"data: " + b"a" * 120 + b"\n"], "line", id="line in one piece"),
        pytest.param([b"data: " + b"a" * 50 + b"\n"] * 5, "event", id="event of many lines"),
        pytest.param([b": comment\n"] * 50, "stream", id="comments for ever"),
    ],
)
def test_a_bound_that_is_passed_is_too_large(chunks: list[bytes], what: str) -> None:
    decoder = Decoder(max_line=100, max_event=200, max_stream=400)

    with pytest.raises(CallError, match=f"a {what} of more than") as caught:
        list(map(decoder.feed, chunks))

    assert caught.value.fault.kind == "too_large"


def seconds_for(size: int) -> float:
    decoder = Decoder(max_line=2 * size, max_event=2 * size, max_stream=2 * size)
    chunk = b"a" * 1024
    started = time.process_time()
    decoder.feed(b"data: ")
    for _ in range(size // len(chunk)):
        decoder.feed(chunk)
    events = decoder.feed(b"\n\n")
    assert [len(event.data) for event in events] == [size]
    return time.process_time() - started


def test_the_time_grows_no_faster_than_the_stream() -> None:
    short = min(seconds_for(4 * MIB) for _ in range(5))
    long = min(seconds_for(16 * MIB) for _ in range(5))

    assert long / short < 8, "four times the bytes; quadratic would be 16"


def test_an_event_is_a_plain_tuple() -> None:
    assert Decoder().feed(b"data: a\n\n") == [Event("message", "a", "", 0)]
