"""Messages as the turns of the Messages API: blocks of content, by user and assistant alternately.

The system's messages stand apart from them, so they can only come first.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from evalkit.dialect import faults
from evalkit.dialect.json_text import first_value
from evalkit.dialect.pieces import Pieces
from evalkit.dialect.request import refuse_images, stripped
from evalkit.model.api import Files
from evalkit.model.chat import (
    AudioPart,
    ImagePart,
    MediaPart,
    Message,
    Part,
    TextPart,
    ToolCall,
)
from evalkit.model.data import Json, JsonObject
from evalkit.model.profile import Profile

SYSTEM = ("system", "developer")


def system(said: Sequence[Message]) -> JsonObject:
    """Give the system's messages; raises CallError where one comes after another message."""
    first = [message for message in said if message.role in SYSTEM]
    if first != [*said[: len(first)]]:
        why = "api messages takes the system's message before all others only"
        raise faults.fault("config", f"a system message cannot be sent: {why}")
    texts = [message.text for message in first if message.text]
    if len(texts) > 1:
        return {"system": [_text(text) for text in texts]}
    return {"system": texts[0]} if texts else {}


def turns(said: Iterable[Message], pieces: Pieces) -> bytes:
    """Give the other messages; those of one side after another are one turn.

    A message without content, as the API takes none, is left out.
    """
    spoken = [message for message in said if message.role not in SYSTEM and pieces.of(message)]
    return b",".join(
        b'{"role":"%b","content":[%b]}' % (role.encode(), pieces.joined([*messages]))
        for role, messages in groupby(spoken, key=_role)
    )


def _role(said: Message) -> str:
    return "assistant" if said.role == "assistant" else "user"


def blocks(said: Message, files: Files, profile: Profile) -> list[JsonObject]:
    """Give the content of a message; raises CallError where a part has no form.

    Its reasoning is not sent: the API takes it only with the signature under which it was given.
    """
    refuse_images(said, profile)
    if said.role == "tool":
        known: JsonObject = {} if said.tool_call_id is None else {"tool_use_id": said.tool_call_id}
        return [{"type": "tool_result", **known, "content": said.text}]
    text = stripped(said) if profile.reasoning == "strip" else None
    parts = said.parts if text is None else (TextPart(text=text),)
    content = [_part(part, files) for part in parts if not _is_blank(part)]
    return [*content, *map(_call, said.tool_calls)]


def _is_blank(part: Part) -> bool:
    return isinstance(part, TextPart) and not part.text


def _part(part: Part, files: Files) -> JsonObject:
    if isinstance(part, TextPart):
        return _text(part.text)
    if isinstance(part, AudioPart):
        raise faults.fault("config", "a recording cannot be sent: api messages takes none")
    kind = "image" if isinstance(part, ImagePart) else "document"
    return {"type": kind, "source": _source(part, files)}


def _text(text: str) -> JsonObject:
    return {"type": "text", "text": text}


def _source(part: MediaPart, files: Files) -> JsonObject:
    if part.attachment is None:
        return {"type": "url", "url": part.url}
    data = files.base64(part.attachment)
    return {"type": "base64", "media_type": part.attachment.media_type, "data": data}


def _call(call: ToolCall) -> JsonObject:
    known: JsonObject = {} if call.id is None else {"id": call.id}
    return {"type": "tool_use", **known, "name": call.name, "input": _input(call)}


def _input(call: ToolCall) -> Json:
    """Give the arguments of a call as the object that the API demands."""
    found = first_value(call.arguments) if call.arguments.strip() else None
    if found is None and not call.arguments.strip():
        return {}
    if found is None or found.rest or not isinstance(found.value, dict):
        why = f"the arguments of {call.name!r} are no JSON object, which api messages demands"
        raise faults.fault("bad_request", f"a tool call cannot be sent: {why}")
    return found.value
