"""The questions of features: short ones, and those that several features share."""

from typing import Any, Final

from evalkit.model.chat import ChatRequest, Message, Part, Role, TextPart
from evalkit.model.data import JsonObject
from evalkit.probe.feature import Question

MOST_TOKENS: Final = 64
"""What a reply may have, so that a model that ends by itself has room for it."""


def said(role: Role, text: str, *parts: Part) -> Message:
    return Message(role=role, parts=(TextPart(text=text), *parts))


def chat(*messages: Message, params: JsonObject | None = None, **more: Any) -> ChatRequest:  # noqa: ANN401 - the request's own fields
    """Give a request with a bound on its reply; `params` win over it."""
    bounded: JsonObject = {"max_tokens": MOST_TOKENS, **(params or {})}
    return ChatRequest(messages=messages, params=bounded, **more)


COUNT: Final = said("user", "Count from 1 to 5, with spaces between the numbers.")
PLAIN: Final = Question(chat(COUNT))
"""The first question to any deployment."""

STREAMED: Final = Question(chat(COUNT, stream=True))

WEATHER: Final[JsonObject] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
