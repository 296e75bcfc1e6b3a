"""Reading the body of an unstreamed chat completion, in any of its known shapes."""

from evalkit.dialect import envelope, faults, finish
from evalkit.dialect.asked import Asked
from evalkit.dialect.body import Form, read_value, read_whole
from evalkit.dialect.completion import FIELDS, Completion
from evalkit.dialect.head import Head
from evalkit.dialect.notes import Notes
from evalkit.model.chat import ChatReply
from evalkit.model.data import Json, JsonObject

MESSAGES = ("message", "messages", "delta")
"""What holds a choice's reply: the standard's key, a vendor's list, the key of a stream."""


def read_reply(asked: Asked, head: Head, body: bytes) -> ChatReply:
    """Read the whole body of a response; raises CallError where it is no answer."""
    return read_whole(FORM, asked, head, body)


def read_completion(completion: Completion, asked: Asked, head: Head, data: Json) -> ChatReply:
    """Read a completion that is parsed already; raises CallError where it is none."""
    return read_value(FORM, completion, asked, head, data)


def _read_choices(completion: Completion, asked: Asked, head: Head, data: JsonObject) -> ChatReply:
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices:
        raise faults.invalid(asked, head, "an empty list of choices")
    if not any(holds_message(choice) for choice in choices):
        raise faults.invalid(asked, head, "a choice without a message", str(choices[0]))
    completion.head(data)
    for position, choice in enumerate(choices):
        _read_choice(completion, choice, position)
    chosen = completion.chosen
    if chosen is None or chosen.finish_reason in finish.BROKEN:
        raise faults.reported(asked, head, envelope.find(choices[0]), completion.partial())
    return completion.reply()


FORM = Form("choices", FIELDS, _read_choices)
"""A chat completion."""


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
