"""OpenAI's Responses as a speech; its other requests are those beside chat completions."""

from dataclasses import replace

from evalkit.dialect.asked import Asked
from evalkit.dialect.chat import Chat
from evalkit.dialect.pieces import Pieces, body
from evalkit.dialect.responses import request
from evalkit.dialect.responses.items import items
from evalkit.dialect.responses.reply import read_response
from evalkit.dialect.responses.stream import Stream
from evalkit.dialect.speech import Written
from evalkit.model.api import Files
from evalkit.model.chat import ChatRequest, Message
from evalkit.model.consultation import Request
from evalkit.model.data import JsonObject
from evalkit.model.deployment import Deployment

PATH = "/responses"


class Responses:
    """Writes chats as requests for a response, and OpenAI's other requests."""

    def __init__(self, deployment: Deployment, files: Files) -> None:
        self._deployment = deployment
        self._files = files
        self._others = Chat(deployment, files)
        self._pieces = Pieces(self._items)

    def write(self, asked: Request, refused: frozenset[str]) -> Written:
        """Write a request; raises CallError and OSError."""
        if not isinstance(asked, ChatRequest):
            return self._others.write(asked, refused)
        profile = self._deployment.profile
        fields = request.fields(asked, self._deployment)
        return Written(
            self._deployment.path or profile.path or PATH,
            body("input", self._pieces.joined(asked.messages), fields),
            replace(Asked.of(fields, profile), usage=True),
            read_response,
            Stream,
        )

    def _items(self, message: Message) -> list[JsonObject]:
        return items(message, self._files, self._deployment.profile)
