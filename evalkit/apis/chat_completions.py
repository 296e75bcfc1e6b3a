"""`api: chat_completions`, the default: a deployment that speaks OpenAI's chat completions."""

from evalkit.dialect.chat import Chat
from evalkit.model.deployment import Deployment
from evalkit.wire.remote import Remote


class ChatCompletions(Remote):
    """Calls `{base_url}/chat/completions` over HTTP, as OpenAI's API and its kin are called."""

    def speech(self, called: Deployment) -> Chat:
        return Chat(called, self.services.files)
