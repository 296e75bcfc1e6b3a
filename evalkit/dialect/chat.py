"""OpenAI's chat/completions as a speech, with what a profile changes about it."""

import json
from weakref import WeakKeyDictionary

from evalkit.dialect import embedding, moderation, request
from evalkit.dialect.asked import Asked
from evalkit.dialect.lines import Chunks, read_body
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
        self._written: WeakKeyDictionary[Message, bytes] = WeakKeyDictionary()

    def write(self, asked: Request, refused: frozenset[str]) -> Written:
        """Write a request; raises CallError and OSError."""
        deployment = self._deployment
        if isinstance(asked, ChatRequest):
            return self._chat(asked, refused)
        if isinstance(asked, EmbeddingRequest):
            read = embedding.reader(len(asked.texts))
            body = dumped(embedding.body(asked, deployment))
            return Written(embedding.PATH, body, Asked(), read)
        body = dumped(moderation.body(asked, deployment))
        return Written(moderation.PATH, body, Asked(), moderation.read)

    def _chat(self, asked: ChatRequest, refused: frozenset[str]) -> Written:
        profile = self._deployment.profile
        fields = request.fields(asked, self._deployment)
        for name in refused:
            fields.pop(name, None)
        return Written(
            self._deployment.path or profile.path or PATH,
            self._joined(asked, fields),
            Asked.of(fields, profile),
            read_body,
            Chunks,
            (STREAM_OPTIONS,) if STREAM_OPTIONS in fields else (),
        )

    def _joined(self, asked: ChatRequest, fields: JsonObject) -> bytes:
        messages = b",".join(map(self._message, asked.messages))
        rest = dumped(fields)[1:]
        return b'{"messages":[%b]%b%b' % (messages, b"," if fields else b"", rest)

    def _message(self, message: Message) -> bytes:
        written = self._written.get(message)
        if written is None:
            profile = self._deployment.profile
            written = dumped(request.message(message, self._files, profile))
            self._written[message] = written
        return written


def dumped(value: JsonObject) -> bytes:
    """Give the bytes of a JSON object as they are sent."""
    return json.dumps(value, separators=(",", ":")).encode()
