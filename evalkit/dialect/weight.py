"""How many tokens a request is taken to have, before anybody has counted them."""

from evalkit.model.chat import ChatRequest, MediaPart, Message, TextPart
from evalkit.model.consultation import EmbeddingRequest, Request
from evalkit.model.data import Json
from evalkit.model.deployment import Deployment

CHARACTERS = 4
"""Characters of a token, in English; other languages have fewer."""

PER_MESSAGE = 4
PER_MEDIUM = 800
"""Tokens of an image: OpenAI counts 765 for one of 1024 x 1024."""

LIMITS = ("max_completion_tokens", "max_tokens", "max_output_tokens")


def tokens(request: Request, deployment: Deployment, expected: int) -> int:
    """Estimate a request and its reply, of the `expected` length where nothing limits it."""
    limit = completion_limit(request, deployment)
    return prompt_tokens(request) + (expected if limit is None else limit)


def prompt_tokens(request: Request) -> int:
    """Estimate what a request sends."""
    if isinstance(request, ChatRequest):
        schemas = (*request.tools, request.response_format or "")
        written = sum(len(str(schema)) for schema in schemas) // CHARACTERS
        return written + sum(map(_message_tokens, request.messages))
    texts = request.texts if isinstance(request, EmbeddingRequest) else (request.text,)
    return sum(_text_tokens(text) for text in texts)


def completion_limit(request: Request, deployment: Deployment) -> int | None:
    """Give the most tokens that the reply may have; None where nothing limits it."""
    if not isinstance(request, ChatRequest):
        return 0
    params: dict[str, Json] = {**deployment.params, **request.params}
    limits = [value for name in LIMITS if isinstance(value := params.get(name), int)]
    return min(limits, default=None)


def _message_tokens(message: Message) -> int:
    text = sum(_text_tokens(part.text) for part in message.parts if isinstance(part, TextPart))
    media = sum(PER_MEDIUM for part in message.parts if isinstance(part, MediaPart))
    calls = sum(_text_tokens(call.name + call.arguments) for call in message.tool_calls)
    return PER_MESSAGE + text + media + calls


def _text_tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS)
