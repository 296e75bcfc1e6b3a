"""Event streams are read as WHATWG HTML defines them, however they are cut into pieces."""

import itertools
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.model.chat import CallError
from evalkit.wire.sse import Decoder, Event

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


def messages(*texts: str) -> Parsed:
    return [("message", text, "") for text in texts]


LONG = b"c" * 2048
STANDARD_TESTS = [
    pytest.param(
        b"\xef\xbb\xbfdata:a\n\n\xef\xbb\xbfdata:b\n\ndata:c\n\n",
        messages("a", "c"),
        id="mark within",
    ),
    pytest.param(
        b"\xef\xbb\xbf\xef\xbb\xbfdata:a\n\ndata:b\n\ndata:c\n\n",
        messages("b", "c"),
        id="two marks",
    ),
    pytest.param(
        b"data:a\r:\0\n:\r\ndata:b\n:%b\rdata:c\n:data:no\r:%b\ndata:d\n\n" % (LONG, LONG),
        messages("a\nb\nc\nd"),
        id="comments",
    ),
    pytest.param(b"retry:9\ndata:a\n\nid:x\ndata:b", messages("a"), id="data before the end"),
    pytest.param(b"data:\n\ndata\ndata\n\ndata:a\n\n", messages("", "\n", "a"), id="data"),
    pytest.param(
        b"event:e\ndata:a\n\ndata:b\n\n", [("e", "a", ""), ("message", "b", "")], id="event"
    ),
    pytest.param(b"event: \ndata:a\n\n", messages("a"), id="empty event"),
    pytest.param(
        b"id:x\ndata:a\n\ndata:b\n\n", [("message", "a", "x"), ("message", "b", "x")], id="id"
    ),
    pytest.param(
        b"id:x\ndata:a\n\nid\ndata:b\n\n", [("message", "a", "x"), ("message", "b", "")], id="no id"
    ),
    pytest.param("id:…\ndata:a\n\n".encode(), [("message", "a", "…")], id="id in UTF-8"),
    pytest.param(b"id:x\nid:\0y\nid:y\0\ndata:a\n\n", [("message", "a", "x")], id="ids with NUL"),
    pytest.param(
        b"data:\0\ndata:  b\rData:no\ndata\0:no\ndata:c\r\0data:no\nda-ta:no\rdata_no\n"
        b"data:d\rdata:\r\n data:no\ndata:e\n\n",
        messages("\0\n b\nc\nd\n\ne"),
        id="names of fields",
    ),
    pytest.param(b"retry:1\ndata:a\n\nretry:1x\nretry\ndata:b\n\n", messages("a", "b"), id="retry"),
    pytest.param(
        b"data:a\n data\ndata\nother:no\njust words\n:comment\ndata:b\n\n",
        messages("a\n\nb"),
        id="unknown field",
    ),
    pytest.param(b"data:\ta\rdata: \ndata:b\n\n", messages("\ta\n\nb"), id="leading space"),
    pytest.param(b"data:a\r\ndata\ndata:b\r\n\r\n", messages("a\n\nb"), id="line ends"),
    pytest.param(b"data:\0\n\n\n\n", messages("\0"), id="NUL"),
    pytest.param("data:ok…\n\n".encode(), messages("ok…"), id="UTF-8"),
]
"""The cases of the standard's own test suite for browsers, in other words."""


@pytest.mark.parametrize(("stream", "events"), STANDARD_TESTS)
def test_the_cases_of_the_standard_s_own_tests_are_read_whole_and_cut(
    stream: bytes, events: Parsed
) -> None:
    assert parse(stream) == reference(stream) == events
    assert parse(*(bytes([byte]) for byte in stream)) == events
    assert all(parse(stream[:cut], stream[cut:]) == events for cut in range(len(stream)))


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


class Told(NamedTuple):
    """All that a decoder tells of a stream, up to the fault that ends it."""

    events: list[Event]
    fault: str
    unfinished: str
    replaced: bool


def told(chunks: Sequence[bytes], **bounds: int) -> Told:
    decoder, events = Decoder(**bounds), []
    try:
        for chunk in chunks:
            for event in decoder.feed(chunk):
                events.append(event)  # noqa: PERF402 - those before a fault are wanted
        return Told(events, "", decoder.unfinished(), decoder.replaced)
    except CallError as error:
        return Told(events, f"{error.fault.kind}: {error.fault.message}", "", decoder.replaced)


FRAMES = [
    pytest.param(
        b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n', id="chat"
    ),
    pytest.param(b"id: 1\r\nevent: e\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", id="CRLF"),
    pytest.param("\ufeffdata: 你好 🙂\n\ndata: é\n\n".encode(), id="mark and many bytes"),
    pytest.param(b": ping\r\rdata: a\r\r: ping\rid: 2\rdata\r\r\r", id="CR, comments, empty data"),
    pytest.param(b"data: a\xffb\xe4\xbd\n\ndata: \xf0\x9f\x99\n\n", id="invalid UTF-8"),
    pytest.param(b"retry: 5\n\nevent: error\ndata: a\n\r\n\rdata: [DONE]", id="no end"),
]


@pytest.mark.parametrize("stream", FRAMES)
@pytest.mark.parametrize("bound", [10_000, 12], ids=["in bounds", "above a bound"])
def test_a_frame_cut_in_two_and_three_at_all_places_tells_the_same(
    stream: bytes, bound: int
) -> None:
    bounds = {"max_line": bound, "max_event": bound, "max_stream": 3 * bound}
    whole = told([stream], **bounds)
    cuts = itertools.combinations_with_replacement(range(len(stream) + 1), 2)
    parts = [(stream[:one], stream[one:two], stream[two:]) for one, two in cuts]

    assert [part for part in parts if told(part, **bounds) != whole] == []


ALPHABET = b"data: \n\r\n\ndata:\r\rid: event: :\0a\xef\xbb\xbf\xff\xe4\xbd\xa0"


def differs_in_pieces(random: Random) -> bytes | None:
    """Cut a random stream at random; give it where it then tells something else."""
    letters = bytes(range(256)) if random.random() < 0.3 else ALPHABET
    stream = bytes(random.choices(letters, k=random.randint(0, 150)))
    cuts = sorted(random.randint(0, len(stream)) for _ in range(random.randint(1, 8)))
    chunks = [stream[one:two] for one, two in itertools.pairwise([0, *cuts, len(stream)])]
    bounds = {"max_line": 20, "max_event": 30, "max_stream": 120} if random.random() < 0.5 else {}
    whole = told([stream], **bounds)
    known = not whole.fault or whole.fault.startswith("too_large: ")
    return None if known and told(chunks, **bounds) == whole else stream


@pytest.mark.parametrize(
    "count",
    [4000, pytest.param(100_000, marks=[pytest.mark.exhaustive, pytest.mark.timeout(1200)])],
)
def test_random_bytes_raise_only_too_large_and_tell_the_same_in_any_pieces(count: int) -> None:
    random = Random(2)  # noqa: S311 - a sample

    assert [found for _ in range(count) if (found := differs_in_pieces(random)) is not None] == []


def test_events_before_a_bound_is_passed_are_given_before_the_fault() -> None:
    whole = told([b"data: a\n\n" * 3 + b"data: " + b"b" * 50], max_line=20)

    assert [event.data for event in whole.events] == ["a", "a", "a"]
    assert whole.fault == "too_large: the reply has a line of more than 20 bytes"


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
    assert len(list(decoder.feed(stream))) == stream.count(b"\n\n")

    assert decoder.unfinished() == wanted


@pytest.mark.parametrize(
    ("stream", "replaced"), [(b"data: \xff\n\n", True), (b"data: a\n\n", False)]
)
def test_replaced_bytes_are_told(stream: bytes, *, replaced: bool) -> None:
    decoder = Decoder()
    assert list(decoder.feed(stream))

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
        [event for chunk in chunks for event in decoder.feed(chunk)]

    assert caught.value.fault.kind == "too_large"


def test_an_event_is_a_plain_tuple() -> None:
    assert list(Decoder().feed(b"data: a\n\n")) == [Event("message", "a", "", 0)]
