"""Images, recordings and documents told by their bytes, and images measured without decoding."""

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal

from evalkit.loader.paths import Unreadable

Kind = Literal["image", "audio", "document"]

MOST_PIXELS: Final = 100_000_000
PNG: Final = b"\x89PNG\r\n\x1a\n"
FILL: Final = 0xFF
"""What a JPEG marker starts with, and may be padded with."""

FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's SOF0 to SOF15; DHT, JPG and DAC lie between them."""

EXTENSION, FRAME, TRAILER = b"!,;"
"""What a GIF's blocks start with."""

ACCEPTED: Final[Mapping[Kind, str]] = {
    "image": "a PNG, JPEG, GIF or WebP image",
    "audio": "a WAV, MP3, Ogg or FLAC recording",
    "document": "a PDF document",
}

STARTS: Final[Mapping[str, re.Pattern[bytes]]] = {
    "image/png": re.compile(re.escape(PNG)),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "audio/wav": re.compile(rb"RIFF....WAVE", re.DOTALL),
    "audio/mpeg": re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]"),
    "audio/ogg": re.compile(rb"OggS"),
    "audio/flac": re.compile(rb"fLaC"),
    "application/pdf": re.compile(rb"%PDF-"),
}

FORMATS: Final[Mapping[str, str]] = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
}
"""What OpenAI's `input_audio.format` calls a recording's media type."""


def recognise(data: bytes, kind: Kind, name: str) -> str:
    """Give the media type of `data`; raises Unreadable where it is no sound file of its kind."""
    found = next((media for media, start in STARTS.items() if start.match(data)), None)
    if found is None or _kind(found) != kind:
        looks = f"; it looks like {found}" if found else ""
        raise Unreadable(f"{name!r} is not {ACCEPTED[kind]}{looks}")
    if found in MEASURES:
        _refuse_odd_size(data, found, name)
    return found


def _kind(media_type: str) -> Kind:
    family = media_type.partition("/")[0]
    return "image" if family == "image" else "audio" if family == "audio" else "document"


def _refuse_odd_size(data: bytes, media_type: str, name: str) -> None:
    try:
        width, height = MEASURES[media_type](data)
    except (struct.error, IndexError, ValueError, StopIteration) as error:
        raise Unreadable(f"{name!r} is cut off or damaged") from error
    if width * height > MOST_PIXELS:
        raise Unreadable(
            f"{name!r} has {width} x {height} pixels, more than {MOST_PIXELS // 10**6} million"
        )
    if width * height == 0:
        raise Unreadable(f"{name!r} has no pixels")


def _measure_png(data: bytes) -> tuple[int, int]:
    """Read IHDR, the first chunk, and see that the chunks reach IEND."""
    chunks = list(_png_chunks(data))
    if chunks[0] != b"IHDR" or chunks[-1] != b"IEND":
        raise ValueError(chunks)
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _png_chunks(data: bytes) -> Iterator[bytes]:
    offset = len(PNG)
    while offset < len(data):
        length, name = struct.unpack_from(">I4s", data, offset)
        offset += 12 + length
        if offset > len(data):
            raise ValueError(name)
        yield name
        if name == b"IEND":
            return


def _measure_jpeg(data: bytes) -> tuple[int, int]:
    """Walk the segments to the frame header, and see that an end follows (ITU-T T.81, annex B)."""
    offset = 2
    while True:
        start, marker, length = struct.unpack_from(">BBH", data, offset)
        if start != FILL:
            raise ValueError(offset)
        if marker == FILL:
            offset += 1
        elif marker in FRAME_HEADERS:
            height, width = struct.unpack_from(">HH", data, offset + 5)
            data.index(b"\xff\xd9", offset)
            return width, height
        else:
            offset += 2 + length


def _measure_gif(data: bytes) -> tuple[int, int]:
    """Read the screen's size, and see that the blocks reach the trailer (GIF89a, appendix A)."""
    offset = 13 + _colours(data[10])
    while data[offset] != TRAILER:
        if data[offset] == EXTENSION:
            offset += 2
        elif data[offset] == FRAME:
            offset += 11 + _colours(data[offset + 9])
        else:
            raise ValueError(offset)
        while data[offset]:
            offset += 1 + data[offset]
        offset += 1
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _colours(flags: int) -> int:
    """Give the bytes of a GIF's colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _measure_webp(data: bytes) -> tuple[int, int]:
    """Read the header of the first chunk: lossy, lossless or extended."""
    (size,) = struct.unpack_from("<I", data, 4)
    if len(data) < 8 + size:
        raise ValueError(size)
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = data[24:27] + b"\0", data[27:30] + b"\0"
        return struct.unpack("<I", width)[0] + 1, struct.unpack("<I", height)[0] + 1
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk != b"VP8 ":
        raise ValueError(chunk)
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


MEASURES: Final[Mapping[str, Callable[[bytes], tuple[int, int]]]] = {
    "image/png": _measure_png,
    "image/jpeg": _measure_jpeg,
    "image/gif": _measure_gif,
    "image/webp": _measure_webp,
}
