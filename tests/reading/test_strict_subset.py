"""What OpenAI's strict structured outputs refuse of a JSON Schema."""

from typing import Any

import pytest

from evalkit.model.data import JsonObject
from evalkit.reading.strict_subset import lint

TEXT: Any = {"type": "string"}


def closed(**properties: Any) -> JsonObject:
    """Make an object as the subset wants it."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def nested(levels: int, kind: str) -> JsonObject:
    """Make a schema whose innermost object or array is so many levels below its root."""
    inner: JsonObject = closed(a=TEXT)
    for _ in range(levels - 1):
        inner = closed(a=inner) if kind == "object" else {"type": "array", "items": inner}
    return closed(a=inner)


TAKEN: dict[str, JsonObject] = {
    "empty object": closed(),
    "texts": closed(a={"type": "string", "pattern": "^a", "format": "date", "minLength": 1}),
    "numbers": closed(
        a={"type": "number", "minimum": 0, "exclusiveMaximum": 9, "multipleOf": 0.5},
    ),
    "arrays": closed(a={"type": "array", "items": TEXT, "minItems": 1, "maxItems": 3}),
    "descriptions": {**closed(a={**TEXT, "description": "x", "title": "A"}), "$schema": "x"},
    "a choice": closed(a={"anyOf": [TEXT, closed(b=TEXT), {"type": "null"}]}),
    "types": closed(a={"type": ["string", "null"]}),
    "values": closed(a={"type": "string", "enum": ["x", "y"]}, b={"type": "string", "const": "z"}),
    "definitions": {**closed(a={"$ref": "#/$defs/a"}), "$defs": {"a": closed(b=TEXT)}},
    "recursion by the root": closed(a={"anyOf": [{"$ref": "#"}, {"type": "null"}]}),
    "recursion by a definition": {
        **closed(a={"$ref": "#/$defs/a"}),
        "$defs": {"a": closed(b={"type": "array", "items": {"$ref": "#/$defs/a"}})},
    },
    "properties named as keywords": closed(oneOf=TEXT, default=TEXT, anyOf=TEXT, items=TEXT),
    "values named as keywords": closed(a={"type": "string", "const": "allOf"}),
    "10 levels of objects": nested(10, "object"),
    "10 levels of arrays": nested(10, "array"),
    "deep definitions": {**closed(a={"$ref": "#/$defs/a"}), "$defs": {"a": nested(10, "object")}},
    "5,000 properties": closed(**{f"p{number}": TEXT for number in range(5_000)}),
    "1,000 enum values": closed(a={"type": "integer", "enum": list(range(1_000))}),
    "250 long enum values": closed(a={"type": "string", "enum": ["x" * 100] * 250}),
    "251 short enum values": closed(a={"type": "string", "enum": ["x" * 59] * 251}),
    "120,000 characters": closed(a={"type": "string", "const": "x" * 119_999}),
}


@pytest.mark.parametrize("schema", TAKEN.values(), ids=list(TAKEN))
def test_what_the_subset_takes_is_not_told(schema: JsonObject) -> None:
    assert lint(schema) == ()


UNSUPPORTED = {
    "oneOf": ([TEXT], "write anyOf"),
    "allOf": ([TEXT], "write its schemas as one"),
    "not": (TEXT, "say what is allowed instead"),
    "if": (TEXT, "write the cases as branches of anyOf"),
    "then": (TEXT, "write the cases as branches of anyOf"),
    "else": (TEXT, "write the cases as branches of anyOf"),
    "dependentRequired": ({}, "write the cases as branches of anyOf"),
    "dependentSchemas": ({}, "write the cases as branches of anyOf"),
    "dependencies": ({}, "write the cases as branches of anyOf"),
    "patternProperties": ({}, "name every property"),
    "propertyNames": (TEXT, "name every property"),
    "unevaluatedProperties": (False, "name every property"),
    "minProperties": (1, "leave it out, every property is there"),
    "maxProperties": (1, "leave it out, every property is there"),
    "contains": (TEXT, "leave it out, and check the reply for it"),
    "minContains": (1, "leave it out, and check the reply for it"),
    "maxContains": (1, "leave it out, and check the reply for it"),
    "uniqueItems": (True, "leave it out, and check the reply for it"),
    "unevaluatedItems": (False, "leave it out, and check the reply for it"),
    "prefixItems": ([TEXT], "write one schema of all items"),
    "additionalItems": (False, "write one schema of all items"),
    "default": ("x", "leave it out, every property is written"),
    "$dynamicRef": ("#a", "write $ref"),
    "$recursiveRef": ("#", "write $ref"),
}


@pytest.mark.parametrize("keyword", UNSUPPORTED)
def test_an_unsupported_keyword_is_told_with_what_to_do(keyword: str) -> None:
    value, advice = UNSUPPORTED[keyword]

    findings = lint(closed(a={"type": ["string", "null"], keyword: value}))

    assert findings == ((f"/properties/a/{keyword}", f"{keyword} is not supported: {advice}"),)


NOT_CLOSED = "an object needs additionalProperties: false"
NO_TYPE = "a schema without a type is refused: write type, anyOf or $ref"
NULL = "(null may be one of its types)"

REFUSED: dict[str, tuple[JsonObject, list[tuple[str, str]]]] = {
    "root is a list": (
        {"type": "array", "items": TEXT},
        [("", "the root is no object: write type: object, and the rest as its property")],
    ),
    "root may be nothing": (
        {**closed(), "type": ["object", "null"]},
        [("", "the root is no object: write type: object, and the rest as its property")],
    ),
    "root is empty": (
        {},
        [("", "the root is no object: write type: object, and the rest as its property")],
    ),
    "root is a reference": (
        {"$ref": "#/$defs/a", "$defs": {"a": closed()}},
        [("", "the root is no object: write type: object, and the rest as its property")],
    ),
    "root is a choice": (
        {"anyOf": [closed(), closed(a=TEXT)]},
        [("/anyOf", "the root may not be anyOf: put it into a property")],
    ),
    "object is open": (
        {"type": "object", "properties": {}, "required": []},
        [("", NOT_CLOSED)],
    ),
    "object says that it is open": (
        {**closed(), "additionalProperties": TEXT},
        [("/additionalProperties", NOT_CLOSED)],
    ),
    "inner object is open": (
        closed(a={"type": "array", "items": {"type": ["object", "null"]}}),
        [("/properties/a/items", NOT_CLOSED)],
    ),
    "branch is open": (
        closed(a={"anyOf": [TEXT, {"type": "object"}]}),
        [("/properties/a/anyOf/1", NOT_CLOSED)],
    ),
    "definition is open": (
        {**closed(), "$defs": {"a/b~c": {"type": "object"}}},
        [("/$defs/a~1b~0c", NOT_CLOSED)],
    ),
    "nothing is required": (
        {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "additionalProperties": False},
        [("", f"every property is to be required: add 'a', 'b' {NULL}")],
    ),
    "one is not required": (
        {**closed(a=TEXT, b=TEXT), "required": ["b"]},
        [("/required", f"every property is to be required: add 'a' {NULL}")],
    ),
    "what is no property is required": (
        {**closed(a=TEXT), "required": ["a", "b"]},
        [("/required/1", "'b' is required, and no property")],
    ),
    "no type": (closed(a={"description": "anything"}), [("/properties/a", NO_TYPE)]),
    "value without a type": (closed(a={"const": "x"}), [("/properties/a", NO_TYPE)]),
    "true": (
        closed(a=True),
        [("/properties/a", "true is no schema that is taken: write one with a type")],
    ),
    "array of anything": (
        closed(a={"type": "array"}),
        [("/properties/a", "an array needs items: write the schema of its items")],
    ),
    "reference out of the schema": (
        closed(a={"$ref": "food.json"}),
        [("/properties/a/$ref", "'food.json' leads out of the schema: define it in $defs")],
    ),
    "beside a reference": (
        {**closed(a={"$ref": "#/$defs/a", "description": "x"}), "$defs": {"a": TEXT}},
        [("/properties/a/$ref", "nothing may stand beside $ref: leave out 'description'")],
    ),
    "inside what is unsupported": (
        closed(a={"oneOf": [{"type": "object"}]}),
        [
            ("/properties/a/oneOf", "oneOf is not supported: write anyOf"),
            ("/properties/a/oneOf/0", NOT_CLOSED),
        ],
    ),
    "11 levels of objects": (
        nested(11, "object"),
        [
            (
                "/properties/a" * 11,
                "11 levels of nesting, 10 are taken: flatten it, or use $ref",
            )
        ],
    ),
    "15 levels of arrays": (
        nested(15, "array"),
        [
            (
                "/properties/a" + "/items" * 10,
                "11 levels of nesting, 10 are taken: flatten it, or use $ref",
            )
        ],
    ),
    "5,001 properties": (
        closed(**{f"p{number}": TEXT for number in range(5_000)}, a=closed()),
        [("", "5,001 properties in all, 5,000 are taken: make the schema smaller")],
    ),
    "1,001 enum values": (
        closed(
            a={"type": "integer", "enum": list(range(600))},
            b={"type": "integer", "enum": list(range(401))},
        ),
        [("", "1,001 enum values in all, 1,000 are taken: make the schema smaller")],
    ),
    "long enum": (
        closed(a={"type": "string", "enum": ["x" * 60] * 251}),
        [
            (
                "/properties/a/enum",
                (
                    "15,060 characters of enum values, "
                    "15,000 are taken of more than 250 values: shorten them"
                ),
            )
        ],
    ),
    "120,001 characters": (
        {
            **closed(ab={"type": "string", "enum": ["x" * 60_000]}),
            "$defs": {"abc": {"type": "string", "const": "x" * 59_996}},
        },
        [
            (
                "",
                (
                    "120,001 characters of names, enum and const values in all, "
                    "120,000 are taken: make the schema smaller"
                ),
            )
        ],
    ),
    "several, in reading order": (
        {
            "type": "object",
            "properties": {"a": {"type": "array", "items": {}}, "b": {**TEXT, "default": "x"}},
        },
        [
            ("", NOT_CLOSED),
            ("", f"every property is to be required: add 'a', 'b' {NULL}"),
            ("/properties/a/items", NO_TYPE),
            (
                "/properties/b/default",
                "default is not supported: leave it out, every property is written",
            ),
        ],
    ),
}


@pytest.mark.parametrize(("schema", "findings"), REFUSED.values(), ids=list(REFUSED))
def test_what_the_subset_refuses_is_told_at_its_place(
    schema: JsonObject, findings: list[tuple[str, str]]
) -> None:
    assert list(lint(schema)) == findings


def test_a_schema_may_be_nested_deeper_than_the_stack() -> None:
    assert len(lint(nested(5_000, "array"))) == 1
