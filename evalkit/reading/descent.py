"""The way down a schema: every keyword takes the steps it needs, every error knows its place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from evalkit.model.data import Json
from evalkit.reading.effort import COMPARED, WALKED, WRITTEN, effort
from evalkit.reading.schema_document import size

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Errors: TypeAlias = "Iterator[ValidationError]"
Keyword: TypeAlias = Callable[..., "Errors | None"]
"""What judges one keyword: of (validator, the keyword's value, instance, schema)."""

MOVING = frozenset({"$id", "id", "$schema"})
"""Keys of a schema for which the library has to say where its references start."""

SILENT = frozenset({"$ref", "if"})
"""Keywords that the places of errors leave out."""

PAIRED = 400
"""The comparisons of two elements that make a step."""


def descend(validator: Any, instance: Json, schema: Any, step: str | int) -> Errors:  # noqa: ANN401 - its protocol leaves out `descend`
    """Judge a part of a value by a part of a schema; `step` leads to the part of the value."""
    for error in judge(validator, instance, schema):
        error.path.appendleft(step)
        yield error


def judge(validator: Any, instance: Json, schema: Any) -> Errors:  # noqa: ANN401 - see `descend`
    """Judge by each keyword, without the validator that the library would make for each schema."""
    if not isinstance(schema, dict) or not MOVING.isdisjoint(schema):
        yield from validator.descend(instance, schema)
        return
    known = validator.VALIDATORS
    for name, wanted in _applicable(known, schema):
        if name not in known:
            continue
        for error in known[name](validator, wanted, instance, schema):
            error._set(  # noqa: SLF001 - what the library's own descent does
                validator=name, validator_value=wanted, instance=instance, schema=schema
            )
            if name not in SILENT:
                error.schema_path.appendleft(name)
            yield error


def _applicable(known: Mapping[str, Any], schema: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """Give the keywords that count: up to draft 7 a reference has nothing beside it."""
    if "$ref" in schema and "dependentSchemas" not in known:
        return (("$ref", schema["$ref"]),)
    return schema.items()


def counted(name: str, keyword: Keyword) -> Keyword:
    """Let a keyword take the steps that its value, the instance and its errors need."""
    cost = COSTS.get(name)

    def bounded(validator: Any, wanted: Any, instance: Json, schema: Json) -> Errors:  # noqa: ANN401 - any keyword's value
        limits = effort.get()
        limits.step(1 + cost(wanted, instance) if cost else 1)
        for error in keyword(validator, wanted, instance, schema) or ():
            limits.step(1 + len(error.message) // WRITTEN)
            yield error

    return bounded


def _walk(wanted: Json, instance: Json) -> int:
    """Count for a keyword that goes through its own value, the instance, or both, once."""
    return (_length(wanted) + _length(instance)) // WALKED


def _compare(_: Json, instance: Json) -> int:
    """Count for a keyword that compares the instance whole."""
    return size(instance) // COMPARED if isinstance(instance, list | dict) else 0


def _pair(_: Json, instance: Json) -> int:
    """Count for a keyword for which the library compares every element with every other."""
    return _length(instance) ** 2 // PAIRED


def _length(value: Json) -> int:
    return len(value) if isinstance(value, str | list | dict) else 0


COSTS: dict[str, Callable[[Json, Json], int]] = {
    "additionalItems": _walk,
    "additionalProperties": _walk,
    "const": _compare,
    "contains": _walk,
    "dependencies": _walk,
    "dependentRequired": _walk,
    "dependentSchemas": _walk,
    "enum": _compare,
    "format": _walk,
    "items": _walk,
    "patternProperties": _walk,
    "prefixItems": _walk,
    "properties": _walk,
    "propertyNames": _walk,
    "required": _walk,
    "unevaluatedItems": _pair,
    "unevaluatedProperties": _pair,
    "uniqueItems": _compare,
}
