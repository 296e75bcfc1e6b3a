"""Streams whose events each name their type, as those of Responses and of Messages."""

from abc import abstractmethod
from collections.abc import Callable, Mapping

from evalkit.dialect import faults
from evalkit.dialect.asked import Asked
from evalkit.dialect.body import Form
from evalkit.dialect.choice import Choice
from evalkit.dialect.fold import Fold, parsed
from evalkit.dialect.head import Head
from evalkit.model.data import Json, JsonObject

Reader = Callable[[JsonObject], bool]
"""Takes an event; True where it held something of the reply."""


class Typed(Fold):
    """Takes events of known types and ignores all others; it ends with one of `last`."""

    def __init__(self, form: Form, last: frozenset[str], asked: Asked, head: Head) -> None:
        super().__init__(form, asked, head)
        self._last = last
        self._known = False
        self._apart = False
        self._choice = self._completion.choice({"index": 0})
        self._readers = self._reading()

    @abstractmethod
    def _reading(self) -> Mapping[str, Reader]:
        """Give what takes the events of each known type."""

    def _take_object(self, event: str, chunk: JsonObject) -> None:
        named = chunk.get("type")
        if not isinstance(named, str):
            self.notes.add("nonstandard_shape", "an event without a type")
            named = event
        reader = self._readers.get(named)
        if reader is not None:
            self._known = True
            self.contents += reader(chunk)
            self.done = named in self._last

    def _take_done(self) -> None:
        """Ignore an end that is announced in the form of another API."""

    def _finish(self, unfinished: str, broken: str) -> Choice:
        last = None if self.done else parsed(unfinished)
        if last is not None and str(last.get("type")) in self._last:
            self.notes.add("missing_done", "no blank line after the last event")
            self._take_object("", last)
        if not self._known:
            raise faults.invalid(self._asked, self._head, "a stream of events of another API")
        if not self.done:
            missing = " or ".join(sorted(self._last))
            raise self._truncated(broken or f"the stream ended without {missing}")
        return self._choice

    def _inner(self, chunk: JsonObject, key: str) -> JsonObject:
        """Give an object of an event, an empty one where there is none."""
        value = chunk.get(key)
        if not isinstance(value, dict):
            self.notes.add("nonstandard_shape", f"an event without its object {key!r}")
            return {}
        return value

    def _delta(self, chunk: JsonObject) -> Json:
        """Give what an event adds to a text, which is told where it is none."""
        delta = chunk.get("delta")
        if not isinstance(delta, str):
            self.notes.add("nonstandard_shape", f"an event without its text: {chunk.get('type')}")
        return delta

    def _take_thought(self, text: Json) -> bool:
        """Take a piece of reasoning, set apart from what came before where a part begins."""
        if not isinstance(text, str) or not text:
            return False
        if self._apart:
            self._apart = False
            return think(self._choice, text)
        return self._choice.add({"reasoning": text})


def think(choice: Choice, text: Json) -> bool:
    """Take a part of the reasoning, as a paragraph of its own."""
    if not isinstance(text, str) or not text:
        return False
    return choice.add({"reasoning": f"\n\n{text}" if choice.reasoning else text})


def nothing(_: JsonObject) -> bool:
    """Take an event that says nothing of the reply."""
    return False


def place(chunk: JsonObject, key: str) -> int:
    """Give the index that an event names, the first where it names none."""
    index: Json = chunk.get(key)
    return index if isinstance(index, int) else 0
