"""`api: messages`: a deployment that speaks Anthropic's Messages."""

from contextlib import AsyncExitStack

from evalkit.dialect.messages.speech import Messages as Speech
from evalkit.dialect.messages.speech import addressed
from evalkit.model.deployment import Deployment
from evalkit.wire.remote import Remote


class Messages(Remote):
    """Calls `{base_url}/messages` over HTTP, as Anthropic's API is called, the key in `x-api-key`.

    Suites stay as they are: `stop`, tools and response formats are put into its form. `max_tokens`
    is 4096 where no params say it, because the API demands it.
    """

    async def called(self, opened: AsyncExitStack) -> Deployment:
        return addressed(await super().called(opened))

    def speech(self, called: Deployment) -> Speech:
        return Speech(called, self.services.files)
