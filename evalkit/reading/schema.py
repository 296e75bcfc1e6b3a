"""A JSON Schema, ready to judge values: it opens no file and no socket, and it comes to an end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from evalkit.errors import CheckError
from evalkit.model.check import Evidence
from evalkit.model.data import Json, JsonObject
from evalkit.reading.bounded import Budget
from evalkit.reading.draft import bare, bounded, check, draft_of
from evalkit.reading.effort import Effort, effort
from evalkit.reading.excerpt import in_line
from evalkit.reading.references import follow
from evalkit.reading.schema_document import (
    MOST_VALUES,
    key_patterns,
    pointer,
    size,
    subschemas,
    verify,
)
from evalkit.reading.violation import describe

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

RECURSION = (
    "schema recursion: the schema refers to itself without an end, "
    "or the value is nested too deeply for it"
)
LISTED = 20
"""The most violations that are told of one value."""


@dataclass(frozen=True, slots=True)
class Violations:
    """How many there are, and the first of them in the order of their places."""

    total: int
    told: tuple[Evidence, ...]

    def __str__(self) -> str:
        if not self.told:
            return "none"
        first, more = self.told[0], self.total - 1
        place = f"{in_line(first.pointer)}: " if first.pointer else ""
        return f"{place}{first.message}{f' (and {more} more)' if more else ''}"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        untold = self.total - len(self.told)
        return (*self.told, Evidence(message=f"and {untold} more")) if untold else self.told


@lru_cache(maxsize=256)
def schema_of(text: str, *, formats: bool) -> "Schema":
    """Compile a schema that is given as JSON, once for all who hold the same one."""
    return Schema(json.loads(text), formats=formats)


class Schema:
    """A schema of the draft that its `$schema` names, 2020-12 where it names none."""

    def __init__(self, document: JsonObject, *, formats: bool = False) -> None:
        """Compile it; raises ValueError with the pointer of what is wrong in it."""
        import referencing

        verify(document)
        draft = draft_of(document)
        check(draft, document)
        root = bare(document)
        self.targets = follow(draft, root)
        self.validator = bounded(draft)(
            root,
            registry=referencing.Registry(),
            format_checker=draft.FORMAT_CHECKER if formats else None,
        )
        self.key_patterns = _unbounded_patterns(document)

    def violations(self, value: Json, limits: Effort | None = None) -> Violations:
        """Judge a value; raises CheckError where that takes too much.

        Several values may share what they take: `limits` is what is left of it, for one schema.
        """
        if size(value) > MOST_VALUES:
            raise CheckError("too_large", f"reply has more than {MOST_VALUES:,} JSON values")
        from referencing.exceptions import Unresolvable

        limits = limits or self.limits()
        token = effort.set(limits)
        try:
            self._try_keys(value, limits.budget)
            errors = sorted(self.validator.iter_errors(value), key=_place)
            return Violations(len(errors), tuple(map(describe, errors[:LISTED])))
        except RecursionError:
            raise CheckError("check_bug", RECURSION) from None
        except Unresolvable as error:
            message = f"a reference of the schema leads to nothing: {error}"
            raise CheckError("check_bug", message) from error
        finally:
            effort.reset(token)

    def limits(self, budget: Budget | None = None) -> Effort:
        """Give what one judgement by this schema may take, or several that share it."""
        return Effort(self.targets, budget=budget or Budget())

    def _try_keys(self, value: Json, budget: Budget) -> None:
        """Match the keys under the time limit first; the library then does it without one."""
        names = dict.fromkeys(_keys(value)) if self.key_patterns else {}
        for pattern in self.key_patterns:
            for name in names:
                budget.search(pattern, name)


def _unbounded_patterns(document: JsonObject) -> tuple[str, ...]:
    """Give the patterns of keys that the library matches itself, for `unevaluatedProperties`."""
    schemas = tuple(schema for _, schema in subschemas(document))
    if not any("unevaluatedProperties" in schema for schema in schemas):
        return ()
    return tuple(dict.fromkeys(chain.from_iterable(map(key_patterns, schemas))))


def _keys(value: Json) -> Iterator[str]:
    pending = [value]
    while pending:
        found = pending.pop()
        if isinstance(found, dict):
            yield from found
            pending += found.values()
        elif isinstance(found, list):
            pending += found


def _place(error: "ValidationError") -> tuple[list[tuple[bool, Any]], str]:
    steps = [(isinstance(step, str), step) for step in error.absolute_path]
    return steps, pointer(tuple(error.absolute_schema_path))
