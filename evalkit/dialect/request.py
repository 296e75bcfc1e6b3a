"""A chat/completions request: OpenAI's form, a profile's changes, and nothing not asked for."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from evalkit.dialect import faults
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
from evalkit.model.profile import Profile

PLAIN = Profile()
PORTABLE: Mapping[str, str] = MappingProxyType({})
"""Chat completions takes all params under their own names."""


def fields(request: ChatRequest, deployment: Deployment) -> JsonObject:
    """Give what is sent beside the messages, under the names that the profile gives."""
    sent = given(request, deployment)
    if request.tools:
        sent["tools"] = list(request.tools)
    if request.response_format is not None:
        sent["response_format"] = request.response_format
    if request.stream:
        sent["stream"] = True
        sent.setdefault("stream_options", {"include_usage": True})
    return reshaped(sent, deployment.profile)


def given(
    request: ChatRequest, deployment: Deployment, names: Mapping[str, str] = PORTABLE
) -> JsonObject:
    """Give the model and the params as they are authored, some under an API's own `names`.

    The request's params win over the deployment's, those over the profile's extra fields.
    """
    sent = _named(deployment.profile.extra, names)
    if deployment.model:
        sent["model"] = deployment.model
    return sent | _named(deployment.params, names) | _named(request.params, names)


def _named(params: Mapping[str, Json], names: Mapping[str, str]) -> JsonObject:
    """Rename params, but for those whose new name is there already."""
    return {
        names.get(name, name): value
        for name, value in params.items()
        if names.get(name) not in params
    }


def reshaped(sent: JsonObject, profile: Profile) -> JsonObject:
    """Leave out the fields that a profile removes, and give others their own names.

    What an author wrote by that name already stays.
    """
    for name in profile.removed:
        sent.pop(name, None)
    for name in [name for name in profile.renamed if name in sent]:
        sent.setdefault(profile.renamed[name], sent.pop(name))
    return sent


def messages(said: Sequence[Message], files: Files) -> list[Json]:
    """Give a dialogue in OpenAI's form."""
    return [message(one, files, PLAIN) for one in said]


def message(said: Message, files: Files, profile: Profile) -> JsonObject:
    """Give a message in OpenAI's form; raises CallError where its images cannot be sent so."""
    refuse_images(said, profile)
    text = stripped(said) if profile.reasoning == "strip" else None
    sent: JsonObject = {
        "role": said.role,
        "content": _content(said, files) if text is None else text,
    }
    if said.tool_calls:
        sent["tool_calls"] = [_call(call) for call in said.tool_calls]
    if said.tool_call_id is not None:
        sent["tool_call_id"] = said.tool_call_id
    if said.reasoning and keeps_reasoning(said, profile):
        sent[profile.reasoning_field] = said.reasoning
    return sent


def keeps_reasoning(said: Message, profile: Profile) -> bool:
    """Whether the reasoning of a reply goes back with the history."""
    policy = profile.reasoning
    return policy == "keep" or (policy == "tool_calls" and bool(said.tool_calls))


def stripped(said: Message) -> str | None:
    """Give a reply's text without the reasoning that it opens with; None where it has none."""
    if said.role != "assistant":
        return None
    before, closing, after = said.text.partition("</think>")
    return after.lstrip() if closing and before.count("<think>") <= 1 else None


def refuse_images(said: Message, profile: Profile) -> None:
    """Raise CallError where an image cannot be sent in the one way that the profile allows."""
    if profile.images == "any":
        return
    for part in said.parts:
        if isinstance(part, ImagePart) and (part.attachment is None) == (
            profile.images == "inline"
        ):
            how, other = ("inline", "a file") if part.attachment is None else ("by URL", "a URL")
            only = f"the profile says that images are sent {how} only; name {other}"
            raise faults.fault("config", f"an image cannot be sent: {only}")


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
            image: JsonObject = {"url": location(part, files)}
            if part.detail is not None:
                image["detail"] = part.detail
            return {"type": "image_url", "image_url": image}
        case AudioPart():
            recording = _encoded(part, files)
            audio: JsonObject = {"data": recording, "format": part.format}
            return {"type": "input_audio", "input_audio": audio}
        case DocumentPart():
            return {"type": "file", "file": inline(part, files)}


def inline(part: DocumentPart, files: Files) -> JsonObject:
    """Give a document with its bytes and its name."""
    document: JsonObject = {"file_data": location(part, files)}
    if part.attachment is not None:
        document["filename"] = part.attachment.name.rpartition("/")[2]
    return document


def location(part: MediaPart, files: Files) -> str:
    """Give the URL of what a part shows, which holds an attachment itself."""
    if part.attachment is None:
        return part.url or ""
    return f"data:{part.attachment.media_type};base64,{files.base64(part.attachment)}"


def _encoded(part: MediaPart, files: Files) -> str:
    return part.url or "" if part.attachment is None else files.base64(part.attachment)


def _call(call: ToolCall) -> JsonObject:
    function: JsonObject = {"name": call.name, "arguments": call.arguments}
    sent: JsonObject = {"type": "function", "function": function}
    return sent if call.id is None else {"id": call.id, **sent}
