"""What checks ask of deployments beside the conversation, and what they are told."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from evalkit.model.chat import ChatReply, ChatRequest, Fault, Timing, Try, Usage
from evalkit.model.data import Recorded


class EmbeddingRequest(Recorded):
    """Texts that are to become vectors."""

    type: Literal["embedding"] = "embedding"
    texts: tuple[str, ...]


class ModerationRequest(Recorded):
    """A text that is to be looked at for what is harmful."""

    type: Literal["moderation"] = "moderation"
    text: str


class Told(Recorded):
    """What every answer tells of itself beside its content."""

    usage: Usage | None = None
    model: str | None = None
    timing: Timing | None = None
    tries: tuple[Try, ...] = ()
    headers: Mapping[str, str] = {}


class EmbeddingReply(Told):
    """A vector for each text, in their order."""

    vectors: tuple[tuple[float, ...], ...]


class ModerationReply(Told):
    """Whether the text is flagged, and each category's score where there is one, else 1 or 0."""

    flagged: bool
    scores: Mapping[str, float] = {}
    categories: tuple[str, ...] = ()


Request: TypeAlias = ChatRequest | EmbeddingRequest | ModerationRequest
Reply: TypeAlias = EmbeddingReply | ModerationReply | ChatReply


class Consultation(Recorded):
    """A request that a check made, and its reply or fault.

    It is kept with the check's verdict, and counted apart from the conversation's own.
    """

    deployment: str
    request: Annotated[Request, Field(discriminator="type")]
    reply: Annotated[Reply | None, Field(union_mode="left_to_right")] = None
    fault: Fault | None = None
