"""A tool call as an author wants it, and how the arguments of another one differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from evalkit.model.check import Evidence
from evalkit.model.data import Json, JsonObject
from evalkit.reading.effort import Effort
from evalkit.reading.excerpt import shorten, writable
from evalkit.reading.json_ladder import NotJson
from evalkit.reading.json_value import equal
from evalkit.reading.schema import LISTED, Schema, Violations
from evalkit.reading.schema_document import Path, pointer
from evalkit.reading.tool_calls import NO_NAMES, Called, unreadable
from evalkit.reading.violation import show

KEYS = 3
"""The most keys that are told in one difference."""


class Difference(NamedTuple):
    """What is wanted at a place and what is there: nothing, another value, or `extra` keys."""

    path: Path
    want: Json
    have: Json = None
    extra: tuple[str, ...] = ()
    missing: bool = False

    @property
    def evidence(self) -> Evidence:
        place = writable(pointer(self.path))
        if self.missing:
            return Evidence(pointer=place, message=f"expected {show(self.want)}, got nothing")
        return Evidence(pointer=place, message=self._message, excerpt=show(self.have, 200))

    @property
    def _message(self) -> str:
        if not self.extra:
            return f"expected {show(self.want)}, got {show(self.have)}"
        told = ", ".join(repr(shorten(key, 40)) for key in self.extra[:KEYS])
        more = f" and {len(self.extra) - KEYS} more" if len(self.extra) > KEYS else ""
        return f"expected only the keys that are written, got also {told}{more}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that an author wants: by name, and by `arguments`, or a `schema` of them.

    Without `exact` the arguments may have more keys than are written, at any depth.
    """

    name: str
    arguments: JsonObject | None = None
    exact: bool = False
    schema: Schema | None = None

    @property
    def fault(self) -> str | None:
        """Say why it is not what an author can mean."""
        if not self.name.strip():
            return "this cannot pass: no tool has an empty name"
        if self.name in NO_NAMES:
            return (
                f"{self.name!r} names no tool: write not: {{no_tool_call: {{}}}} to mean any call"
            )
        if self.exact and self.arguments is None:
            return "exact compares arguments: write them beside it, or {} for none"
        if self.arguments == {} and not self.exact:
            return "all arguments fit {}: write exact: true for a call without any, or leave it out"
        return None

    @property
    def limits(self) -> Effort | None:
        """What judging several calls by the schema may take together, where there is one."""
        return self.schema.limits() if self.schema else None

    def misfits(self, called: Called, limits: Effort | None = None) -> Violations:
        """Tell how the arguments of a call differ, whatever its name is.

        `limits` is what judging them by a schema may take, together with other calls.
        """
        if isinstance(called.arguments, NotJson):
            return unreadable(called.arguments)
        if self.schema:
            return self.schema.violations(called.arguments, limits)
        if self.arguments is None:
            return Violations(0, ())
        return differences(self.arguments, called.arguments, exact=self.exact)

    def fits(self, called: Called) -> bool:
        """Whether a call is as wanted; nothing is told of it, so that many can be tried."""
        given = called.arguments
        if called.name != self.name or self.arguments is None or isinstance(given, NotJson):
            return called.name == self.name and not self.misfits(called).total
        return next(_walk(self.arguments, given, exact=self.exact), None) is None

    def __str__(self) -> str:
        if self.schema:
            return f"{self.name!r} that fits the schema"
        if self.arguments is None:
            return repr(self.name)
        exactly = "exactly " if self.exact else ""
        return f"{self.name!r} with {exactly}{show(self.arguments)}"


def differences(wanted: Json, found: Json, *, exact: bool) -> Violations:
    """Tell where a value is not as wanted; lists are compared item by item.

    Unless `exact`, objects may have keys that are not wanted. Numbers are compared by value.
    """
    differing = tuple(_walk(wanted, found, exact=exact))
    return Violations(len(differing), tuple(one.evidence for one in differing[:LISTED]))


def _walk(wanted: Json, found: Json, *, exact: bool) -> Iterator[Difference]:
    pending: list[tuple[Path, Json, Json]] = [((), wanted, found)]
    while pending:
        path, want, have = pending.pop()
        if isinstance(want, dict) and isinstance(have, dict):
            yield from _keys(path, want, have, exact=exact)
            below = [((*path, key), want[key], have[key]) for key in want if key in have]
            pending += reversed(below)
        elif isinstance(want, list) and isinstance(have, list) and len(want) == len(have):
            pairs = enumerate(zip(want, have, strict=True))
            pending += reversed([((*path, index), *pair) for index, pair in pairs])
        elif not equal(want, have):
            yield Difference(path, want, have)


def _keys(path: Path, want: JsonObject, have: JsonObject, *, exact: bool) -> Iterator[Difference]:
    for key in want:
        if key not in have:
            yield Difference((*path, key), want[key], missing=True)
    extra = tuple(key for key in have if key not in want) if exact else ()
    if extra:
        yield Difference(path, want, have, extra)
