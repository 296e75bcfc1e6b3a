"""OpenAI's chat/completions as a speech, with what a profile changes about it."""

from evalkit.dialect import embedding, moderation, request
from evalkit.dialect.asked import Asked
from evalkit.dialect.lines import Chunks, read_body
from evalkit.dialect.pieces import Pieces, body, dumped
from evalkit.dialect.speech import Written
from evalkit.model.api import Files
from evalkit.model.chat import ChatRequest, Message
from evalkit.model.consultation import EmbeddingRequest, Request
from evalkit.model.data import JsonObject
from evalkit.model.deployment import Deployment

PATH = "/chat/completions"
STREAM_OPTIONS = "stream_options"


class Chat:
    """Writes chats, and OpenAI's other requests, for one deployment.

    A message is written once while anything holds it: the history of a next turn is appended to.
    """

    def __init__(self, deployment: Deployment, files: Files) -> None:
        self._deployment = deployment
        self._files = files
        self._pieces = Pieces(self._message)

    def write(self, asked: Request, refused: frozenset[str]) -> Written:
        """Write a request; raises CallError and OSError."""
        deployment = self._deployment
        if isinstance(asked, ChatRequest):
            return self._chat(asked, refused)
        if isinstance(asked, EmbeddingRequest):
            read = embedding.reader(len(asked.texts))
            texts = dumped(embedding.body(asked, deployment))
            return Written(embedding.PATH, texts, Asked(), read)
        text = dumped(moderation.body(asked, deployment))
        return Written(moderation.PATH, text, Asked(), moderation.read)

    def _chat(self, asked: ChatRequest, refused: frozenset[str]) -> Written:
        profile = self._deployment.profile
        fields = request.fields(asked, self._deployment)
        for name in refused:
            fields.pop(name, None)
        return Written(
            self._deployment.path or profile.path or PATH,
            body("messages", self._pieces.joined(asked.messages), fields),
            Asked.of(fields, profile),
            read_body,
            Chunks,
            (STREAM_OPTIONS,) if STREAM_OPTIONS in fields else (),
        )

    def _message(self, message: Message) -> tuple[JsonObject]:
        return (request.message(message, self._files, self._deployment.profile),)
