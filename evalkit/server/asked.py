"""What rules look at in the body of a request."""

import json
from dataclasses import dataclass, replace
from typing import Any, Self

from evalkit.model.data import Json, JsonObject

INSTRUCTIONS = frozenset({"system", "developer"})


class BadRequest(ValueError):
    """The body is no chat request; `param` names the part that is wrong."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


def parse(data: bytes) -> JsonObject:
    """Read a body; raises BadRequest where it is no JSON object."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequest("the body is no JSON object")
    return body


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks; `words` counts those of all its texts.

    One that `moderates` only asks what is to be flagged in a text. `verdicts` are the words among
    which a judge is to choose.
    """

    user: str
    system: str
    turn: int
    image: bool
    model: str | None
    stream: bool
    include_usage: bool
    words: int
    moderates: bool = False
    verdicts: tuple[str, ...] = ()

    @classmethod
    def of(cls, body: JsonObject) -> Self:
        """Read the body of a request; raises BadRequest where it cannot be answered."""
        messages = _messages(body)
        if body.get("n") not in (None, 1):
            raise BadRequest("n is not supported: a script gives one choice", "n")
        users = [message for message in messages if message.get("role") == "user"]
        system = [text(message) for message in messages if message.get("role") in INSTRUCTIONS]
        last = users[-1] if users else {}
        options = body.get("stream_options")
        return cls(
            user=text(last),
            system="\n".join(system),
            turn=len(users),
            image=any(part.get("type") == "image_url" for part in _parts(last)),
            model=str(body.get("model") or "") or None,
            stream=body.get("stream") is True,
            include_usage=isinstance(options, dict) and options.get("include_usage") is True,
            words=sum(len(text(message).split()) for message in messages),
            verdicts=_verdicts(body.get("response_format")),
        )

    @classmethod
    def about(cls, body: JsonObject) -> tuple[Self, ...]:
        """Read a request about texts as if a user had said each; raises BadRequest."""
        return tuple(
            replace(
                cls.of(
                    {"model": body.get("model"), "messages": [{"role": "user", "content": one}]}
                ),
                moderates=True,
            )
            for one in _moderated(body.get("input"))
        )


def text(message: dict[str, Any]) -> str:
    """Join the texts of a message's content."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text", "")) for part in _parts(message))


def _verdicts(response_format: Any) -> tuple[str, ...]:  # noqa: ANN401 - any JSON
    """Give the words that the key `verdict` of a requested schema may have."""
    found = response_format
    for key in ("json_schema", "schema", "properties", "verdict", "enum"):
        found = found.get(key) if isinstance(found, dict) else None
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _moderated(given: Json) -> list[Json]:
    """Give the contents that moderation judges: texts, or one that has parts."""
    contents: list[Json] = given if isinstance(given, list) else [given]
    if contents and all(isinstance(one, str) for one in contents):
        return contents
    if contents and all(isinstance(one, dict) for one in contents):
        return [given]
    raise BadRequest("input must be a text, or a list of texts or of parts", "input")


def _messages(body: JsonObject) -> list[dict[str, Any]]:
    messages: Any = body.get("messages")
    if messages is None:
        raise BadRequest("messages are missing", "messages")
    if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
        raise BadRequest("messages must be a list of objects", "messages")
    if not messages:
        raise BadRequest("messages must not be empty", "messages")
    return messages


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return [part for part in parts if isinstance(part, dict)]
