"""Streams of JSON lines: the same events however they are cut, within bounds."""

import pytest

from evalkit.model.chat import CallError
from evalkit.wire.json_lines import Lines

TEXT = '\ufeff{"a": "é"}\r\n\n  \n{"b": "\u2028"}\n{"c": 1}'.encode()
EVENTS = [('{"a": "é"}', 0), ('{"b": "\u2028"}', 20)]


def read(*chunks: bytes) -> tuple[list[tuple[str, int]], str]:
    lines = Lines()
    found = [event for chunk in chunks for event in lines.feed(chunk)]
    return [(event.data.strip(), event.offset) for event in found], lines.unfinished()


@pytest.mark.parametrize("place", range(len(TEXT) + 1))
def test_lines_are_the_same_however_they_are_cut(place: int) -> None:
    assert read(TEXT[:place], TEXT[place:]) == (EVENTS, '{"c": 1}')


def test_lines_that_come_byte_by_byte_are_the_same() -> None:
    assert read(*(bytes([byte]) for byte in TEXT)) == (EVENTS, '{"c": 1}')


def test_invalid_utf_8_is_replaced_and_told() -> None:
    lines = Lines()

    (event,) = lines.feed(b"a\xff\n")

    assert (event.data, lines.replaced) == ("a\ufffd", True)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(Lines(max_line=3), "line of more than 3 bytes", id="a line"),
        pytest.param(Lines(max_stream=5), "stream of more than 5 bytes", id="the stream"),
    ],
)
def test_what_is_too_large_is_refused(lines: Lines, words: str) -> None:
    with pytest.raises(CallError, match=words) as raised:
        [*lines.feed(b"ab"), *lines.feed(b"cd"), *lines.feed(b"ef")]

    assert raised.value.fault.kind == "too_large"
