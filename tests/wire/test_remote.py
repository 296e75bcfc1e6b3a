"""What APIs over HTTP have in common: entering, calling and leaving a deployment."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from evalkit.dialect.chat import Chat
from evalkit.model.deployment import Deployment
from evalkit.wire.remote import Remote


class Plain(Remote):
    """Speaks chat completions."""

    def speech(self, called: Deployment) -> Chat:
        return Chat(called, self.services.files)


class Moved(Plain):
    """Opens something first, which says where the deployment is; `told` is what happened."""

    told: tuple[str, ...] = ()
    place: str | None = None

    async def called(self, opened: AsyncExitStack) -> Deployment:
        await opened.enter_async_context(self._opening())
        if self.place is None:
            raise LookupError("nowhere")
        return self.deployment.model_copy(update={"base_url": self.place})

    @asynccontextmanager
    async def _opening(self) -> Any:
        self.told += ("opened",)
        try:
            yield
        finally:
            self.told += ("closed",)


def test_an_api_that_is_not_entered_cannot_be_asked(wire: Any) -> None:
    api = Plain(wire.deployment("http://127.0.0.1:9/v1"), wire.services)
    with pytest.raises(RuntimeError, match="not entered"):
        asyncio.run(api.send(wire.asking()))


def test_what_was_opened_is_closed_after_the_last_call(wire: Any) -> None:
    body = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'

    async def run() -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        async with wire.server(wire.sending(wire.response(200, body))) as server:
            api = Moved(wire.deployment("http://127.0.0.1:9/v1"), wire.services)
            api.place = server.base_url
            async with api:
                reply, before = await api.send(wire.asking()), api.told
        return reply.text, before, api.told

    assert asyncio.run(run()) == ("Hi", ("opened",), ("opened", "closed"))


def test_what_was_opened_is_closed_where_entering_fails(wire: Any) -> None:
    api = Moved(wire.deployment("http://127.0.0.1:9/v1"), wire.services)

    async def enter() -> None:
        async with api:
            raise AssertionError("entered")

    with pytest.raises(LookupError, match="nowhere"):
        asyncio.run(enter())

    assert api.told == ("opened", "closed")
