"""Replies of any JSON endpoint: JSONPaths say where each part of them stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from evalkit.dialect import envelope, faults
from evalkit.dialect.asked import Asked
from evalkit.dialect.choice import Choice
from evalkit.dialect.completion import Completion
from evalkit.dialect.envelope import Envelope
from evalkit.dialect.finish import BROKEN
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import compact
from evalkit.dialect.usage import FIELDS
from evalkit.errors import CheckError
from evalkit.model.chat import WarningName
from evalkit.model.data import Json, JsonObject
from evalkit.reading.bounded import Budget
from evalkit.reading.json_query import Query

NOTHING: Sequence[Json] = (None, False, 0, "", [], {})
"""What stands in the place of an error where there is none."""

PLACES = ("id", "index")
"""What else than its function a fragment of a call says."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the parts of a reply stand; None is a part that the endpoint does not give.

    `reply` is the text of a whole reply, `delta` that of one event of a stream.
    """

    reply: Query | None = None
    delta: Query | None = None
    usage: Mapping[str, Query] = field(default_factory=lambda: MappingProxyType({}))
    finish_reason: Query | None = None
    tool_calls: Query | None = None
    model: Query | None = None
    error: Query | None = None

    @property
    def silent(self) -> tuple[WarningName, ...]:
        """The warnings that say nothing here: nobody claims that the endpoint gives these parts."""
        silent: list[WarningName] = []
        if self.finish_reason is None:
            silent.append("missing_finish_reason")
        if len(self.usage) < len(FIELDS):
            silent.append("usage_missing")
        return tuple(silent)

    @property
    def fields(self) -> tuple[str, ...]:
        return ("model",) if self.model else ()


class Picker:
    """Takes JSON and puts what stands at the paths into a completion."""

    def __init__(self, paths: Paths, asked: Asked, head: Head, completion: Completion) -> None:
        self._paths = paths
        self._asked = asked
        self._head = head
        self._completion = completion
        self._budget = Budget()
        self.choice: Choice = completion.choice({"index": 0})
        self.fresh = False
        self._counts: JsonObject = {}

    def take(self, value: Json, text: Query) -> bool:
        """Tell whether there is a text or a call; `fresh` says whether either holds something.

        Raises CallError where the value is an error.
        """
        if found := self.error(value):
            raise faults.reported(self._asked, self._head, found, self._completion.partial())
        texts, calls = self._select(text, value), self._calls(value)
        part: JsonObject = {"content": "".join(map(_text, texts))}
        if calls:
            part["tool_calls"] = calls
        self._completion.head(self._fields(value))
        self.fresh = self.choice.add(part)
        self._end(value)
        return bool(texts or calls)

    def error(self, value: Json) -> Envelope | None:
        """Give the error that the value holds where errors stand."""
        said = [one for one in self._select(self._paths.error, value) if one not in NOTHING]
        if not said:
            return None
        found = envelope.find(said[0])
        return Envelope(found.words or compact(said[0]), found.codes, found.status)

    def _end(self, value: Json) -> None:
        for reason in self._select(self._paths.finish_reason, value)[:1]:
            self.choice.end(reason)
            if self.choice.finish_reason in BROKEN:
                found = envelope.find(value)
                named = found if found.words else Envelope(str(reason))
                raise faults.reported(self._asked, self._head, named, self._completion.partial())

    def _fields(self, value: Json) -> JsonObject:
        fields: JsonObject = {}
        for served in self._select(self._paths.model, value)[:1]:
            fields["model"] = served
        for name, query in self._paths.usage.items():
            for count in self._select(query, value)[:1]:
                self._counts[FIELDS[name]] = count
        return {**fields, "usage": self._counts} if self._counts else fields

    def _calls(self, value: Json) -> list[Json]:
        found = self._select(self._paths.tool_calls, value)
        listed = found[0] if len(found) == 1 else found
        calls = listed if isinstance(listed, list) else [listed]
        return [_call(one) for one in calls if one is not None]

    def _select(self, query: Query | None, value: Json) -> list[Json]:
        if query is None:
            return []
        try:
            return [node.value for node in query.select(value, self._budget)]
        except CheckError as error:
            message = f"{self._asked.host} sent JSON that cannot be read: {error}"
            raise faults.fault("response_invalid", message, self._head) from error


def _text(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else compact(value)


def _call(value: Json) -> Json:
    """Give a call in OpenAI's form, also one that names its function without an object for it."""
    if not isinstance(value, dict) or "function" in value or "name" not in value:
        return value
    sent = value.get("arguments", value.get("input", value.get("args")))
    arguments = sent if sent is None or isinstance(sent, str) else compact(sent)
    kept = {key: value[key] for key in PLACES if key in value}
    return {**kept, "function": {"name": value["name"], "arguments": arguments}}
