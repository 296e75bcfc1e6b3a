"""What the streamed replies of all APIs have in common: JSON events, errors, and how they end."""

from abc import ABC, abstractmethod

from evalkit.dialect import envelope, faults
from evalkit.dialect.asked import Asked
from evalkit.dialect.body import Form, bound, read_whole
from evalkit.dialect.choice import Choice
from evalkit.dialect.completion import Completion
from evalkit.dialect.envelope import Envelope
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import DECODER, WHITESPACE, first_value
from evalkit.model.chat import CallError, ChatReply, StreamFacts
from evalkit.model.data import JsonObject

DONE = "[DONE]"
MOST_VALUES = 200_000
"""JSON values of one event."""


class Fold(ABC):
    """Takes events until `done`; `contents` counts those that held something of the reply."""

    def __init__(self, form: Form, asked: Asked, head: Head) -> None:
        self.done = False
        self.contents = 0
        self.usable = False
        self._undecodable = False
        self._form = form
        self._asked = asked
        self._head = head
        self._completion = Completion(asked, streamed=True, fields=form.fields)
        self.notes = self._completion.notes
        if not asked.stream:
            self.notes.add("unrequested_stream")

    def take(self, event: str, data: str, offset: int) -> None:
        """Take one event, which began at byte `offset`; raises CallError where it is an error."""
        chunk = parsed(data)
        if chunk is None:
            self._take_text(event, data, offset)
            return
        self.usable = True
        if event == "error" or envelope.is_error(chunk):
            raise self._error(envelope.find(chunk))
        self._take_object(event, chunk)

    @abstractmethod
    def _take_object(self, event: str, chunk: JsonObject) -> None:
        """Take an event that is no error."""

    def _take_text(self, event: str, data: str, offset: int) -> None:
        stripped = data.strip()
        if stripped == DONE:
            self._take_done()
        elif event == "error":
            raise self._error(envelope.find_in_text(data))
        elif stripped:
            self._undecodable = True
            self.notes.add("undecodable_event", f"at byte {offset}: {stripped}")

    @abstractmethod
    def _take_done(self) -> None:
        """Take the end as OpenAI's chat announces it."""

    def end(self, raw: bytes, unfinished: str, broken: str = "") -> ChatReply:
        """Give the reply at the end of the stream; raises CallError where it is not whole.

        `raw` is what had come before the first usable event, `unfinished` the data of a last event
        that lacks its blank line, and `broken` says how the connection broke, where it did.
        """
        if not self.usable:
            return self._without_events(raw, broken)
        chosen = self._finish(unfinished, broken)
        return self._completion.reply().model_copy(update={"stream": self._facts(chosen)})

    @abstractmethod
    def _finish(self, unfinished: str, broken: str) -> Choice:
        """Give the choice that is the reply; raises CallError where it is not whole."""

    def partial(self) -> ChatReply:
        """Give what has arrived."""
        return self._completion.partial()

    def _facts(self, chosen: Choice) -> StreamFacts:
        return StreamFacts(
            contents=self.contents,
            late=chosen.late,
            finishes=chosen.finishes,
            role_first=bool(chosen.role_first),
            done=self.done,
        )

    def _without_events(self, raw: bytes, broken: str) -> ChatReply:
        """Read a stream that held no event as JSON, as some gateways send their errors."""
        bound(raw)
        text = raw.decode("utf-8", "replace")
        if first_value(text) is not None:
            return read_whole(self._form, self._asked, self._head, raw)
        if self._undecodable:
            why = f"{self._asked.host} sent a stream without a usable event"
            seen = "".join(f": {warning.detail}" for warning in self.notes.warnings)
            raise faults.fault("stream_protocol", why + seen, self._head, self.partial())
        if broken or _keeps_alive(text):
            raise self._truncated(broken or "the stream ended before its first event")
        why = "a stream without events" if text.strip() else "an empty stream"
        raise faults.invalid(self._asked, self._head, why, text)

    def _truncated(self, why: str) -> CallError:
        message = f"{self._asked.host} broke off: {why}"
        return faults.fault("stream_truncated", message, self._head, self.partial())

    def _error(self, found: Envelope) -> CallError:
        return faults.reported(self._asked, self._head, found, self.partial())


def parsed(data: str) -> JsonObject | None:
    """Give the object that an event holds; None where it holds none.

    Raises CallError where it may hold more values than can be read at once without holding up
    everybody else.
    """
    if len(data) > MOST_VALUES:
        bound(data.encode("utf-8", "replace"), MOST_VALUES)
    text = data.strip(WHITESPACE)
    try:
        value, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and end == len(text) else None


def _keeps_alive(text: str) -> bool:
    """Whether there is something, and all of it is comments."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(line.startswith(":") for line in lines)
