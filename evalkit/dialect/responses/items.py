"""Messages as the input items of the Responses API."""

from evalkit.dialect import faults
from evalkit.dialect.request import inline, location, refuse_images, stripped
from evalkit.model.api import Files
from evalkit.model.chat import (
    AudioPart,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ToolCall,
)
from evalkit.model.data import Json, JsonObject
from evalkit.model.profile import Profile


def items(said: Message, files: Files, profile: Profile) -> list[JsonObject]:
    """Give what a message is sent as: itself, its tool calls, or the result of one.

    Its reasoning is not sent: the API takes it only with the id under which it was given. Raises
    CallError where a part has no form.
    """
    refuse_images(said, profile)
    if said.role == "tool":
        return [{"type": "function_call_output", "output": said.text, **_id(said.tool_call_id)}]
    calls = [_call(call) for call in said.tool_calls]
    if calls and not said.parts:
        return calls
    text = stripped(said) if profile.reasoning == "strip" else None
    return [{"role": said.role, "content": _content(said, files) if text is None else text}, *calls]


def _content(said: Message, files: Files) -> Json:
    if all(isinstance(part, TextPart) for part in said.parts):
        return said.text
    return [_part(part, files) for part in said.parts]


def _part(part: Part, files: Files) -> JsonObject:
    match part:
        case TextPart():
            return {"type": "input_text", "text": part.text}
        case ImagePart():
            image: JsonObject = {"type": "input_image", "image_url": location(part, files)}
            return image if part.detail is None else {**image, "detail": part.detail}
        case DocumentPart(attachment=None):
            return {"type": "input_file", "file_url": part.url}
        case DocumentPart():
            return {"type": "input_file", **inline(part, files)}
        case AudioPart():
            raise faults.fault("config", "a recording cannot be sent: api responses takes none")


def _call(call: ToolCall) -> JsonObject:
    called: JsonObject = {"name": call.name, "arguments": call.arguments}
    return {"type": "function_call", **_id(call.id), **called}


def _id(known: str | None) -> JsonObject:
    return {} if known is None else {"call_id": known}
