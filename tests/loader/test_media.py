"""Media told by their bytes, and images measured without being decoded."""

import struct
from collections.abc import Sequence

import pytest

from evalkit.loader.media import FORMATS, STARTS, Kind, recognise
from evalkit.loader.paths import Unreadable


def png(width: int = 4, height: int = 3, *more: tuple[bytes, bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), *more, (b"IDAT", b"x" * 9), (b"IEND", b"")]
    parts = [struct.pack(">I", len(data)) + name + data + b"crc!" for name, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(width: int = 4, height: int = 3, marker: int = 0xC0, before: bytes = b"") -> bytes:
    frame = segment(marker, struct.pack(">BHHB", 8, height, width, 1) + b"abc")
    scan = segment(0xDA, b"123456") + b"pixels"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + before + frame + scan + b"\xff\xd9"


def gif(width: int = 4, height: int = 3, version: bytes = b"89a") -> bytes:
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"rgbrgb"
    extension = b"!\xf9\x04abcd\0"
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0x80) + b"rgbrgb"
    return b"GIF" + version + screen + extension + frame + b"\x02\x03xyz\x01x\0" + b";"


def webp(chunk: bytes, data: bytes) -> bytes:
    body = b"WEBP" + chunk + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lossy(width: int = 4, height: int = 3) -> bytes:
    return webp(b"VP8 ", b"tag\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"data")


def lossless(width: int = 4, height: int = 3) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (height - 1) << 14 | (width - 1)) + b"data")


def extended(width: int = 4, height: int = 3) -> bytes:
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return webp(b"VP8X", b"\0\0\0\0" + size)


WAV = b"RIFF\x24\0\0\0WAVEfmt "
PADDED = b"\xff\xff" + segment(0xE1, b"Exif\0")

SOUND: list[tuple[str, bytes, Kind, str]] = [
    ("PNG", png(), "image", "image/png"),
    ("PNG with text", png(4, 3, (b"tEXt", b"a\0b")), "image", "image/png"),
    ("PNG with something behind it", png() + b"<html>", "image", "image/png"),
    ("JPEG", jpeg(), "image", "image/jpeg"),
    ("progressive JPEG", jpeg(marker=0xC2), "image", "image/jpeg"),
    ("JPEG with tables", jpeg(before=segment(0xC4, b"t") + PADDED), "image", "image/jpeg"),
    ("GIF of 1989", gif(), "image", "image/gif"),
    ("GIF of 1987", gif(version=b"87a"), "image", "image/gif"),
    ("lossy WebP", lossy(), "image", "image/webp"),
    ("lossless WebP", lossless(), "image", "image/webp"),
    ("extended WebP", extended(), "image", "image/webp"),
    ("WAV", WAV, "audio", "audio/wav"),
    ("MP3 with ID3", b"ID3\x04\0\0", "audio", "audio/mpeg"),
    ("MP3 without ID3", b"\xff\xfb\x90\x64", "audio", "audio/mpeg"),
    ("MP3 of MPEG 2", b"\xff\xf3\x90\x64", "audio", "audio/mpeg"),
    ("Ogg", b"OggS\0\x02", "audio", "audio/ogg"),
    ("FLAC", b"fLaC\0\0", "audio", "audio/flac"),
    ("PDF", b"%PDF-1.7\n", "document", "application/pdf"),
]


def names(table: Sequence[tuple[str, bytes, Kind, str]]) -> list[str]:
    return [row[0] for row in table]


@pytest.mark.parametrize(("_", "data", "kind", "media_type"), SOUND, ids=names(SOUND))
def test_a_sound_file_is_told_by_its_bytes(
    _: str, data: bytes, kind: Kind, media_type: str
) -> None:
    assert recognise(data, kind, "x") == media_type


def test_every_type_is_among_the_examples() -> None:
    assert {row[3] for row in SOUND} == set(STARTS)


def test_every_recording_has_a_format_of_the_api() -> None:
    assert FORMATS.keys() == {row[3] for row in SOUND if row[2] == "audio"}


def refusal(data: bytes, kind: Kind) -> str:
    with pytest.raises(Unreadable) as refused:
        recognise(data, kind, "meal.png")
    return str(refused.value)


IMAGE = "'meal.png' is not a PNG, JPEG, GIF or WebP image"
AUDIO = "'meal.png' is not a WAV, MP3, Ogg or FLAC recording"
DOCUMENT = "'meal.png' is not a PDF document"

OTHERS: list[tuple[str, bytes, Kind, str]] = [
    ("nothing", b"", "image", IMAGE),
    ("text", b"hello", "image", IMAGE),
    ("SVG", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image", IMAGE),
    ("HTML with an image behind it", b"<html>" + png(), "image", IMAGE),
    ("an icon", b"\0\0\x01\0\x01\0", "image", IMAGE),
    ("a bitmap", b"BM\x36\0\0\0", "image", IMAGE),
    ("a film in a RIFF", b"RIFF\x24\0\0\0AVI LIST", "image", IMAGE),
    ("the start of a start", b"\x89PNG", "image", IMAGE),
    ("PDF as an image", b"%PDF-1.7", "image", f"{IMAGE}; it looks like application/pdf"),
    ("WAV as an image", WAV, "image", f"{IMAGE}; it looks like audio/wav"),
    ("PNG as a recording", png(), "audio", f"{AUDIO}; it looks like image/png"),
    ("text as a recording", b"hello", "audio", AUDIO),
    ("PNG as a document", png(), "document", f"{DOCUMENT}; it looks like image/png"),
    ("text as a document", b"hello", "document", DOCUMENT),
]


@pytest.mark.parametrize(("_", "data", "kind", "message"), OTHERS, ids=names(OTHERS))
def test_a_file_of_another_kind_is_refused(_: str, data: bytes, kind: Kind, message: str) -> None:
    assert refusal(data, kind) == message


DAMAGED = {
    "PNG without its last chunk": png()[:-12],
    "PNG cut in a chunk": png()[:50],
    "PNG of nothing else": png()[:8],
    "PNG that starts with another chunk": png()[:8] + png()[33:],
    "JPEG without an end": jpeg()[:-2],
    "JPEG cut in a segment": jpeg()[:10],
    "JPEG without a frame": b"\xff\xd8" + segment(0xE0, b"JFIF") + b"\xff\xd9",
    "JPEG whose thumbnail alone has an end": jpeg(before=segment(0xE1, b"..\xff\xd9"))[:-2],
    "GIF without its last byte": gif()[:-1],
    "GIF cut in a frame": gif()[:-6],
    "GIF cut in its head": gif()[:9],
    "GIF with an unknown block": gif()[:19] + b"?" + gif()[20:],
    "WebP cut": lossy()[:-2],
    "WebP of an unknown chunk": webp(b"ANIM", b"data" * 4),
    "WebP of its head alone": b"RIFF\x04\0\0\0WEBP",
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_image_is_refused(data: bytes) -> None:
    assert refusal(data, "image") == "'meal.png' is cut off or damaged"


LARGE = {
    "PNG": (png(30_000, 30_000), "30000 x 30000"),
    "long PNG": (png(1, 2**31 - 1), "1 x 2147483647"),
    "JPEG": (jpeg(65_535, 65_535), "65535 x 65535"),
    "GIF": (gif(65_535, 65_535), "65535 x 65535"),
    "lossy WebP": (lossy(16_383, 16_383), "16383 x 16383"),
    "lossless WebP": (lossless(16_384, 16_384), "16384 x 16384"),
    "extended WebP": (extended(2**24, 2**24), "16777216 x 16777216"),
    "one pixel row too many": (png(10_000, 10_001), "10000 x 10001"),
}


@pytest.mark.parametrize(("data", "size"), LARGE.values(), ids=list(LARGE))
def test_an_image_of_too_many_pixels_is_refused(data: bytes, size: str) -> None:
    message = f"'meal.png' has {size} pixels, more than 100 million"

    assert refusal(data, "image") == message


def test_an_image_of_just_enough_pixels_is_taken() -> None:
    assert recognise(png(10_000, 10_000), "image", "meal.png") == "image/png"


@pytest.mark.parametrize("data", [png(0, 3), jpeg(4, 0), gif(0, 0), lossy(0, 3)])
def test_an_image_without_pixels_is_refused(data: bytes) -> None:
    assert refusal(data, "image") == "'meal.png' has no pixels"
