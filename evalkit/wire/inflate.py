"""Decompressing a body piece by piece, so that a small one cannot fill the memory."""

import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from evalkit.model.chat import CallError, Fault

PIECE = 65_536
EITHER = zlib.MAX_WBITS | 32
"""zlib or gzip, as the data says itself."""


def is_plain(encoding: str) -> bool:
    return encoding.strip().lower() in ("", "identity")


async def inflated(chunks: AsyncIterator[bytes], encoding: str) -> AsyncGenerator[bytes, None]:
    """Give the decompressed body in pieces of at most 64 KiB, as they arrive."""
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise _unreadable(
            f"the reply is compressed with {encoding[:40]!r}, which was not asked for"
        )
    decompressor = zlib.decompressobj(EITHER)
    async for chunk in chunks:
        rest = chunk
        while rest and not decompressor.eof:
            yield _piece(decompressor, rest)
            rest = decompressor.unconsumed_tail


def _piece(decompressor: "zlib._Decompress", data: bytes) -> bytes:
    try:
        return decompressor.decompress(data, PIECE)
    except zlib.error as error:
        raise _unreadable(f"the reply cannot be decompressed: {error}") from None


def _unreadable(message: str) -> CallError:
    return CallError(Fault(kind="response_invalid", message=message))
