"""Reading the bodies of endpoints beside the chat: one JSON object, or the error that it is."""

from evalkit.dialect import envelope, faults, usage
from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import decode, first_value
from evalkit.dialect.notes import Notes
from evalkit.model.chat import ChatReply, Usage
from evalkit.model.data import Json, JsonObject


def read_object(asked: Asked, head: Head, body: bytes) -> JsonObject:
    """Give the object that a body holds; raises CallError where it is an error or none."""
    text, _ = decode(body)
    if not head.succeeded:
        raise faults.refused(asked, head, envelope.find_in_text(text))
    found = first_value(text)
    if found is None:
        raise faults.invalid(asked, head, "a body that is no JSON", text)
    if not isinstance(found.value, dict):
        raise faults.invalid(asked, head, "JSON that is no object", text)
    if envelope.is_error(found.value):
        raise faults.reported(asked, head, envelope.find(found.value), ChatReply())
    return found.value


def objects(value: Json) -> list[JsonObject]:
    """Give the objects of a list, none where it is no list of objects alone."""
    found = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return found if isinstance(value, list) and len(found) == len(value) else []


def counts(reported: Json) -> Usage | None:
    """Give the tokens that were used; nothing was completed, so that count is 0."""
    found = usage.read(reported, Notes())
    return found and found.model_copy(update={"completion": found.completion or 0})


def word(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
