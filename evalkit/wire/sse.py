"""A complete parser of event streams: bytes in, events out, in linear time and bounded memory.

Source: WHATWG HTML, section 9.2.6, "Interpreting an event stream".
"""

from collections.abc import Iterator
from typing import NamedTuple

from evalkit.model.chat import CallError, Fault

MIB = 1024 * 1024
BOM = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """A dispatched event; `offset` is where it began in the stream, in bytes."""

    event: str
    data: str
    id: str
    offset: int


class Decoder:
    """Takes the stream in pieces of any size; raises CallError of kind too_large, nothing else.

    Events and the fault come in the stream's own order, however it was cut into pieces. `replaced`
    becomes true when invalid UTF-8 had to be replaced. Bounds are in bytes.
    """

    def __init__(
        self, max_line: int = 8 * MIB, max_event: int = 8 * MIB, max_stream: int = 64 * MIB
    ) -> None:
        self.max_line = max_line
        self.max_event = max_event
        self.max_stream = max_stream
        self.replaced = False
        self._read = 0
        self._position = 0
        self._begun = False
        self._skip_newline = False
        self._pieces: list[bytes] = []
        self._pieces_size = 0
        self._data: list[bytes] = []
        self._data_size = 0
        self._event = b""
        self._id = b""
        self._offset: int | None = None

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Give the events that `chunk` completes, each as it is reached: take them all."""
        room = max(0, self.max_stream - self._read)
        self._read += len(chunk)
        lines, begun = self._split(chunk[:room] if len(chunk) > room else chunk)
        for line in lines:
            event = self._line(line)
            if event is not None:
                yield event
        self._keep(begun)
        if len(chunk) > room:
            raise too_large("stream", self.max_stream)

    def unfinished(self) -> str:
        """Give the data of the event in which the stream ended, its blank line missing."""
        if self._pieces:
            for line in self._split(b"\n")[0]:
                self._line(line)
        return self._text(b"\n".join(self._data))

    def _split(self, chunk: bytes) -> tuple[list[bytes], bytes]:
        """Give the lines that `chunk` completes, each with its end, and the line that it begins."""
        if not self._begun:
            chunk = self._begin(chunk)
        if self._skip_newline and chunk:
            self._skip_newline = False
            if chunk.startswith(b"\n"):
                self._position += 1
                chunk = chunk[1:]
        if b"\n" not in chunk and b"\r" not in chunk:
            return [], chunk
        lines = b"".join((*self._pieces, chunk)).splitlines(keepends=True)
        self._pieces, self._pieces_size = [], 0
        begun = b"" if lines[-1].endswith((b"\n", b"\r")) else lines.pop()
        self._skip_newline = not begun and lines[-1].endswith(b"\r")
        return lines, begun

    def _begin(self, chunk: bytes) -> bytes:
        """Hold back the first bytes while they may be a byte order mark, and strip it."""
        start = b"".join((*self._pieces, chunk))
        self._pieces, self._pieces_size = [], 0
        if len(start) < len(BOM) and BOM.startswith(start):
            self._pieces, self._pieces_size = [start], len(start)
            return b""
        self._begun = True
        if start.startswith(BOM):
            self._position = len(BOM)
            return start[len(BOM) :]
        return start

    def _keep(self, piece: bytes) -> None:
        """Keep the beginning of a line."""
        if piece:
            self._pieces.append(piece)
            self._pieces_size += len(piece)
        if self._pieces_size > self.max_line:
            raise too_large("line", self.max_line)

    def _line(self, ended: bytes) -> Event | None:
        """Take a line; a blank one dispatches the event."""
        start = self._position
        self._position += len(ended)
        line = ended.rstrip(b"\r\n")
        if not line:
            return self._dispatch()
        if len(line) > self.max_line:
            raise too_large("line", self.max_line)
        if self._offset is None:
            self._offset = start
        if line.startswith(b":"):
            return None
        name, _, value = line.partition(b":")
        self._field(name, value[1:] if value[:1] == b" " else value)
        return None

    def _field(self, name: bytes, value: bytes) -> None:
        if name == b"data":
            self._data.append(value)
            self._data_size += len(value) + 1
            if self._data_size > self.max_event:
                raise too_large("event", self.max_event)
        elif name == b"event":
            self._event = value
        elif name == b"id" and b"\0" not in value:
            self._id = value

    def _dispatch(self) -> Event | None:
        lines, kind, offset = self._data, self._event, self._offset
        self._event, self._offset = b"", None
        if not lines or offset is None:
            return None
        self._data, self._data_size = [], 0
        data = self._text(lines[0] if len(lines) == 1 else b"\n".join(lines))
        name = self._text(kind) if kind else "message"
        return Event(name, data, self._text(self._id) if self._id else "", offset)

    def _text(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            self.replaced = True
            return data.decode("utf-8", "replace")


def too_large(what: str, limit: int) -> CallError:
    """Say which part of a reply is above its bound, in bytes."""
    size = f"{limit / MIB:g} MiB" if limit >= MIB else f"{limit} bytes"
    message = f"the reply has a {what} of more than {size}"
    return CallError(Fault(kind="too_large", message=message))
