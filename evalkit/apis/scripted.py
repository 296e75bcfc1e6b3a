"""`api: scripted`: a deployment that answers from a YAML script, over real HTTP, with no key."""

from contextlib import AsyncExitStack
from typing import Annotated

from evalkit.dialect.chat import Chat
from evalkit.model.api import Services
from evalkit.model.data import Authored, FromFile
from evalkit.model.deployment import Deployment
from evalkit.server.script import Script
from evalkit.wire.remote import Remote


class Scripted(Remote):
    """An embedded server that follows a script, started when the deployment is first asked."""

    addressed = False

    class Options(Authored):
        """The script: the path of its YAML file, or the script itself."""

        script: Annotated[Script, FromFile("yaml")]

    def __init__(self, deployment: Deployment, services: Services) -> None:
        super().__init__(deployment, services)
        if not isinstance(deployment.options, Scripted.Options):
            message = f"deployment {deployment.name!r} has no script"
            raise TypeError(message)
        self._script = deployment.options.script

    async def called(self, opened: AsyncExitStack) -> Deployment:
        from evalkit.server.app import Server

        server = await opened.enter_async_context(Server(self._script))
        return self.deployment.model_copy(update={"base_url": server.base_url})

    def speech(self, called: Deployment) -> Chat:
        return Chat(called, self.services.files)
