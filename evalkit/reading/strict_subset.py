"""What OpenAI's strict structured outputs refuse of a JSON Schema, before it is sent.

The rules are those of the guide "Structured model outputs", and of the API's answers where it
refuses what the guide is silent about: https://platform.openai.com/docs/guides/structured-outputs
"""

import json
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from evalkit.model.data import Json, JsonObject
from evalkit.reading.excerpt import shorten
from evalkit.reading.schema_document import Path, pointer

Finding: TypeAlias = tuple[str, str]
"""A JSON pointer into the schema, and what is refused there."""

LEVELS = 10
PROPERTIES = 5_000
ENUM_VALUES = 1_000
CHARACTERS = 120_000
LONG_ENUM = 250
LONG_ENUM_CHARACTERS = 15_000

UNSUPPORTED = {
    "oneOf": "write anyOf",
    "allOf": "write its schemas as one",
    "not": "say what is allowed instead",
    **dict.fromkeys(("if", "then", "else"), "write the cases as branches of anyOf"),
    **dict.fromkeys(
        ("dependentRequired", "dependentSchemas", "dependencies"),
        "write the cases as branches of anyOf",
    ),
    **dict.fromkeys(
        ("patternProperties", "propertyNames", "unevaluatedProperties"),
        "name every property",
    ),
    **dict.fromkeys(("minProperties", "maxProperties"), "leave it out, every property is there"),
    **dict.fromkeys(
        ("contains", "minContains", "maxContains", "uniqueItems", "unevaluatedItems"),
        "leave it out, and check the reply for it",
    ),
    **dict.fromkeys(("prefixItems", "additionalItems"), "write one schema of all items"),
    "default": "leave it out, every property is written",
    **dict.fromkeys(("$dynamicRef", "$recursiveRef"), "write $ref"),
}
"""The keywords that are refused, and what to do instead."""

MAPS = {"properties": 1, "$defs": 0, "definitions": 0}
LISTS = {"anyOf": 0, "oneOf": 0, "allOf": 0}
"""Where schemas stand in a schema, by name or by number, and how many levels deeper."""


class _Place(NamedTuple):
    """A schema inside the document; its `level` counts from the root, or from its definition."""

    path: Path
    schema: Json
    level: int

    def at(self, *steps: str | int) -> str:
        return pointer((*self.path, *steps))


def lint(schema: JsonObject) -> tuple[Finding, ...]:
    """Find everything that a strict `response_format` may not have, in reading order."""
    found = [*_root(schema)]
    schemas: list[JsonObject] = []
    for place in _places(schema):
        found += _one(place)
        schemas += [place.schema] if isinstance(place.schema, dict) else []
    return (*found, *_totals(schemas))


def _places(document: JsonObject) -> Iterator[_Place]:
    """Give every schema of a document, the document itself first; references are not followed."""
    pending = [_Place((), document, 0)]
    while pending:
        place = pending.pop()
        yield place
        if isinstance(place.schema, dict):
            pending += reversed(tuple(_inside(place, place.schema)))


def _inside(place: _Place, schema: JsonObject) -> Iterator[_Place]:
    for keyword, value in schema.items():
        path = (*place.path, keyword)
        if keyword in MAPS and isinstance(value, dict):
            level = place.level + 1 if MAPS[keyword] else 0
            yield from (_Place((*path, name), inner, level) for name, inner in value.items())
        elif keyword in LISTS and isinstance(value, list):
            yield from (_Place((*path, at), inner, place.level) for at, inner in enumerate(value))
        elif keyword == "items":
            yield _Place(path, value, place.level + 1)


def _root(schema: JsonObject) -> Iterator[Finding]:
    if "anyOf" in schema:
        yield "/anyOf", "the root may not be anyOf: put it into a property"
    elif schema.get("type") != "object":
        yield "", "the root is no object: write type: object, and the rest as its property"


def _one(place: _Place) -> Iterator[Finding]:
    schema = place.schema
    if not isinstance(schema, dict):
        shown = shorten(json.dumps(schema), 40)
        yield place.at(), f"{shown} is no schema that is taken: write one with a type"
        return
    for keyword in schema:
        if keyword in UNSUPPORTED:
            yield place.at(keyword), f"{keyword} is not supported: {UNSUPPORTED[keyword]}"
    yield from _reference(place, schema)
    yield from _kind(place, schema)
    if _is(schema, "object"):
        yield from _object(place, schema)
    yield from _enum(place, schema)


def _reference(place: _Place, schema: JsonObject) -> Iterator[Finding]:
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return
    if not reference.startswith("#"):
        message = f"{reference!r} leads out of the schema: define it in $defs"
        yield place.at("$ref"), message
    beside = [repr(keyword) for keyword in schema if keyword not in {"$ref", "$defs"}]
    if place.path and beside:
        message = f"nothing may stand beside $ref: leave out {', '.join(beside)}"
        yield place.at("$ref"), shorten(message, 200)


def _kind(place: _Place, schema: JsonObject) -> Iterator[Finding]:
    """Find what has no type, arrays of anything, and the first level that is too deep."""
    if place.path and not {"type", "$ref", "anyOf", "oneOf", "allOf"} & schema.keys():
        yield place.at(), "a schema without a type is refused: write type, anyOf or $ref"
    if _is(schema, "array") and "items" not in schema:
        yield place.at(), "an array needs items: write the schema of its items"
    if place.level == LEVELS + 1 and (_is(schema, "object") or _is(schema, "array")):
        message = f"{place.level} levels of nesting, {LEVELS} are taken: flatten it, or use $ref"
        yield place.at(), message


def _object(place: _Place, schema: JsonObject) -> Iterator[Finding]:
    if schema.get("additionalProperties") is not False:
        at = ("additionalProperties",) if "additionalProperties" in schema else ()
        yield place.at(*at), "an object needs additionalProperties: false"
    properties, required = schema.get("properties"), schema.get("required")
    known = properties if isinstance(properties, dict) else {}
    named = required if isinstance(required, list) else []
    missing = [repr(name) for name in known if name not in named]
    if missing:
        at = ("required",) if "required" in schema else ()
        message = f"every property is to be required: add {', '.join(missing)}"
        yield place.at(*at), f"{shorten(message, 200)} (null may be one of its types)"
    for index, name in enumerate(named):
        if name not in known:
            yield place.at("required", index), f"{name!r} is required, and no property"


def _enum(place: _Place, schema: JsonObject) -> Iterator[Finding]:
    texts = [value for value in _values(schema) if isinstance(value, str)]
    length = sum(map(len, texts))
    if len(texts) > LONG_ENUM and length > LONG_ENUM_CHARACTERS:
        limit = f"{LONG_ENUM_CHARACTERS:,} are taken of more than {LONG_ENUM} values"
        yield place.at("enum"), f"{length:,} characters of enum values, {limit}: shorten them"


def _totals(schemas: list[JsonObject]) -> Iterator[Finding]:
    """Count over all of the document."""
    properties = values = characters = 0
    for schema in schemas:
        properties += len(_names(schema, "properties"))
        values += len(_values(schema))
        characters += sum(map(len, _texts(schema)))
    limits = (
        (properties, PROPERTIES, "properties"),
        (values, ENUM_VALUES, "enum values"),
        (characters, CHARACTERS, "characters of names, enum and const values"),
    )
    for count, most, what in limits:
        if count > most:
            yield "", f"{count:,} {what} in all, {most:,} are taken: make the schema smaller"


def _texts(schema: JsonObject) -> Iterator[str]:
    for keyword in MAPS:
        yield from _names(schema, keyword)
    values = (*_values(schema), schema.get("const"))
    yield from (value for value in values if isinstance(value, str))


def _names(schema: JsonObject, keyword: str) -> tuple[str, ...]:
    found = schema.get(keyword)
    return tuple(found) if isinstance(found, dict) else ()


def _values(schema: JsonObject) -> list[Json]:
    listed = schema.get("enum")
    return listed if isinstance(listed, list) else []


def _is(schema: JsonObject, kind: str) -> bool:
    written = schema.get("type")
    return written == kind or (isinstance(written, list) and kind in written)
