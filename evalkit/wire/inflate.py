"""Decompressing a body piece by piece, so that a small one cannot fill the memory."""

import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

from evalkit.model.chat import CallError, Fault

PIECE = 65_536
EITHER = zlib.MAX_WBITS | 32
"""zlib or gzip, as the data says itself."""

BARE = -zlib.MAX_WBITS
"""Deflate without zlib's head, which some servers send under that name."""

GZIP = b"\x1f\x8b"
HEAD = 2
"""Bytes that tell in what form a body is compressed."""


def is_plain(encoding: str) -> bool:
    return encoding.strip().lower() in ("", "identity")


def decoded(chunks: AsyncGenerator[bytes, None], encoding: str) -> AsyncGenerator[bytes, None]:
    """Give the body as it is meant; raises CallError, as it is read."""
    return chunks if is_plain(encoding) else inflated(chunks, encoding)


async def inflated(chunks: AsyncIterator[bytes], encoding: str) -> AsyncGenerator[bytes, None]:
    """Give the decompressed body in pieces of at most 64 KiB, as they arrive.

    Raises CallError of kind connect where the body ends before its compressed data does.
    """
    named = encoding.strip().lower()
    if named not in ("gzip", "x-gzip", "deflate"):
        raise _unreadable(
            f"the reply is compressed with {encoding[:40]!r}, which was not asked for"
        )
    body = Inflating(bare=named == "deflate")
    async for chunk in chunks:
        for piece in body.feed(chunk):
            yield piece
    if body.unfinished:
        message = "the reply ended in the middle of its compressed data"
        raise CallError(Fault(kind="connect", message=message))


class Inflating:
    """A compressed body while it arrives: one member after another, and nothing behind them.

    It may be `bare`, without the head that tells what it is.
    """

    def __init__(self, *, bare: bool) -> None:
        self._bare = bare
        self._member: zlib._Decompress | None = None
        self._held = b""
        self._members = 0

    @property
    def unfinished(self) -> bool:
        """Whether a member has begun and has not ended."""
        return self._member is not None or bool(self._held and not self._members)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Give what `chunk` inflates to; raises CallError where it cannot be decompressed."""
        rest = chunk
        while rest:
            if self._member is None:
                rest = self._held = self._held + rest
                if len(rest) < HEAD or (self._members and not rest.startswith(GZIP)):
                    self._held = rest[:HEAD]
                    return
                self._member, self._held = zlib.decompressobj(self._window(rest)), b""
            yield from self._inflate(self._member, rest)
            rest = self._member.unused_data
            if self._member.eof:
                self._member = None
                self._members += 1

    def _inflate(self, member: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
        """Give all that `data` holds of a member; some may be left inside when it is taken in."""
        full = True
        while (data or full) and not member.eof:
            try:
                piece = member.decompress(data, PIECE)
            except zlib.error as error:
                raise _unreadable(f"the reply cannot be decompressed: {error}") from None
            data, full = member.unconsumed_tail, len(piece) == PIECE
            if piece:
                yield piece

    def _window(self, head: bytes) -> int:
        """Say in what form a body is compressed that begins with `head`."""
        wrapped = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:HEAD]) % 31 == 0
        return BARE if self._bare and not wrapped and not head.startswith(GZIP) else EITHER


def _unreadable(message: str) -> CallError:
    return CallError(Fault(kind="response_invalid", message=message))
