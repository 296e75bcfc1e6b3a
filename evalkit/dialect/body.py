"""Reading the whole body of a reply in the form of its API: the object that it is, or an error."""

from collections.abc import Callable
from dataclasses import dataclass

from evalkit.dialect import envelope, faults
from evalkit.dialect.asked import Asked
from evalkit.dialect.completion import Completion
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import compact, decode, first_value
from evalkit.dialect.notes import Notes
from evalkit.model.chat import CallError, ChatReply, Fault
from evalkit.model.data import Json, JsonObject

FILTER_CODES = ("content_filter", "responsibleaipolicyviolation")
BAD_REQUEST = 400
MOST_KEYS = 8
MOST_VALUES = 2_000_000
"""JSON values of a reply: each takes up to a hundred times the memory of its bytes."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the replies of an API look like.

    `content` is the key of the list that answers, `fields` are those that every reply gives, and
    `read` puts what an object holds into a completion; it raises CallError where it is no answer.
    """

    content: str
    fields: tuple[str, ...]
    read: Callable[[Completion, Asked, Head, JsonObject], ChatReply]

    def answers(self, data: Json) -> bool:
        """Whether a value, whatever the status, is a reply."""
        return (
            isinstance(data, dict) and bool(data.get(self.content)) and not envelope.is_error(data)
        )


def read_whole(form: Form, asked: Asked, head: Head, body: bytes) -> ChatReply:
    """Read the whole body of a response; raises CallError where it is no answer."""
    bound(body)
    text, replaced = decode(body)
    found = first_value(text)
    if not (head.succeeded or (found and form.answers(found.value))):
        return _read_error(asked, head, text)
    if found is None:
        raise _not_json(asked, head, text)
    completion = Completion(asked, streamed=False, fields=form.fields)
    if replaced:
        completion.notes.add("utf8_replaced")
    if found.rest:
        completion.notes.add("trailing_data", found.rest)
    _note_delivery(asked, head, completion.notes)
    return read_value(form, completion, asked, head, found.value)


def bound(body: bytes, most: int = MOST_VALUES) -> None:
    """Refuse JSON that may hold too many values; every one but the first has a sign before it."""
    if len(body) > most and sum(map(body.count, (b",", b"[", b"{"))) > most:
        message = f"the reply has more than {most:,} JSON values"
        raise CallError(Fault(kind="too_large", message=message))


def read_value(
    form: Form, completion: Completion, asked: Asked, head: Head, data: Json
) -> ChatReply:
    """Read a reply that is parsed already; raises CallError where it is none."""
    if not isinstance(data, dict):
        raise faults.invalid(asked, head, "JSON that is no object", compact(data))
    if envelope.is_error(data):
        completion.notes.add("error_status_mismatch", "an error as the body of a success")
        raise faults.reported(asked, head, envelope.find(data), completion.partial())
    if not isinstance(data.get(form.content), list):
        raise _without_content(form, asked, head, data)
    return form.read(completion, asked, head, data)


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


def _not_json(asked: Asked, head: Head, text: str) -> CallError:
    if not text.strip():
        return faults.invalid(asked, head, "an empty body")
    return faults.invalid(asked, head, f"{head.content_type or 'a body'} that is no JSON", text)


def _without_content(form: Form, asked: Asked, head: Head, data: JsonObject) -> CallError:
    keys = ", ".join(map(repr, list(data)[:MOST_KEYS])) or "nothing"
    said = data.get("message")
    why = f"no {form.content}, only {keys}"
    return faults.invalid(asked, head, why, compact(said) if said else "")
