"""Anthropic's Messages as a speech, and the headers that it is called with."""

from dataclasses import replace

from evalkit.dialect import faults
from evalkit.dialect.asked import Asked
from evalkit.dialect.messages import request, turns
from evalkit.dialect.messages.reply import read_message
from evalkit.dialect.messages.stream import Stream
from evalkit.dialect.pieces import Pieces, body
from evalkit.dialect.speech import Written
from evalkit.model.api import Files
from evalkit.model.chat import ChatRequest, Message
from evalkit.model.consultation import Request
from evalkit.model.data import JsonObject
from evalkit.model.deployment import Deployment

PATH = "/messages"
VERSION = {"anthropic-version": "2023-06-01"}
KEY = {"key_header": "x-api-key", "key_prefix": ""}


class Messages:
    """Writes chats for one deployment; the API offers nothing else."""

    def __init__(self, deployment: Deployment, files: Files) -> None:
        self._deployment = deployment
        self._files = files
        self._pieces = Pieces(self._blocks)

    def write(self, asked: Request, refused: frozenset[str]) -> Written:
        """Write a request; raises CallError and OSError."""
        del refused
        if not isinstance(asked, ChatRequest):
            offered = f"api {self._deployment.api!r} of {self._deployment.name!r} offers no"
            raise faults.fault("config", f"{offered} {asked.type}")
        profile = self._deployment.profile
        system = turns.system(asked.messages)
        fields = request.fields(asked, self._deployment)
        if system.keys() & fields.keys():
            raise faults.fault("config", "params cannot hold 'system' beside a system message")
        return Written(
            self._deployment.path or profile.path or PATH,
            body("messages", turns.turns(asked.messages, self._pieces), system | fields),
            replace(Asked.of(fields, profile), usage=True),
            read_message,
            Stream,
        )

    def _blocks(self, message: Message) -> list[JsonObject]:
        return turns.blocks(message, self._files, self._deployment.profile)


def addressed(deployment: Deployment) -> Deployment:
    """Give the deployment with the headers of this API, where its profile names no others."""
    profile = deployment.profile
    key = {} if KEY.keys() & profile.model_fields_set else KEY
    named = profile.model_copy(update={"headers": {**VERSION, **profile.headers}, **key})
    return deployment.model_copy(update={"profile": named})
