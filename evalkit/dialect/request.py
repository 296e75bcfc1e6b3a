"""The body of a chat/completions request: OpenAI's form, and nothing that was not asked for."""

from collections.abc import Sequence

from evalkit.model.api import Files
from evalkit.model.chat import (
    AudioPart,
    ChatRequest,
    DocumentPart,
    ImagePart,
    MediaPart,
    Message,
    Part,
    TextPart,
    ToolCall,
)
from evalkit.model.data import Json, JsonObject
from evalkit.model.deployment import Deployment


def body(request: ChatRequest, deployment: Deployment, files: Files) -> JsonObject:
    """Give what is sent; the request's params win over the deployment's."""
    sent: JsonObject = {}
    if deployment.model:
        sent["model"] = deployment.model
    sent |= deployment.params
    sent |= request.params
    sent["messages"] = messages(request.messages, files)
    if request.tools:
        sent["tools"] = list(request.tools)
    if request.response_format is not None:
        sent["response_format"] = request.response_format
    if request.stream:
        sent["stream"] = True
        sent.setdefault("stream_options", {"include_usage": True})
    return sent


def messages(said: Sequence[Message], files: Files) -> list[Json]:
    """Give a dialogue in OpenAI's form."""
    return [_message(message, files) for message in said]


def _message(message: Message, files: Files) -> JsonObject:
    sent: JsonObject = {"role": message.role, "content": _content(message, files)}
    if message.tool_calls:
        sent["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        sent["tool_call_id"] = message.tool_call_id
    return sent


def _content(message: Message, files: Files) -> Json:
    if not message.parts:
        return None if message.tool_calls else ""
    if all(isinstance(part, TextPart) for part in message.parts):
        return message.text
    return [_part(part, files) for part in message.parts]


def _part(part: Part, files: Files) -> JsonObject:
    match part:
        case TextPart():
            return {"type": "text", "text": part.text}
        case ImagePart():
            image: JsonObject = {"url": _url(part, files)}
            if part.detail is not None:
                image["detail"] = part.detail
            return {"type": "image_url", "image_url": image}
        case AudioPart():
            recording = _encoded(part, files)
            audio: JsonObject = {"data": recording, "format": part.format}
            return {"type": "input_audio", "input_audio": audio}
        case DocumentPart():
            return {"type": "file", "file": _document(part, files)}


def _document(part: DocumentPart, files: Files) -> JsonObject:
    document: JsonObject = {"file_data": _url(part, files)}
    if part.attachment is not None:
        document["filename"] = part.attachment.name.rpartition("/")[2]
    return document


def _url(part: MediaPart, files: Files) -> str:
    if part.attachment is None:
        return part.url or ""
    return f"data:{part.attachment.media_type};base64,{files.base64(part.attachment)}"


def _encoded(part: MediaPart, files: Files) -> str:
    return part.url or "" if part.attachment is None else files.base64(part.attachment)


def _call(call: ToolCall) -> JsonObject:
    function: JsonObject = {"name": call.name, "arguments": call.arguments}
    sent: JsonObject = {"type": "function", "function": function}
    return sent if call.id is None else {"id": call.id, **sent}
