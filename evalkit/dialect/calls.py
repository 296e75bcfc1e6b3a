"""The tool calls of a reply, whole or put together from the fragments of a stream."""

from dataclasses import dataclass, field

from evalkit.dialect.json_text import compact
from evalkit.dialect.notes import Notes
from evalkit.model.chat import CallError, Fault, ToolCall
from evalkit.model.data import Json, JsonObject

MOST_CALLS = 1000


@dataclass(slots=True)
class OpenCall:
    """A call that may still grow."""

    id: str | None
    names: list[str] = field(default_factory=list)
    named: int = 0
    arguments: list[str] = field(default_factory=list)

    def add_name(self, part: str) -> None:
        """Take a piece of the name, or the whole name once more."""
        if len(part) == self.named and part == self.name:
            return
        self.names.append(part)
        self.named += len(part)

    @property
    def name(self) -> str:
        return "".join(self.names)


class Calls:
    """Joins tool calls: an index or an id says where a fragment belongs, else it goes on."""

    def __init__(self, notes: Notes, *, streamed: bool) -> None:
        self._notes = notes
        self._streamed = streamed
        self._calls: list[OpenCall] = []
        self._places: dict[int, OpenCall] = {}
        self._known: dict[str, OpenCall] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, fragments: Json) -> None:
        """Take the `tool_calls` of a message or of a delta."""
        if not isinstance(fragments, list):
            self._notes.add("nonstandard_shape", "tool_calls is no list")
            fragments = [fragments]
        for fragment in fragments:
            if isinstance(fragment, dict):
                self._add(fragment)
            else:
                self._notes.add("nonstandard_shape", "a tool call is no object")

    def _add(self, fragment: JsonObject) -> None:
        call = self._place(fragment)
        function = fragment.get("function")
        if not isinstance(function, dict):
            if function is not None or not self._streamed:
                self._notes.add("nonstandard_shape", "a tool call without a function object")
            return
        name = function.get("name")
        if isinstance(name, str):
            call.add_name(name)
        call.arguments.append(self._arguments(function.get("arguments")))

    def _place(self, fragment: JsonObject) -> OpenCall:
        """Find or open the call that this fragment belongs to."""
        sent, index = fragment.get("id"), fragment.get("index")
        id_ = sent if isinstance(sent, str) and sent else None
        if not self._streamed:
            return self._open(id_, None)
        if not isinstance(index, int):
            self._notes.add("tool_call_repaired", "a tool call without index")
            return self._unindexed(id_)
        call = self._places.get(index)
        if call is None:
            return self._open(id_, index)
        if id_ and call.id and id_ != call.id:
            self._notes.add("tool_call_repaired", f"a new id at the used index {index}")
            return self._open(id_, index)
        if call.id is None and id_ is not None:
            call.id = id_
            self._known.setdefault(id_, call)
        return call

    def _unindexed(self, id_: str | None) -> OpenCall:
        """Open a call for a new id, find the call of a known one, else go on with the last."""
        if id_ is None and self._calls:
            return self._calls[-1]
        known = self._known.get(id_) if id_ is not None else None
        return known or self._open(id_, None)

    def _open(self, id_: str | None, index: int | None) -> OpenCall:
        if len(self._calls) >= MOST_CALLS:
            message = f"the reply has more than {MOST_CALLS:,} tool calls"
            raise CallError(Fault(kind="too_large", message=message))
        call = OpenCall(id_)
        self._calls.append(call)
        if id_ is not None:
            self._known.setdefault(id_, call)
        if index is not None:
            self._places[index] = call
        return call

    def _arguments(self, sent: Json) -> str:
        if isinstance(sent, str):
            return sent
        if sent is None:
            return ""
        self._notes.add("nonstandard_shape", "tool arguments are no text")
        return compact(sent)

    def read(self) -> tuple[ToolCall, ...]:
        """Give the calls as they stand."""
        return tuple(
            ToolCall(id=call.id, name=call.name, arguments="".join(call.arguments))
            for call in self._calls
        )

    def doubt(self) -> None:
        """Warn of what finished calls lack."""
        for call in self._calls:
            if call.id is None:
                self._notes.add("tool_call_repaired", f"{call.name!r} has no id")
            if not any(call.arguments):
                self._notes.add("tool_call_repaired", f"{call.name!r} has empty arguments")
