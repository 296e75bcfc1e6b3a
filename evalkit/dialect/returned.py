"""A reply that a function returns as a dict: a completion, or its parts by their short names."""

from dataclasses import replace
from typing import Final

from evalkit.dialect.asked import Asked
from evalkit.dialect.completion import Completion
from evalkit.dialect.faults import fault
from evalkit.dialect.head import Head
from evalkit.dialect.reply import read_completion
from evalkit.model.chat import ChatReply
from evalkit.model.data import JsonObject

MOST_KEYS: Final = 8
PARTS: Final = ("text", "usage", "finish_reason", "tool_calls")


def read_returned(name: str, answer: JsonObject) -> ChatReply:
    """Read what the function `name` returned; raises CallError where it is no reply."""
    asked = Asked(host=name, usage=False)
    if not {"text", "choices", "error"} & answer.keys():
        keys = ", ".join(map(repr, list(answer)[:MOST_KEYS])) or "nothing"
        why = f"{name} returned a dict without 'text', only {keys}"
        raise fault("response_invalid", f"{why}; it may hold {', '.join(PARTS)}")
    if "text" in answer and "choices" not in answer:
        asked = replace(asked, tolerated=("missing_fields", "missing_finish_reason"))
        answer = _completion(name, answer)
    return read_completion(Completion(asked, streamed=False), asked, Head(200), answer)


def _completion(name: str, parts: JsonObject) -> JsonObject:
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        why = f"{name} returned an unknown {unknown[0]!r} beside 'text'"
        raise fault("response_invalid", f"{why}; there are {', '.join(PARTS[1:])}")
    message: JsonObject = {"role": "assistant", "content": parts["text"]}
    if "tool_calls" in parts:
        message["tool_calls"] = parts["tool_calls"]
    choice: JsonObject = {"index": 0, "message": message}
    choice["finish_reason"] = parts.get("finish_reason")
    return {"choices": [choice], "usage": parts.get("usage")}
