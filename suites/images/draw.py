"""Draw the example images: `python suites/images/draw.py` writes burger.png and receipt.png."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

Colour = tuple[int, int, int]
Shape = Callable[[float, float], bool]

WIDTH, HEIGHT = 320, 240
SAMPLES = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))


def ellipse(x: float, y: float, rx: float, ry: float) -> Shape:
    return lambda px, py: ((px - x) / rx) ** 2 + ((py - y) / ry) ** 2 <= 1


def bar(left: float, top: float, right: float, bottom: float) -> Shape:
    """Give a rectangle with round ends."""
    radius = (bottom - top) / 2
    middle = top + radius

    def inside(px: float, py: float) -> bool:
        nearest = min(max(px, left + radius), right - radius)
        return (px - nearest) ** 2 + (py - middle) ** 2 <= radius**2

    return inside


def above(shape: Shape, line: float) -> Shape:
    return lambda px, py: py <= line and shape(px, py)


def box(left: float, top: float, right: float, bottom: float) -> Shape:
    return lambda px, py: left <= px < right and top <= py < bottom


BURGER: tuple[tuple[Shape, Colour], ...] = (
    (ellipse(160, 214, 128, 12), (214, 208, 198)),
    (bar(52, 176, 268, 210), (205, 140, 66)),
    (bar(46, 152, 274, 182), (96, 54, 34)),
    *((ellipse(x, 146, 17, 9), (178, 46, 40)) for x in range(70, 260, 30)),
    (bar(56, 132, 264, 146), (214, 58, 46)),
    *((ellipse(x, 128, 14, 10), (112, 172, 62)) for x in range(52, 276, 16)),
    (above(ellipse(160, 124, 112, 88), 124), (222, 158, 78)),
    *(
        (ellipse(x, y, 5, 3), (250, 232, 190))
        for x, y in ((112, 84), (150, 62), (184, 80), (214, 98), (136, 102), (172, 108))
    ),
)

RECEIPT: tuple[tuple[Shape, Colour], ...] = (
    (box(84, 12, 240, 232), (206, 206, 210)),
    (box(80, 8, 236, 228), (255, 255, 252)),
    (bar(104, 24, 212, 36), (44, 48, 58)),
    *(
        (bar(96, y, 96 + length, y + 7), (120, 124, 134))
        for y, length in ((60, 70), (80, 54), (100, 82), (120, 48))
    ),
    *((bar(196, y, 222, y + 7), (120, 124, 134)) for y in (60, 80, 100, 120)),
    (box(96, 146, 222, 148), (170, 172, 180)),
    (bar(96, 162, 140, 174), (44, 48, 58)),
    (bar(178, 162, 222, 174), (44, 48, 58)),
)


def paint(shapes: tuple[tuple[Shape, Colour], ...], background: Colour) -> bytes:
    """Paint the shapes, later ones on top, and give the bytes of a PNG with 8-bit RGB."""
    rows = (_row(shapes, background, y) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _row(shapes: tuple[tuple[Shape, Colour], ...], background: Colour, y: int) -> bytes:
    row = bytearray(b"\0")
    for x in range(WIDTH):
        samples = [_colour(shapes, background, x + dx, y + dy) for dx, dy in SAMPLES]
        row += bytes(sum(channel) // len(SAMPLES) for channel in zip(*samples, strict=True))
    return bytes(row)


def _colour(
    shapes: tuple[tuple[Shape, Colour], ...], background: Colour, x: float, y: float
) -> Colour:
    for inside, colour in reversed(shapes):
        if inside(x, y):
            return colour
    return background


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


if __name__ == "__main__":
    here = Path(__file__).parent
    (here / "burger.png").write_bytes(paint(BURGER, (246, 240, 230)))
    (here / "receipt.png").write_bytes(paint(RECEIPT, (228, 232, 238)))
