"""A chat with a deployment: messages, the request that sends them, the reply, and its numbers."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from evalkit.errors import EvalkitError
from evalkit.model.data import Json, JsonObject, Recorded

Role = Literal["system", "developer", "user", "assistant", "tool"]
Detail = Literal["auto", "low", "high"]

ReplyResult = Literal["ok", "truncated", "refused", "filtered", "empty"]
"""What became of a reply: the first that applies of filtered, refused, truncated, empty, ok."""

FaultKind = Literal[
    "connect",
    "timeout_first_token",
    "timeout_idle",
    "timeout_total",
    "rate_limit",
    "quota",
    "auth",
    "not_found",
    "bad_request",
    "server",
    "stream_truncated",
    "stream_protocol",
    "response_invalid",
    "too_large",
    "config",
]
"""Why a deployment gave no answer."""

WarningName = Literal[
    "nonstandard_shape",
    "missing_fields",
    "missing_finish_reason",
    "nonstandard_finish_reason",
    "content_after_finish",
    "missing_done",
    "not_streamed",
    "unrequested_stream",
    "content_type_mismatch",
    "trailing_data",
    "undecodable_event",
    "utf8_replaced",
    "extra_choices",
    "tool_call_repaired",
    "looks_cumulative",
    "reasoning_in_text",
    "special_token_in_text",
    "trailing_whitespace",
    "model_differs",
    "usage_missing",
    "usage_inconsistent",
    "error_status_mismatch",
]
"""The tolerances of whatever reads a reply."""


class Attachment(Recorded):
    """The bytes of an image, recording or document, by reference.

    `name` is the path under the root, or the start of a data URI; `size` is in bytes.
    """

    name: str
    media_type: str
    size: int
    sha256: str


class TextPart(Recorded):
    type: Literal["text"] = "text"
    text: str


class MediaPart(Recorded):
    """An attachment that is sent inline, or an https URL that the deployment fetches itself."""

    url: str | None = None
    attachment: Attachment | None = None


class ImagePart(MediaPart):
    type: Literal["image"] = "image"
    detail: Detail | None = None


class AudioPart(MediaPart):
    type: Literal["audio"] = "audio"
    format: str


class DocumentPart(MediaPart):
    type: Literal["document"] = "document"


Part = Annotated[TextPart | ImagePart | AudioPart | DocumentPart, Field(discriminator="type")]


class ToolCall(Recorded):
    """A call that the reply asks for; `arguments` is the text as sent, JSON or not."""

    id: str | None = None
    name: str
    arguments: str = ""


class Message(Recorded):
    role: Role
    parts: tuple[Part, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    reasoning: str | None = None

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        media = (part for part in self.parts if isinstance(part, MediaPart))
        return tuple(part.attachment for part in media if part.attachment)


class ChatRequest(Recorded):
    """What one call sends: the whole history, and nothing that was not asked for.

    `params` holds OpenAI's own request fields (`temperature`, `max_tokens`, …) as they are sent;
    `tools` are the definitions of the functions that the reply may call, in OpenAI's form.
    """

    type: Literal["chat"] = "chat"
    messages: tuple[Message, ...]
    params: Mapping[str, Json] = {}
    response_format: JsonObject | None = None
    tools: tuple[JsonObject, ...] = ()
    stream: bool = False


class Usage(Recorded):
    """Tokens as the deployment reported them; None is unknown, never 0."""

    prompt: int | None = None
    completion: int | None = None
    total: int | None = None
    reasoning: int | None = None
    cached: int | None = None


class Timing(Recorded):
    """Seconds on a monotonic clock, of the successful try alone.

    `first_token` runs to the first content, reasoning or tool-call fragment of a stream, `total` to
    the end of the reply; `queued` is what was waited for a free place before, retries included.
    `contents` are the times of all those fragments, in order, those of one network read alike.
    """

    total: float
    first_token: float | None = None
    contents: tuple[float, ...] = ()
    queued: float = 0.0


class Try(Recorded):
    """One HTTP request of a call: its status or fault, and its seconds.

    `received` are the decoded bytes of its body. `wasted` are the tokens that one used which came
    to nothing, where the deployment said so.
    """

    status: int | None = None
    kind: FaultKind | None = None
    waited: float = 0.0
    seconds: float = 0.0
    request_id: str | None = None
    received: int = 0
    wasted: int | None = None


class WireWarning(Recorded):
    """A tolerance that reading the reply needed, by its fixed name, with what was seen.

    The name is a WarningName, or one that a newer evalkit recorded.
    """

    name: str
    detail: str = ""


class StreamFacts(Recorded):
    """How a reply was streamed.

    `contents` counts the chunks that held something of the reply, `late` those of them that came
    after a finish reason, and `finishes` the finish reasons. `role_first` says whether the first
    delta named the role, `done` whether `[DONE]` came.
    """

    contents: int = 0
    late: int = 0
    finishes: int = 0
    role_first: bool = False
    done: bool = False


class ChatReply(Recorded):
    """What a deployment answered.

    `model` is the one that the deployment says served it; `finish_reason` keeps the standard's
    words where they fit; `headers` holds those of the response that are safe to keep. `stream` says
    how a streamed reply came.
    """

    text: str = ""
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    usage: Usage | None = None
    model: str | None = None
    id: str | None = None
    result: ReplyResult = "ok"
    streamed: bool = False
    stream: StreamFacts | None = None
    warnings: tuple[WireWarning, ...] = ()
    headers: Mapping[str, str] = {}
    timing: Timing | None = None
    tries: tuple[Try, ...] = ()

    @property
    def message(self) -> Message:
        """The reply as the assistant's message of the history.

        Its reasoning goes with it, for the deployments whose profile sends it back.
        """
        return Message(
            role="assistant",
            parts=(TextPart(text=self.text),) if self.text else (),
            tool_calls=self.tool_calls,
            reasoning=self.reasoning,
        )


class Fault(Recorded):
    """Why a call gave no answer, in words a person can act on.

    `partial` is what had arrived of the reply before; `tries` are the requests that were sent.
    """

    kind: FaultKind
    message: str
    status: int | None = None
    request_id: str | None = None
    partial: ChatReply | None = None
    tries: tuple[Try, ...] = ()


class CallError(EvalkitError):
    """A deployment gave no answer; `fault` says why."""

    exit_code = 6

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class NotSent(CallError):
    """A request was never sent: its deployment is stopped, or the run has used up what it may."""
