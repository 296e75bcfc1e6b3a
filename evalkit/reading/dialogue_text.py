"""A conversation as data for a judge: who said what, media by name, tool calls written out."""

from collections.abc import Iterable

from evalkit.model.chat import MediaPart, Message, Part, TextPart, ToolCall
from evalkit.model.data import Json, JsonObject


def as_data(messages: Iterable[Message]) -> list[Json]:
    """Give each message as an object with its role, text and tool calls."""
    return [_message(message) for message in messages]


def _message(message: Message) -> JsonObject:
    said: JsonObject = {"role": message.role, "text": "\n".join(map(_part, message.parts))}
    if message.tool_calls:
        said["tool_calls"] = [_call(call) for call in message.tool_calls]
    return said


def _part(part: Part) -> str:
    if isinstance(part, TextPart):
        return part.text
    return f"[{part.type}: {_name(part)}]"


def _name(part: MediaPart) -> str:
    return part.attachment.name if part.attachment else part.url or ""


def _call(call: ToolCall) -> Json:
    return {"name": call.name, "arguments": call.arguments}
