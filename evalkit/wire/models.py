"""The models that a deployment says it has: what a wrong name is most often meant to be."""

import asyncio
from contextlib import suppress

from evalkit.dialect.answers import objects
from evalkit.dialect.json_text import decode, first_value
from evalkit.dialect.words import tame
from evalkit.model.api import Transport, WireRequest
from evalkit.model.chat import CallError
from evalkit.wire.desk import Desk

PATH = "/models"
PATIENCE = 5.0
"""Seconds that the list may take: it only helps a message."""

LARGEST = 1_000_000
MOST = 8
LONGEST = 60


class Models:
    """The names of a deployment's models, asked for once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = asyncio.Lock()
        self._hint: str | None = None

    async def hint(self, transport: Transport) -> str:
        """Say which models there are; nothing where that cannot be found out."""
        async with self._lock:
            if self._hint is None:
                self._hint = _told(await self._listed(transport))
        return self._hint

    async def _listed(self, transport: Transport) -> bytes:
        with suppress(CallError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                return await self._body(transport)
        return b""

    async def _body(self, transport: Transport) -> bytes:
        url, headers = self._desk.url(PATH).geturl(), self._desk.headers(stream=False)
        body = bytearray()
        async with transport.send(WireRequest("GET", url, headers, b"")) as response:
            async for chunk in response.chunks:
                body += chunk
                if len(body) > LARGEST:
                    return b""
        return bytes(body)


def _told(body: bytes) -> str:
    found = first_value(decode(body)[0])
    listed = found.value.get("data") if found and isinstance(found.value, dict) else None
    names = [tame(str(model.get("id")), LONGEST) for model in objects(listed) if model.get("id")]
    if not names:
        return ""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"; its models are {', '.join(map(repr, names[:MOST]))}{more}"
