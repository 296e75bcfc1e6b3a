"""The feature `stream_shape`: a stream holds what the whole reply holds."""

from collections.abc import Iterator, Sequence

from evalkit.model.conformance import Finding
from evalkit.model.data import Json, JsonObject
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, quoted, supported, unknown
from evalkit.probe.questions import PLAIN, STREAMED
from evalkit.probe.seen import Raw, Seen

WHOLE, CHUNK = "chat.completion", "chat.completion.chunk"
EMPTY: tuple[Json, ...] = (None, "", [], {})
MOST_NAMED = 6


class StreamShape(Feature):
    """A stream and a whole reply have the same fields, and each chunk the same id and model."""

    place = 50
    group = "streaming"
    title = "stream like non-stream"
    parameter = "stream"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (PLAIN, STREAMED)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        whole, streamed = seen
        if streamed.reply.stream is None:
            return unknown("no stream came")
        odd = [
            *_missing(_fields_of_whole(whole.raw), _fields_of_stream(streamed.raw)),
            *_objects(whole.raw, streamed.raw.chunks),
            *_changing(streamed.raw.chunks),
        ]
        ends = whole.reply.finish_reason, streamed.reply.finish_reason
        if ends[0] != ends[1]:
            odd.append(f"it ends with {ends[1]!r}, the whole reply with {ends[0]!r}")
        return deviates(*odd) if odd else supported()


def _missing(whole: set[str], streamed: set[str]) -> Iterator[str]:
    """Name the fields that only one of the two has."""
    for one, other, where in ((whole, streamed, "whole reply"), (streamed, whole, "stream")):
        names = sorted(one - other)[:MOST_NAMED]
        if names:
            yield f"only the {where} has {', '.join(map(quoted, names))}"


def _fields_of_whole(raw: Raw) -> set[str]:
    data = raw.data
    found = _filled(data) if isinstance(data, dict) else set()
    for choice in raw.choices:
        found |= {f"choice.{name}" for name in _filled(choice) - {"message"}}
        found |= _inner("message", choice.get("message"))
    return found


def _fields_of_stream(raw: Raw) -> set[str]:
    found: set[str] = set()
    for chunk in raw.chunks:
        found |= _filled(chunk)
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else []:
            if isinstance(choice, dict):
                found |= {f"choice.{name}" for name in _filled(choice) - {"delta"}}
                found |= _inner("message", choice.get("delta"))
    return found


def _inner(name: str, value: Json) -> set[str]:
    return {f"{name}.{one}" for one in _filled(value)} if isinstance(value, dict) else set()


def _filled(data: JsonObject) -> set[str]:
    """Name the fields that hold something."""
    return {name for name, value in data.items() if value not in EMPTY}


def _objects(whole: Raw, chunks: Sequence[JsonObject]) -> Iterator[str]:
    data = whole.data
    if isinstance(data, dict) and data.get("object") not in (WHOLE, None):
        yield f"the whole reply's object is {quoted(str(data['object']))}"
    other = [one["object"] for one in chunks if one.get("object") not in (CHUNK, None, "")]
    if other:
        yield f"a chunk's object is {quoted(str(other[0]))}"


def _changing(chunks: Sequence[JsonObject]) -> Iterator[str]:
    for name in ("id", "model"):
        values = {str(one[name]) for one in chunks if one.get(name)}
        if len(values) > 1:
            yield f"the {name} differs from chunk to chunk"
