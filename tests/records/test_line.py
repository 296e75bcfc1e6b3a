"""Lines: ASCII JSON with a checksum, exact for every text and number."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.model.data import Json
from evalkit.model.outcome import Outcome
from evalkit.model.transcript import Exchange, Transcript
from evalkit.records.line import BadLine, decode, encode

HOSTILE = {
    "lone surrogate": "\ud800",
    "NUL and ESC": "\x00\x1b[2J",
    "line separators": "a\u2028b\u2029c\r\n",
    "byte order mark": "\ufeff\ufffe",
    "its own checksum key": '","crc":12}',
    "markup": "</script><!--",
}


def outcome(reason: str = "", params: dict[str, Json] | None = None) -> Outcome:
    exchange = Exchange(turn=0, added=(), params=params or {})
    transcript = Transcript(exchanges=(exchange,))
    return Outcome(trial="t", item="i", status="passed", reason=reason, transcript=transcript)


def again(written: Outcome) -> Outcome:
    return Outcome.model_validate(decode(encode(0, 1.0, "outcome", written)[:-1]).data)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_back_as_it_was(text: str) -> None:
    assert again(outcome(text, {text: [text]})) == outcome(text, {text: [text]})


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_line_is_one_line_of_ascii(text: str) -> None:
    raw = encode(0, 1.0, "outcome", outcome(text))

    assert raw.isascii()
    assert raw.count(b"\n") == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["$f", "$$f", "f", "a"]), inner)
    ),
    max_leaves=10,
)


@given(json_values)
def test_any_json_value_is_read_back_as_it_was(value: Json) -> None:
    assert again(outcome(params={"value": value})) == outcome(params={"value": value})


def test_a_number_that_json_lacks_is_written_by_its_name() -> None:
    raw = encode(0, 1.0, "outcome", outcome(params={"value": float("nan")}))

    assert b'{"$f":"nan"}' in raw


def test_infinity_is_read_back() -> None:
    assert again(outcome(params={"value": float("-inf")})) == outcome(
        params={"value": float("-inf")}
    )


def test_the_checksum_is_of_the_line_without_it() -> None:
    written = json.loads(encode(4, 1.5, "outcome", outcome()))
    checksum = written.pop("crc")

    assert checksum == zlib.crc32(json.dumps(written, separators=(",", ":")).encode())


def test_a_line_opens_with_its_version_number_time_and_type() -> None:
    assert encode(4, 1.5, "outcome", outcome()).startswith(
        b'{"v":1,"seq":4,"t":1.5,"type":"outcome",'
    )


def test_every_flipped_bit_is_noticed() -> None:
    raw = encode(0, 1.0, "outcome", outcome("reason"))[:-1]
    flips = [(index, 1 << bit) for index in range(len(raw)) for bit in range(8)]

    for index, bit in flips:
        flipped = raw[:index] + bytes([raw[index] ^ bit]) + raw[index + 1 :]
        with pytest.raises(BadLine):
            decode(flipped)


def line(body: bytes) -> bytes:
    return body[:-1] + b',"crc":%d}' % zlib.crc32(body)


DAMAGED = {
    "empty": b"",
    "no checksum": b'{"v":1,"seq":0,"t":1,"type":"note"}',
    "no object": line(b"[1]"),
    "no number": line(b'{"v":1,"t":1,"type":"note"}'),
    "nested too deep": line(b'{"v":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "an integer too long": line(b'{"v":1,"x":' + b"9" * 5000 + b"}"),
    "no number where one is named": line(b'{"v":1,"seq":0,"t":1,"type":"note","x":{"$f":[]}}'),
    "not UTF-8": line(b'{"v":"\xff"}'),
}


@pytest.mark.parametrize("raw", DAMAGED.values(), ids=DAMAGED.keys())
def test_what_no_writer_wrote_is_a_bad_line(raw: bytes) -> None:
    with pytest.raises(BadLine):
        decode(raw)
