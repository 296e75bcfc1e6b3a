"""`api: scripted`: a deployment that answers from a YAML script, over real HTTP, with no key."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Annotated, Self

from evalkit.dialect.chat import Chat
from evalkit.model.api import Api, Services
from evalkit.model.chat import ChatReply, ChatRequest
from evalkit.model.consultation import (
    EmbeddingReply,
    EmbeddingRequest,
    ModerationReply,
    ModerationRequest,
)
from evalkit.model.data import Authored, FromFile
from evalkit.model.deployment import Deployment
from evalkit.server.script import Script
from evalkit.wire.call import Line


class Scripted(Api):
    """An embedded server that follows a script, started when the deployment is first asked."""

    class Options(Authored):
        """The script: the path of its YAML file, or the script itself."""

        script: Annotated[Script, FromFile("yaml")]

    def __init__(self, deployment: Deployment, services: Services) -> None:
        super().__init__(deployment, services)
        if not isinstance(deployment.options, Scripted.Options):
            message = f"deployment {deployment.name!r} has no script"
            raise TypeError(message)
        self._script = deployment.options.script
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        from evalkit.server.app import Server

        async with AsyncExitStack() as opening:
            server = await opening.enter_async_context(Server(self._script))
            called = self.deployment.model_copy(update={"base_url": server.base_url})
            line = Line(called, self.services, Chat(called, self.services.files))
            self._line = await opening.enter_async_context(line)
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    async def send(self, request: ChatRequest) -> ChatReply:
        return await self._line.send(request)

    async def embed(self, request: EmbeddingRequest) -> EmbeddingReply:
        return await self._line.embed(request)

    async def moderate(self, request: ModerationRequest) -> ModerationReply:
        return await self._line.moderate(request)
