"""Reading what a JSON endpoint sends, whole or as a stream, by the paths of its parts."""

import json
from dataclasses import dataclass

from evalkit.dialect import envelope, faults
from evalkit.dialect.asked import Asked
from evalkit.dialect.body import bound, read_whole
from evalkit.dialect.choice import Choice
from evalkit.dialect.completion import Completion
from evalkit.dialect.fold import DONE, Fold
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import decode, first_value
from evalkit.dialect.lines import LINE, read_body
from evalkit.dialect.paths import Paths, Picker
from evalkit.dialect.reply import FORM
from evalkit.model.chat import ChatReply
from evalkit.model.data import Json, JsonObject
from evalkit.reading.json_query import Query


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads replies by paths; without one for the reply they are OpenAI's completions."""

    paths: Paths

    def read(self, asked: Asked, head: Head, body: bytes) -> ChatReply:
        """Read the whole body of a response; raises CallError where it is no answer."""
        if self.paths.reply is None:
            return read_body(asked, head, body)
        bound(body)
        text, replaced = decode(body)
        found = first_value(text)
        if found is None:
            return read_whole(FORM, asked, head, body)
        completion = Completion(asked, streamed=False, fields=self.paths.fields)
        picker = Picker(self.paths, asked, head, completion)
        if not head.succeeded:
            if said := picker.error(found.value):
                raise faults.refused(asked, head, said)
            return read_whole(FORM, asked, head, body)
        if asked.stream and self.paths.delta and found.rest.startswith("{"):
            return self._fold(self.paths.delta, asked, head, body)
        _note_delivery(completion, asked, head, found.rest, replaced=replaced)
        return self._pick(self.paths.reply, picker, completion, (asked, head, found.value))

    def _pick(
        self,
        reply: Query,
        picker: Picker,
        completion: Completion,
        came: tuple[Asked, Head, Json],
    ) -> ChatReply:
        asked, head, value = came
        if not picker.take(value, reply):
            if isinstance(value, dict) and envelope.is_error(value):
                raise faults.reported(asked, head, envelope.find(value), completion.partial())
            raise faults.invalid(asked, head, f"JSON without {reply.path!r}", _excerpt(value))
        return completion.reply()

    def fold(self, asked: Asked, head: Head) -> "Deltas":
        """Begin to read a stream; raises CallError where no path says what its events hold."""
        if self.paths.delta is None:
            message = f"{asked.host} sent a stream, and no 'delta' says where its text stands"
            raise faults.fault("config", message, head)
        return Deltas(self, self.paths.delta, asked, head)

    def _fold(self, delta: Query, asked: Asked, head: Head, body: bytes) -> ChatReply:
        stream = Deltas(self, delta, asked, head)
        stream.notes.add("content_type_mismatch", f"JSON lines as {head.content_type!r}")
        for line in LINE.finditer(body):
            text, replaced = decode(line[0])
            if replaced:
                stream.notes.add("utf8_replaced")
            stream.take("", text, line.start())
            if stream.done:
                break
        return stream.end(b"", "")


class Deltas(Fold):
    """Takes events, or lines, of JSON that each hold a piece of the text.

    Where there is a path for the finish reason, that or `[DONE]` says that the reply is whole,
    else the clean end of the stream.
    """

    def __init__(self, reader: Reader, delta: Query, asked: Asked, head: Head) -> None:
        super().__init__(FORM, asked, head)
        self._reader = reader
        self._delta = delta
        paths = reader.paths
        self._completion = Completion(asked, streamed=True, fields=paths.fields)
        self.notes = self._completion.notes
        if not asked.stream:
            self.notes.add("unrequested_stream")
        self._picker = Picker(paths, asked, head, self._completion)
        self._spoken = False
        self._seen = ""

    def take(self, event: str, data: str, offset: int) -> None:
        """Take one event, which began at byte `offset`; raises CallError where it is an error."""
        try:
            value: Json = json.loads(data)
        except (ValueError, RecursionError):
            self._take_text(event, data, offset)
            return
        self.usable = True
        if event == "error":
            raise self._error(envelope.find(value))
        self._take_value(value)
        self._seen = self._seen or data

    def _take_value(self, value: Json) -> None:
        found = self._picker.take(value, self._delta)
        if not found and isinstance(value, dict) and envelope.is_error(value):
            raise self._error(envelope.find(value))
        self._spoken |= found
        self.contents += self._picker.fresh

    def _take_object(self, event: str, chunk: JsonObject) -> None:
        del event
        self._take_value(chunk)

    def _take_done(self) -> None:
        self.done = True

    def end(self, raw: bytes, unfinished: str, broken: str = "") -> ChatReply:
        """Give the reply; a last line needs no end, and a body without events may be a reply."""
        if self._head.is_lines and unfinished.strip() and not broken:
            self.take("", unfinished, 0)
            unfinished = ""
        bound(raw)
        if not self.usable and first_value(decode(raw)[0]) is not None:
            return self._reader.read(self._asked, self._head, raw)
        return super().end(raw, unfinished, broken)

    def _finish(self, unfinished: str, broken: str) -> Choice:
        if not self.done and unfinished.strip() == DONE:
            self.notes.add("missing_done", "no blank line after it")
            self.done = True
        choice, awaited = self._picker.choice, self._reader.paths.finish_reason
        finished = choice.finish_reason is not None or (awaited is None and not broken)
        if not self.done and not finished:
            named = awaited.path if awaited else ""
            raise self._truncated(broken or f"the stream ended without {named!r} or [DONE]")
        if not self._spoken:
            why = f"a stream without any {self._delta.path!r}"
            raise faults.invalid(self._asked, self._head, why, self._seen)
        if broken and not self.done:
            self.notes.add("missing_done", broken)
        return choice


def _note_delivery(
    completion: Completion, asked: Asked, head: Head, rest: str, *, replaced: bool
) -> None:
    notes = completion.notes
    if replaced:
        notes.add("utf8_replaced")
    if rest:
        notes.add("trailing_data", rest)
    if not head.is_json:
        notes.add("content_type_mismatch", f"JSON as {head.content_type!r}")
    if asked.stream:
        notes.add("not_streamed")


def _excerpt(value: Json) -> str:
    """Give the beginning of a value; one that is too deep to be written has none."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""
