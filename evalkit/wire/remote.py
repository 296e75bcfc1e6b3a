"""What the APIs over HTTP have in common: a line to the deployment, in the API's own form."""

from abc import abstractmethod
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from evalkit.dialect.speech import Speech
from evalkit.model.api import Api, Services
from evalkit.model.chat import ChatReply, ChatRequest
from evalkit.model.consultation import (
    EmbeddingReply,
    EmbeddingRequest,
    ModerationReply,
    ModerationRequest,
)
from evalkit.model.deployment import Deployment
from evalkit.wire.call import Line


class Remote(Api):
    """Calls a deployment over HTTP; a subclass says in which form."""

    addressed = True

    def __init__(self, deployment: Deployment, services: Services) -> None:
        super().__init__(deployment, services)
        self._open = AsyncExitStack()
        self._line: Line | None = None

    @abstractmethod
    def speech(self, called: Deployment) -> Speech:
        """Give the form of the API for the deployment that is called."""

    async def called(self, opened: AsyncExitStack) -> Deployment:
        """Give the deployment that is called; what it takes to reach it is entered on `opened`."""
        del opened
        return self.deployment

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opened:
            called = await self.called(opened)
            line = Line(called, self.services, self.speech(called))
            self._line = await opened.enter_async_context(line)
            self._open = opened.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._line = None
        await self._open.aclose()

    async def send(self, request: ChatRequest) -> ChatReply:
        return await self._entered.send(request)

    async def embed(self, request: EmbeddingRequest) -> EmbeddingReply:
        return await self._entered.embed(request)

    async def moderate(self, request: ModerationRequest) -> ModerationReply:
        return await self._entered.moderate(request)

    @property
    def _entered(self) -> Line:
        if self._line is None:
            raise RuntimeError("the api is not entered")
        return self._line
