"""`api: chat_completions`, the default: a deployment that speaks OpenAI's chat completions."""

from types import TracebackType
from typing import Self

from evalkit.dialect.chat import Chat
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


class ChatCompletions(Api):
    """Calls `{base_url}/chat/completions` over HTTP, as OpenAI's API and its kin are called."""

    def __init__(self, deployment: Deployment, services: Services) -> None:
        super().__init__(deployment, services)
        self._line = Line(deployment, services, Chat(deployment, services.files))

    async def __aenter__(self) -> Self:
        await self._line.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._line.__aexit__(kind, error, traceback)

    async def send(self, request: ChatRequest) -> ChatReply:
        return await self._line.send(request)

    async def embed(self, request: EmbeddingRequest) -> EmbeddingReply:
        return await self._line.embed(request)

    async def moderate(self, request: ModerationRequest) -> ModerationReply:
        return await self._line.moderate(request)
