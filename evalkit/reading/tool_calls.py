"""The tool calls in view, their arguments read as strict JSON, and the tools that were sent."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Annotated, Final, TypeAlias

from pydantic import Field

from evalkit.errors import CheckError, did_you_mean
from evalkit.model.chat import ToolCall
from evalkit.model.check import Evidence, View
from evalkit.model.data import Json, JsonObject
from evalkit.reading.excerpt import around, ending, line_and_column, shorten, writable
from evalkit.reading.json_ladder import NotJson
from evalkit.reading.json_mistake import SPACE, InvalidJson
from evalkit.reading.schema import Violations
from evalkit.reading.strict_json import decode

MOST_CALLS = 2_000
MOST_CHARACTERS = 1_000_000
"""The most calls whose arguments are judged at once, and the most that they have together."""

NAMED = 5
"""The most names of tools that are told in one sentence."""

NO_NAMES = frozenset({"true", "false", "null"})
"""What somebody writes for a name who means the check without one."""

NO_ARGUMENTS: Final[JsonObject] = {"type": "object", "additionalProperties": False}
"""What fits a function whose definition tells no parameters."""

ANY_ARGUMENTS: Final[JsonObject] = {}
"""What fits a tool that is no function, and so has no schema."""

NO_CALL: Final = "no tool was called"

Names: TypeAlias = str | Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
"""A tool's name, or several."""


@dataclass(frozen=True)
class Called:
    """A call, and the tools that were sent.

    `number` counts the calls in view from 0; `tools` are the schemas of arguments by name.
    """

    number: int
    call: ToolCall
    tools: Mapping[str, Json]

    @cached_property
    def arguments(self) -> Json | NotJson:
        """The arguments, or why they are no JSON; where nothing is sent there are none."""
        text = self.call.arguments
        if not text.strip():
            return {}
        try:
            return _strict(text)
        except InvalidJson as mistake:
            line, column = line_and_column(text, mistake.place)
            return NotJson(mistake.reason, line, column, around(text, mistake.place))

    @property
    def name(self) -> str:
        return self.call.name

    @property
    def shown(self) -> str:
        """The name, quoted: a model may have written anything."""
        return repr(shorten(self.name, 40))

    @property
    def pointer(self) -> str:
        return f"tool_calls/{self.number}"

    def said(self, message: str) -> Evidence:
        """Say something of the whole call."""
        return Evidence(pointer=self.pointer, message=message, excerpt=str(self))

    def wrong(self, violations: Violations) -> tuple[Evidence, ...]:
        """Tell what is wrong with its arguments, at places that lead through the call."""
        place = f"{self.pointer}/arguments"
        return tuple(
            one.model_copy(update={"pointer": f"{place}{one.pointer}"})
            for one in violations.evidence
        )

    def __str__(self) -> str:
        return writable(f"{shorten(self.name, 40)}({shorten(self.call.arguments, 120)})")


def calls_in(view: View) -> tuple[Called, ...]:
    """Give all calls of a view in order, the same ones to every check that asks."""
    return view.once("tool_calls", lambda: tuple(_calls(view)))


def offered(view: View) -> tuple[str, ...]:
    """Name the tools that were sent with any request in view."""
    return tuple(dict.fromkeys(name for one in view.exchanges for name in _by_name(one.tools)))


def unsent(name: str, tools: Iterable[str]) -> str:
    """Say that a tool is none of those that were sent, and which one may be meant."""
    close = "".join(f", {hint}" for hint in did_you_mean(name, tools))
    return f"no tool of that name was sent{close}"


def instead(name: str, view: View) -> str:
    """Say what was called where a tool was not, and whether it could have been."""
    tools = offered(view)
    if name in tools:
        return tally(calls_in(view))
    doubt = unsent(name, tools) if tools else "no tools were sent"
    return f"{tally(calls_in(view))}; {doubt}"


def uncalled(view: View) -> Evidence:
    """Say what was called at all, beside what the reply says instead."""
    return Evidence(
        pointer="tool_calls", message=tally(calls_in(view)), excerpt=ending(view.reply.text)
    )


def tally(calls: Sequence[Called]) -> str:
    """Tell which tools were called, and how often."""
    if not calls:
        return NO_CALL
    counts = Counter(called.name for called in calls)
    told = [
        f"{shorten(name, 40)!r}{f' ({count:,} times)' if count > 1 else ''}"
        for name, count in islice(counts.items(), NAMED)
    ]
    more = [f"{len(counts) - NAMED} more"] if len(counts) > NAMED else []
    return f"called: {', '.join((*told, *more))}"


def quoted(names: Iterable[str]) -> str:
    """Write the first names of a list."""
    distinct = tuple(dict.fromkeys(names))
    more = (f"{len(distinct) - NAMED} more",) if len(distinct) > NAMED else ()
    return ", ".join((*(repr(shorten(name, 40)) for name in distinct[:NAMED]), *more))


def listed(names: Names | None, check: str) -> tuple[str, ...]:
    """Give the names that an author writes; raises ValueError for what names no tool."""
    written = (names,) if isinstance(names, str) else names or ()
    for name in written:
        if not name.strip():
            raise ValueError("no tool has an empty name")
        if name in NO_NAMES:
            raise ValueError(f"{name!r} names no tool: write {check}: {{}} to mean every tool")
    return written


def judgeable(calls: Sequence[Called]) -> Sequence[Called]:
    """Give calls back; raises CheckError where judging their arguments would take too long."""
    if len(calls) > MOST_CALLS:
        message = f"{len(calls):,} tool calls are more than the {MOST_CALLS:,} that can be judged"
        raise CheckError("too_large", message)
    if sum(len(called.call.arguments) for called in calls) > MOST_CHARACTERS:
        message = f"the arguments of the tool calls have more than {MOST_CHARACTERS:,} characters"
        raise CheckError("too_large", message)
    return calls


def unreadable(reading: NotJson) -> Violations:
    """Tell why the arguments of a call are no JSON."""
    told = Evidence(message=f"arguments are not JSON: {reading}", excerpt=writable(reading.excerpt))
    return Violations(1, (told,))


def _calls(view: View) -> Iterator[Called]:
    number = 0
    for exchange in view.exchanges:
        tools = _by_name(exchange.tools)
        for call in exchange.reply.tool_calls if exchange.reply else ():
            yield Called(number, call, tools)
            number += 1


def _strict(text: str) -> Json:
    value, end = decode(text, _behind_space(text, 0))
    place = _behind_space(text, end)
    if place < len(text):
        raise InvalidJson("more text behind the value", place)
    return value


def _behind_space(text: str, place: int) -> int:
    match = SPACE.match(text, place)
    return match.end() if match else place


def _by_name(tools: Iterable[JsonObject]) -> Mapping[str, Json]:
    """Give the schemas of arguments by the tool's name, of nested and of flat definitions."""
    found: dict[str, Json] = {}
    for tool in tools:
        kind = tool.get("type", "function")
        inner = tool.get(str(kind))
        told = inner if isinstance(inner, dict) else tool
        name, parameters = told.get("name"), told.get("parameters")
        if isinstance(name, str):
            schema = NO_ARGUMENTS if parameters is None else parameters
            found.setdefault(name, schema if kind == "function" else ANY_ARGUMENTS)
    return found
