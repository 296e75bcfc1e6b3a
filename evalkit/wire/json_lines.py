"""A parser of JSON lines: bytes in, one event a line out, in linear time and bounded memory."""

from collections.abc import Iterator

from evalkit.wire.sse import MIB, Event, too_large


class Lines:
    """Takes the stream in pieces of any size; raises CallError of kind too_large, nothing else.

    `replaced` becomes true when invalid UTF-8 had to be replaced. Bounds are in bytes.
    """

    def __init__(self, max_line: int = 8 * MIB, max_stream: int = 64 * MIB) -> None:
        self.max_line = max_line
        self.max_stream = max_stream
        self.replaced = False
        self._read = 0
        self._offset = 0
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Give the lines that `chunk` completes, blank ones left out: take them all."""
        self._read += len(chunk)
        if self._read > self.max_stream:
            raise too_large("stream", self.max_stream)
        *whole, begun = chunk.split(b"\n")
        for piece in whole:
            self._keep(piece)
            yield from self._line()
        self._keep(begun)

    def unfinished(self) -> str:
        """Give the last line, which has no end."""
        return self._text(b"".join(self._pieces))

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > self.max_line:
            raise too_large("line", self.max_line)

    def _line(self) -> Iterator[Event]:
        offset, line = self._offset, b"".join(self._pieces)
        self._offset += len(line) + 1
        self._pieces, self._size = [], 0
        if line.strip():
            yield Event("message", self._text(line), "", offset)

    def _text(self, data: bytes) -> str:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.replaced = True
            return data.decode("utf-8", "replace")
