"""Reading a message of the Messages API: its blocks, why it stopped, and its usage."""

from evalkit.dialect.asked import Asked
from evalkit.dialect.body import Form, read_whole
from evalkit.dialect.choice import Choice
from evalkit.dialect.completion import Completion
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import compact
from evalkit.dialect.typed import think
from evalkit.model.chat import ChatReply
from evalkit.model.data import Json, JsonObject

FIELDS = ("id", "type", "role", "model")
INPUTS = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "refusal": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
}
"""Why a message stopped, in the words of chat completions, where a refusal is a field of its own.

https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
"""


def read_message(asked: Asked, head: Head, body: bytes) -> ChatReply:
    """Read the whole body of a response; raises CallError where it is no answer."""
    return read_whole(FORM, asked, head, body)


def _read(completion: Completion, asked: Asked, head: Head, data: JsonObject) -> ChatReply:
    del asked, head
    choice = completion.choice({"index": 0})
    completion.head({**data, "usage": counts(data.get("usage"))})
    blocks = data.get("content")
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if isinstance(block, dict):
            _take_block(choice, block, index)
        else:
            completion.notes.add("nonstandard_shape", "a block of content is no object")
    stop(choice, data)
    return completion.reply()


FORM = Form("content", FIELDS, _read)
"""A message."""


def _take_block(choice: Choice, block: JsonObject, index: int) -> None:
    """Take a block; those of tools that the deployment runs itself say nothing."""
    match block.get("type"):
        case "text":
            choice.add({"content": block.get("text")})
        case "thinking":
            think(choice, block.get("thinking"))
        case "tool_use":
            choice.add({"tool_calls": [fragment(block, index, _arguments(block))]})


def _arguments(block: JsonObject) -> Json:
    given = block.get("input")
    return compact(given) if isinstance(given, dict) else given


def fragment(block: JsonObject, index: int, arguments: Json) -> JsonObject:
    """Give a call in the form of chat completions."""
    function: JsonObject = {"name": block.get("name"), "arguments": arguments}
    return {"index": index, "id": block.get("id"), "function": function}


def stop(choice: Choice, data: JsonObject) -> None:
    """Take why a message stopped; the words of a refusal are those that explain it, if any do."""
    reason = data.get("stop_reason")
    if reason == "refusal":
        details = data.get("stop_details")
        told = details if isinstance(details, dict) else {}
        choice.add({"refusal": told.get("explanation") or told.get("category") or reason})
    choice.end(REASONS.get(reason, reason) if isinstance(reason, str) else reason)


def counts(reported: Json) -> Json:
    """Give the counts under the names of chat completions, whose prompt includes what is cached.

    The API tells no total: it is what the prompt and the completion come to.
    """
    if not isinstance(reported, dict):
        return None
    prompt = _sum(*map(reported.get, INPUTS))
    completion, details = reported.get("output_tokens"), reported.get("output_tokens_details")
    thought = details.get("thinking_tokens") if isinstance(details, dict) else None
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": None if completion is None else _sum(prompt, completion),
        "prompt_tokens_details": {"cached_tokens": reported.get("cache_read_input_tokens")},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }


def _sum(first: Json, *others: Json) -> Json:
    """Add counts up, unknown ones after the first apart; what is no count is given in their place.

    So whoever reads the counts tells of it.
    """
    total = first
    for other in others:
        if not isinstance(total, int) or isinstance(other, str | float | list | dict):
            break
        total += other or 0
    return total
