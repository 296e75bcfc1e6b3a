"""The picture that a probe sends: one plain colour, so that there is one right answer."""

import base64
import struct
import zlib
from hashlib import sha256
from typing import Final

from evalkit.model.chat import Attachment

COLOUR: Final = "red"
SIDE: Final = 64
"""Pixels; some models refuse pictures below 28."""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png() -> bytes:
    """Draw a square; the format is W3C's PNG, 8 bits for each of red, green and blue."""
    rows = (b"\0" + b"\xff\0\0" * SIDE) * SIDE
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    pieces = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in pieces)


DATA: Final = _png()
PICTURE: Final = Attachment(
    name="square.png",
    media_type="image/png",
    size=len(DATA),
    sha256=sha256(DATA).hexdigest(),
)


class Pictures:
    """The one attachment that a probe sends."""

    def read(self, attachment: Attachment) -> bytes:
        del attachment
        return DATA

    def base64(self, attachment: Attachment) -> str:
        return base64.b64encode(self.read(attachment)).decode("ascii")
