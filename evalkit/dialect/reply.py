"""Reading the body of an unstreamed reply: a completion in any of its known shapes, or an error."""

from evalkit.dialect import envelope, faults, finish
from evalkit.dialect.asked import Asked
from evalkit.dialect.completion import Completion
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import decode, first_value
from evalkit.dialect.notes import Notes
from evalkit.model.chat import CallError, ChatReply
from evalkit.model.data import Json, JsonObject

FILTER_CODES = ("content_filter", "responsibleaipolicyviolation")
BAD_REQUEST = 400
MOST_KEYS = 8
MESSAGES = ("message", "messages", "delta")
"""What holds a choice's reply: the standard's key, a vendor's list, the key of a stream."""


def read_reply(asked: Asked, head: Head, body: bytes) -> ChatReply:
    """Read the whole body of a response; raises CallError where it is no answer."""
    text, replaced = decode(body)
    found = first_value(text)
    if not (head.succeeded or (found and _is_completion(found.value))):
        return _read_error(asked, head, text)
    if found is None:
        raise _not_json(asked, head, text)
    completion = Completion(asked, streamed=False)
    if replaced:
        completion.notes.add("utf8_replaced")
    if found.rest:
        completion.notes.add("trailing_data", found.rest)
    _note_delivery(asked, head, completion.notes)
    return read_completion(completion, asked, head, found.value)


def read_completion(completion: Completion, asked: Asked, head: Head, data: Json) -> ChatReply:
    """Read a completion that is parsed already; raises CallError where it is none."""
    if not isinstance(data, dict):
        raise faults.invalid(asked, head, "JSON that is no object", str(data))
    if envelope.is_error(data):
        completion.notes.add("error_status_mismatch", "an error as the body of a success")
        raise faults.reported(asked, head, envelope.find(data), completion.partial())
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices:
        raise _no_choices(asked, head, data)
    if not any(holds_message(choice) for choice in choices):
        raise _no_message(asked, head, choices)
    completion.head(data)
    for position, choice in enumerate(choices):
        _read_choice(completion, choice, position)
    chosen = completion.chosen
    if chosen is None or chosen.finish_reason in finish.BROKEN:
        raise faults.reported(asked, head, envelope.find(choices[0]), completion.partial())
    return completion.reply()


def _read_choice(completion: Completion, data: Json, position: int) -> None:
    if not isinstance(data, dict):
        completion.notes.add("nonstandard_shape", "a choice is no object")
        return
    choice = completion.choice(data, position)
    message = find_message(data, completion.notes)
    if not message.get("role"):
        completion.notes.add("missing_fields", "a message without role")
    choice.add(message)
    choice.end(data.get("finish_reason"))


def holds_message(choice: Json) -> bool:
    """Whether a choice has a place for its reply, or says why there is none."""
    if not isinstance(choice, dict):
        return False
    filtered = choice.get("finish_reason") == "content_filter"
    return filtered or any(key in choice for key in MESSAGES)


def find_message(choice: JsonObject, notes: Notes) -> JsonObject:
    """Find the message of a choice; of a list of messages the assistant's last one."""
    message = choice.get("message")
    if isinstance(message, dict):
        return message
    notes.add("nonstandard_shape", "a choice without a message object")
    listed = choice.get("messages")
    messages = listed if isinstance(listed, list) else [listed]
    objects = [item for item in messages if isinstance(item, dict)]
    own = [item for item in objects if item.get("role") == "assistant"]
    return (own or objects or [{}])[-1]


def _read_error(asked: Asked, head: Head, text: str) -> ChatReply:
    """Read an error status: a blocked prompt is an answer, everything else a fault."""
    found = envelope.find_in_text(text)
    if head.status == BAD_REQUEST and found.has_code(*FILTER_CODES):
        return ChatReply(finish_reason="content_filter", result="filtered")
    raise faults.refused(asked, head, found)


def _note_delivery(asked: Asked, head: Head, notes: Notes) -> None:
    if not head.succeeded:
        notes.add("error_status_mismatch", f"a completion with status {head.status}")
    elif not head.is_json:
        notes.add("content_type_mismatch", f"JSON as {head.content_type!r}")
    if asked.stream:
        notes.add("not_streamed")


def _is_completion(data: Json) -> bool:
    return isinstance(data, dict) and bool(data.get("choices")) and not envelope.is_error(data)


def _not_json(asked: Asked, head: Head, text: str) -> CallError:
    if not text.strip():
        return faults.invalid(asked, head, "an empty body")
    return faults.invalid(asked, head, f"{head.content_type or 'a body'} that is no JSON", text)


def _no_message(asked: Asked, head: Head, choices: list[Json]) -> CallError:
    return faults.invalid(asked, head, "a choice without a message", str(choices[0]))


def _no_choices(asked: Asked, head: Head, data: JsonObject) -> CallError:
    keys = ", ".join(map(repr, list(data)[:MOST_KEYS])) or "nothing"
    why = "no choices" if "choices" not in data else "an empty list of choices"
    return faults.invalid(asked, head, f"{why}, only {keys}", str(data.get("message") or ""))
