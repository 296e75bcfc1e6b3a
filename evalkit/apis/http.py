"""`api: http`: a deployment that is any endpoint which takes and gives JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlencode

from pydantic import AfterValidator, model_validator

from evalkit.dialect import request as openai
from evalkit.dialect.asked import Asked
from evalkit.dialect.chat import Chat
from evalkit.dialect.endpoint import Reader
from evalkit.dialect.faults import fault
from evalkit.dialect.lines import Chunks
from evalkit.dialect.paths import Paths
from evalkit.dialect.speech import Written
from evalkit.errors import TemplateError
from evalkit.model.api import Files
from evalkit.model.chat import ChatRequest, Message
from evalkit.model.consultation import (
    EmbeddingReply,
    EmbeddingRequest,
    ModerationReply,
    ModerationRequest,
    Request,
)
from evalkit.model.data import Authored, Json, JsonObject, Templated
from evalkit.model.deployment import Deployment
from evalkit.reading.json_query import query_of
from evalkit.template import render_typed
from evalkit.wire.remote import Remote

VARIABLES: Final = (
    "messages",
    "model",
    "params",
    "prompt",
    "response_format",
    "stream",
    "system",
    "tools",
)
"""What the texts of a body may name."""

ESSENTIAL: Final = {"tools": "there are tools", "response_format": "there is a response_format"}
"""What a reply is judged by, so that it must not be left out unnoticed."""

COUNTS: Final = ("prompt", "completion", "total")


def _is_path(path: str) -> str:
    query_of(path)
    return path


Path = Annotated[str, AfterValidator(_is_path)]
"""A JSONPath (RFC 9535)."""


class Counts(Authored):
    """Where the token counts stand; one that is left out is unknown."""

    prompt: Path | None = None
    completion: Path | None = None
    total: Path | None = None


class Http(Remote):
    """Calls any endpoint that takes and gives JSON, at `base_url` and `path`.

    `body` is what is sent, its texts templates: `{{ prompt }}` is the last thing that the user
    said, `{{ system }}` the instructions, `{{ messages }}` the whole history in OpenAI's form, and
    there are `{{ params }}`, `{{ model }}`, `{{ tools }}`, `{{ response_format }}` and
    `{{ stream }}`. A text that is a single `{{ … }}` becomes the value itself, a list or a number
    too. Without `body` it is that of OpenAI's chat completions. With `method: GET` it is a mapping
    that becomes the query of the URL.

    `reply` is the JSONPath of the text in what comes back: several texts are joined, and what is no
    text is kept as JSON. Without it, a chat completion is expected. `delta` is the path of a piece
    of it in each event, or line, of a stream. `usage: {prompt, completion, total}`,
    `finish_reason`, `tool_calls` and `served_model` are the paths of what else there is, in replies
    and events alike. Where `error` finds something, that is the error that the server tells.
    """

    class Options(Authored):
        """What is sent, and where the parts of the reply stand."""

        method: Literal["POST", "GET", "PUT", "PATCH"] = "POST"
        body: Annotated[Json, Templated(VARIABLES)] = None
        reply: Path | None = None
        delta: Path | None = None
        usage: Counts = Counts()
        finish_reason: Path | None = None
        tool_calls: Path | None = None
        served_model: Path | None = None
        error: Path | None = None

        @model_validator(mode="after")
        def _fits(self) -> Self:
            if self.method == "GET" and not isinstance(self.body, dict | None):
                raise ValueError("with method GET the 'body' is a mapping: it becomes the query")
            if self.reply is None and self.delta is None and self._beside:
                message = f"{self._beside[0]!r} needs 'reply', the path of the text, beside it"
                raise ValueError(message)
            return self

        @property
        def _beside(self) -> list[str]:
            """Name the paths that are given but for those of the text."""
            given = self.model_fields_set - {"method", "body", "reply", "delta"}
            return [name for name in type(self).model_fields if name in given]

        @cached_property
        def paths(self) -> Paths:
            """Give the paths, ready to be followed."""
            counts = {name: getattr(self.usage, name) for name in COUNTS}
            return Paths(
                reply=query_of(self.reply) if self.reply else None,
                delta=query_of(self.delta) if self.delta else None,
                usage={name: query_of(path) for name, path in counts.items() if path},
                finish_reason=query_of(self.finish_reason) if self.finish_reason else None,
                tool_calls=query_of(self.tool_calls) if self.tool_calls else None,
                model=query_of(self.served_model) if self.served_model else None,
                error=query_of(self.error) if self.error else None,
            )

    def speech(self, called: Deployment) -> "Endpoint":
        if not isinstance(called.options, Http.Options):
            message = f"deployment {called.name!r} has no options of api http"
            raise TypeError(message)
        return Endpoint(called, called.options, self.services.files)

    async def embed(self, request: EmbeddingRequest) -> EmbeddingReply:
        """Raise CallError: nothing says how the endpoint would embed."""
        del request
        raise self._lacks("embeddings")

    async def moderate(self, request: ModerationRequest) -> ModerationReply:
        """Raise CallError: nothing says how the endpoint would moderate."""
        del request
        raise self._lacks("moderation")


class Endpoint:
    """An endpoint's own form, by templates and paths."""

    def __init__(self, deployment: Deployment, options: Http.Options, files: Files) -> None:
        self._deployment = deployment
        self._options = options
        self._files = files
        self._reader = Reader(options.paths)
        self._chat = Chat(deployment, files)
        self._template = json.dumps(options.body)

    def write(self, asked: Request, refused: frozenset[str]) -> Written:
        """Write a request; raises CallError and OSError."""
        if not isinstance(asked, ChatRequest):
            raise fault("config", "api 'http' only sends chats")
        paths = self._options.paths
        if asked.stream and paths.reply and not paths.delta:
            hint = "give the path of an event's text as 'delta', or leave out 'stream'"
            raise fault("config", f"no 'delta' says where a stream's text stands: {hint}")
        written = self._chat.write(asked, refused)
        if self._options.body is not None:
            body = json.dumps(self._body(asked), separators=(",", ":")).encode()
            written = replace(written, body=body, optional=())
        return self._aimed(replace(written, asked=self._asked(asked, written.asked)))

    def _aimed(self, written: Written) -> Written:
        """Send it by the endpoint's method to its path, and read the reply by its paths."""
        method, path = self._options.method, self._deployment.path or ""
        body, paths = written.body, self._options.paths
        if method == "GET":
            path, body = _with_query(path, json.loads(body)), b""
        plain = paths.reply is None and paths.delta is None
        return replace(
            written,
            path=path,
            body=body,
            method=method,
            read=self._reader.read,
            fold=Chunks if plain else self._reader.fold,
            lines=not plain,
        )

    def _asked(self, request: ChatRequest, asked: Asked) -> Asked:
        paths = self._options.paths
        if paths.reply is None and paths.delta is None:
            return asked
        tolerated = (*asked.tolerated, *paths.silent)
        usage = bool(paths.usage)
        return replace(asked, stream=request.stream, usage=usage, choices=1, tolerated=tolerated)

    def _body(self, request: ChatRequest) -> Json:
        values = self._values(request)
        self._refuse_lost(request, values)
        try:
            return render_typed(self._options.body, values)
        except TemplateError as error:
            hint = f"; {error.hint}" if error.hint else ""
            raise fault("config", f"'body' cannot be filled in: {error}{hint}") from error

    def _values(self, request: ChatRequest) -> Mapping[str, Json]:
        params: JsonObject = {**self._deployment.params, **request.params}
        return {
            "messages": openai.messages(request.messages, self._files),
            "model": self._deployment.model,
            "params": params,
            "prompt": _last(request.messages).text,
            "response_format": request.response_format,
            "stream": request.stream,
            "system": "\n\n".join(_instructions(request.messages)),
            "tools": list(request.tools),
        }

    def _refuse_lost(self, request: ChatRequest, values: Mapping[str, Json]) -> None:
        """Raise CallError where something of the request would not be sent."""
        for name, given in ESSENTIAL.items():
            if values[name] and not self._names(name):
                message = f"{given}, which 'body' does not send: use {{{{ {name} }}}} in it"
                raise fault("config", message)
        attached = any(message.attachments for message in request.messages)
        if attached and not self._names("messages"):
            message = (
                "there is an attachment, and only {{ messages }} can send it: use it in 'body'"
            )
            raise fault("config", message)

    def _names(self, variable: str) -> bool:
        return re.search(rf"\{{[{{%][^}}]*\b{variable}\b", self._template) is not None


def _last(said: tuple[Message, ...]) -> Message:
    """Give the last message of the user."""
    own = (message for message in reversed(said) if message.role == "user")
    return next(own, Message(role="user"))


def _instructions(said: tuple[Message, ...]) -> list[str]:
    return [message.text for message in said if message.role in ("system", "developer")]


def _with_query(path: str, fields: JsonObject) -> str:
    """Put fields behind a path; what is no text is written as JSON, null is left out."""
    texts = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in fields.items()
        if value is not None
    }
    return f"{path}{'&' if '?' in path else '?'}{urlencode(texts)}" if texts else path
