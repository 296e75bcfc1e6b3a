"""Keywords of JSON Schema judged in bounded time, and equality and arithmetic as JSON has them."""

from collections.abc import Hashable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from evalkit.model.data import Json, JsonObject
from evalkit.reading.descent import Errors, Keyword, descend, judge
from evalkit.reading.effort import COMPARED, effort
from evalkit.reading.schema_document import size

if TYPE_CHECKING:
    from jsonschema import FormatChecker
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

SQUARED = 8_000
"""The square of the length of a URI template that is read in one step."""

HASHED = 2**61 - 1
"""From here on integers may be chosen so that all have one hash."""


def _error(message: str) -> "ValidationError":
    from jsonschema.exceptions import ValidationError

    return ValidationError(message)


def _pattern(_: "Validator", pattern: str, instance: Json, __: Json) -> Errors:
    if isinstance(instance, str) and not effort.get().budget.search(pattern, instance):
        yield _error(f"does not match {pattern!r}")


def _pattern_properties(validator: Any, wanted: JsonObject, instance: Json, _: Json) -> Errors:  # noqa: ANN401 - see `descend`
    if not isinstance(instance, dict):
        return
    budget = effort.get().budget
    for pattern, schema in wanted.items():
        for name, value in instance.items():
            if budget.search(pattern, name):
                yield from descend(validator, value, schema, name)


def _properties(validator: Any, wanted: JsonObject, instance: Json, _: Json) -> Errors:  # noqa: ANN401 - see `descend`
    if isinstance(instance, dict):
        for name, schema in wanted.items():
            if name in instance:
                yield from descend(validator, instance[name], schema, name)


def _prefix_items(validator: Any, wanted: list[Json], instance: Json, _: Json) -> Errors:  # noqa: ANN401 - see `descend`
    if isinstance(instance, list):
        for index, (value, schema) in enumerate(zip(instance, wanted, strict=False)):
            yield from descend(validator, value, schema, index)


def _items(validator: Any, wanted: Json, instance: Json, schema: Any) -> Errors:  # noqa: ANN401 - see `descend`
    if not isinstance(instance, list):
        return
    first = len(schema.get("prefixItems", ()))
    if wanted is False and len(instance) > first:
        yield _error(f"expected at most {first} items")
    elif wanted is not False:
        for index in range(first, len(instance)):
            yield from descend(validator, instance[index], wanted, index)


def _property_names(validator: Any, wanted: Json, instance: Json, _: Json) -> Errors:  # noqa: ANN401 - see `descend`
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, dict):
        for name in instance:
            if next(descend(validator, name, wanted, name), None):
                yield ValidationError("is a key that does not fit", instance=name)


def _additional_properties(validator: Any, wanted: Json, instance: Json, schema: Any) -> Errors:  # noqa: ANN401 - see `descend`
    if not isinstance(instance, dict):
        return
    extra = [name for name in instance if _is_extra(name, schema)]
    if isinstance(wanted, dict):
        for name in extra:
            yield from descend(validator, instance[name], wanted, name)
    elif not wanted and extra:
        names = ", ".join(map(repr, sorted(extra)))
        were = "was" if len(extra) == 1 else "were"
        yield _error(f"additional properties are not allowed ({names} {were} unexpected)")


def _is_extra(name: str, schema: Any) -> bool:  # noqa: ANN401 - parsed JSON
    if name in schema.get("properties", ()):
        return False
    search = effort.get().budget.search
    return not any(search(pattern, name) for pattern in schema.get("patternProperties", ()))


def unique_items(_: "Validator", wanted: Json, instance: Json, __: Json) -> Errors:
    if wanted and isinstance(instance, list) and len(set(map(_key, instance))) < len(instance):
        yield _error("has an item twice")


def _enum(_: "Validator", wanted: list[Json], instance: Json, __: Json) -> Errors:
    limits = effort.get()
    allowed = limits.sets.get(id(wanted))
    if allowed is None:
        allowed = limits.sets[id(wanted)] = frozenset(map(_key, wanted))
    if _key(instance) not in allowed:
        yield _error("is none of these")


def _const(_: "Validator", wanted: Json, instance: Json, __: Json) -> Errors:
    effort.get().step(size(wanted) // COMPARED)
    if _key(instance) != _key(wanted):
        yield _error("is something else")


def _key(value: Json) -> Hashable:
    """Give what is equal for JSON values that are: 1 is 1.0, but true is not 1."""
    if isinstance(value, dict):
        return frozenset((name, _key(child)) for name, child in value.items())
    if isinstance(value, list):
        return tuple(map(_key, value))
    if isinstance(value, bool):
        return bool, value
    if isinstance(value, int | float) and abs(value) >= HASHED:
        return int, hex(int(value))
    return value


def _multiple_of(validator: "Validator", wanted: float, instance: Any, _: Json) -> Errors:  # noqa: ANN401 - parsed JSON
    """Divide as decimals are written: 19.99 is a multiple of 0.01."""
    if (
        validator.is_type(instance, "number")
        and (_exact(instance) / _exact(wanted)).denominator > 1
    ):
        yield _error("leaves a rest")


def _exact(number: float) -> Fraction:
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def _format(validator: Any, wanted: str, instance: Json, _: Json) -> Errors:  # noqa: ANN401 - its protocol leaves out the checker
    checker = validator.format_checker
    if checker is None or not isinstance(instance, str):
        return
    if wanted == "uri-template":
        effort.get().step(len(instance) ** 2 // SQUARED)
    if not _conforms(checker, wanted, instance):
        yield _error("has another format")


def _conforms(checker: "FormatChecker", wanted: str, text: str) -> bool:
    if wanted == "regex" and wanted in checker.checkers:
        return effort.get().budget.is_pattern(text)
    try:
        return checker.conforms(text, wanted)
    except ValueError:  # of relative-json-pointer, for digits that are no number: '²'
        return False


def _ref(validator: Any, wanted: str, instance: Json, schema: Json) -> Errors:  # noqa: ANN401 - see `descend`
    from jsonschema.validators import Draft202012Validator

    targets = effort.get().targets
    if wanted in targets:
        yield from judge(validator, instance, targets[wanted])
    else:
        yield from Draft202012Validator.VALIDATORS["$ref"](validator, wanted, instance, schema)


OWN: dict[str, Keyword] = {
    "$ref": _ref,
    "additionalProperties": _additional_properties,
    "const": _const,
    "enum": _enum,
    "format": _format,
    "items": _items,
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "prefixItems": _prefix_items,
    "properties": _properties,
    "propertyNames": _property_names,
    "uniqueItems": unique_items,
}
