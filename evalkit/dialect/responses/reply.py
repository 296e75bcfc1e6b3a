"""Reading a response of the Responses API: its output items, how it ended, and its usage."""

from evalkit.dialect import envelope, faults
from evalkit.dialect.asked import Asked
from evalkit.dialect.body import Form, read_whole
from evalkit.dialect.choice import Choice
from evalkit.dialect.completion import Completion
from evalkit.dialect.envelope import Envelope
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import compact
from evalkit.dialect.notes import Notes
from evalkit.dialect.typed import think
from evalkit.model.chat import ChatReply
from evalkit.model.data import Json, JsonObject

FIELDS = ("id", "object", "created_at", "model")
CALLS = ("function_call", "custom_tool_call")
FAILED = ("failed", "cancelled")
UNFINISHED = ("queued", "in_progress")
REASONS = {
    "max_output_tokens": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
}
"""Why a response is incomplete, in the words of chat completions."""


def read_response(asked: Asked, head: Head, body: bytes) -> ChatReply:
    """Read the whole body of a response; raises CallError where it is no answer."""
    return read_whole(FORM, asked, head, body)


def _read(completion: Completion, asked: Asked, head: Head, data: JsonObject) -> ChatReply:
    choice = completion.choice({"index": 0})
    take_head(completion, data)
    take_output(choice, data, completion.notes)
    if data.get("status") in FAILED:
        raise faults.reported(asked, head, failure(data), completion.partial())
    if data.get("status") in UNFINISHED:
        why = f"a response that is still {data['status']!r}: it runs in the background"
        raise faults.invalid(asked, head, why)
    finish(choice, data, completion.notes)
    return completion.reply()


FORM = Form("output", FIELDS, _read)
"""A response."""


def take_head(completion: Completion, data: JsonObject) -> None:
    """Take what a response says of itself."""
    completion.head({**data, "usage": _counts(data.get("usage"))})


def _counts(reported: Json) -> Json:
    """Give the counts under the names of chat completions, which counts the same."""
    if not isinstance(reported, dict):
        return None
    return {
        "prompt_tokens": reported.get("input_tokens"),
        "completion_tokens": reported.get("output_tokens"),
        "total_tokens": reported.get("total_tokens"),
        "prompt_tokens_details": reported.get("input_tokens_details"),
        "completion_tokens_details": reported.get("output_tokens_details"),
    }


def take_output(choice: Choice, data: JsonObject, notes: Notes) -> bool:
    """Take the output of a response; True where it held anything."""
    output = data.get("output")
    found = False
    for index, item in enumerate(output if isinstance(output, list) else ()):
        if isinstance(item, dict):
            found |= _take_item(choice, item, index, notes)
        else:
            notes.add("nonstandard_shape", "an item of the output is no object")
    return found


def _take_item(choice: Choice, item: JsonObject, index: int, notes: Notes) -> bool:
    """Take a finished item; those of tools that the deployment runs itself say nothing."""
    kind = item.get("type")
    if kind in CALLS:
        return choice.add({"tool_calls": [fragment(item, index, arguments(item))]})
    if kind == "reasoning":
        texts = [*_texts(item.get("summary")), *_texts(item.get("content"))]
        return sum(think(choice, text) for text in texts) > 0
    return kind == "message" and _take_message(choice, item, notes)


def _take_message(choice: Choice, item: JsonObject, notes: Notes) -> bool:
    if not item.get("role"):
        notes.add("missing_fields", "a message without role")
    content = item.get("content")
    if not isinstance(content, list):
        notes.add("nonstandard_shape", "a message without a list of content")
        return choice.add({"role": item.get("role"), "content": content})
    parts = [part for part in content if isinstance(part, dict)]
    if len(parts) < len(content):
        notes.add("nonstandard_shape", "a part of a message is no object")
    said = [{"content": part.get("text"), "refusal": part.get("refusal")} for part in parts]
    return sum(choice.add({"role": item.get("role"), **part}) for part in said) > 0


def _texts(parts: Json) -> list[str]:
    listed = parts if isinstance(parts, list) else []
    texts = [part.get("text") for part in listed if isinstance(part, dict)]
    return [text for text in texts if isinstance(text, str) and text]


def fragment(item: JsonObject, index: int, written: Json) -> JsonObject:
    """Give a call in the form of chat completions."""
    function: JsonObject = {"name": item.get("name"), "arguments": written}
    return {"index": index, "id": item.get("call_id") or item.get("id"), "function": function}


def arguments(item: JsonObject) -> Json:
    """Give what a call passes: a function's arguments, or the text for a tool of another kind."""
    return item.get("input") if item.get("type") == "custom_tool_call" else item.get("arguments")


def finish(choice: Choice, data: JsonObject, notes: Notes) -> None:
    """Take how a response ended; for whatever reason it is incomplete, it counts as cut off."""
    status = data.get("status")
    if status == "completed":
        choice.end("tool_calls" if choice.calls else "stop")
    elif status == "incomplete":
        details = data.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, dict) else None
        known = REASONS.get(reason) if isinstance(reason, str) else None
        if known is None:
            notes.add("nonstandard_finish_reason", f"incomplete for the reason {compact(reason)}")
        choice.end(known or "length")


def failure(data: JsonObject) -> Envelope:
    """Give the error of a response that came to nothing."""
    error = data.get("error")
    return envelope.find(error or {"message": f"the response is {data.get('status')}"})
