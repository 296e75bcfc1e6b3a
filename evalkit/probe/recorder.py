"""A transport that keeps what comes over the wire beside whoever reads it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Final

from evalkit.model.api import Transport, WireRequest, WireResponse
from evalkit.probe.seen import Raw
from evalkit.secrets import Redactor

ASKING: Final = "POST"
MOST_KEPT: Final = 1_000_000
"""Bytes of a body."""


class Recorder:
    """Carries the requests of one question; `sent` counts them.

    `raw` is the response to the last one that asked: what is looked up beside it does not count.
    """

    def __init__(self, transport: Transport, redactor: Redactor) -> None:
        self._transport = transport
        self._redactor = redactor
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self.sent = 0

    @property
    def raw(self) -> Raw:
        text = self._redactor.text(self._body.decode("utf-8", "replace"))
        return Raw(self._status, self._redactor.data(self._headers), text)

    @asynccontextmanager
    async def send(self, request: WireRequest) -> AsyncIterator[WireResponse]:
        """Send a request as it is; raises CallError, also while the body is read."""
        self.sent += 1
        if request.method != ASKING:
            async with self._transport.send(request) as response:
                yield response
            return
        self._status, self._headers, self._body = 0, {}, bytearray()
        async with self._transport.send(request) as response:
            self._status, self._headers = response.status, dict(response.headers)
            async with aclosing(self._kept(response.chunks)) as chunks:
                yield WireResponse(response.status, response.headers, chunks)

    async def _kept(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        async for chunk in chunks:
            self._body += chunk[: MOST_KEPT - len(self._body)]
            yield chunk
