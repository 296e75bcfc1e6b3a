"""What is told of replies that are JSON, but do not fit their schema: places and words, exactly."""

from typing import Any, TypeAlias

import pytest

from evalkit.reading.schema import Schema
from evalkit.reading.strict_json import decode

Row: TypeAlias = tuple[Any, str, list[str]]
"""A schema, a reply, and what is told of it: each place, where it is not the whole, and what."""

ROWS: dict[str, Row] = {
    "a wrong type": ({"type": "string"}, "7", ["expected string, got 7"]),
    "several types": ({"type": ["string", "null"]}, "7", ["expected string or null, got 7"]),
    "a wrong type of a whole reply": (
        {"type": "object"},
        '[{"a": 1}]',
        ['expected object, got [{"a": 1}]'],
    ),
    "a number as text": (
        {"properties": {"kcal": {"type": "number"}}},
        '{"kcal": "600"}',
        ['/kcal: expected number, got "600"'],
    ),
    "true is no number": (
        {"properties": {"n": {"type": "integer"}}},
        '{"n": true}',
        ["/n: expected integer, got true"],
    ),
    "a fraction is no integer": (
        {"properties": {"n": {"type": "integer"}}},
        '{"n": 1.5}',
        ["/n: expected integer, got 1.5"],
    ),
    "null is no text": (
        {"properties": {"n": {"type": "string"}}},
        '{"n": null}',
        ["/n: expected string, got null"],
    ),
    "missing": (
        {"required": ["dish", "kcal"]},
        '{"dish": "bun"}',
        ['\'kcal\' is a required property, got {"dish": "bun"}'],
    ),
    "two missing": (
        {"required": ["dish", "kcal"]},
        "{}",
        ["'dish' is a required property, got {}", "'kcal' is a required property, got {}"],
    ),
    "several errors, in the order of places": (
        {
            "properties": {
                "b": {"type": "null"},
                "a": {"type": "null"},
                "c": {"items": {"maximum": 1}},
            }
        },
        '{"a": 1, "b": 2, "c": [3, 0, 5]}',
        [
            "/a: expected null, got 1",
            "/b: expected null, got 2",
            "/c/0: expected at most 1, got 3",
            "/c/2: expected at most 1, got 5",
        ],
    ),
    "several errors at one place": (
        {"minLength": 3, "pattern": "^[a-z]+$", "enum": ["bun"]},
        '"B"',
        [
            'expected one of ["bun"], got "B"',
            'expected at least 3 characters, got "B"',
            "expected a text that matches '^[a-z]+$', got \"B\"",
        ],
    ),
    "indices as numbers": (
        {"items": {"type": "null"}},
        "[null, null, 1, null, null, null, null, null, null, null, 2]",
        ["/2: expected null, got 1", "/10: expected null, got 2"],
    ),
    "a pointer with ~ and /": (
        {"properties": {"a/b": {"properties": {"c~d": {"items": {"type": "null"}}}}}},
        '{"a/b": {"c~d": [null, 1]}}',
        ["/a~1b/c~0d/1: expected null, got 1"],
    ),
    "a pointer with an empty key": (
        {"properties": {"": {"type": "null"}}},
        '{"": 1}',
        ["/: expected null, got 1"],
    ),
    "a pointer with letters": (
        {"properties": {"größe": {"type": "null"}}},
        '{"größe": 1}',
        ["/größe: expected null, got 1"],
    ),
    "anyOf, another kind of value": (
        {"anyOf": [{"type": "object"}, {"type": "null"}]},
        "7",
        ["expected object or null, got 7"],
    ),
    "anyOf, the nearest branch": (
        {"anyOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]},
        '{"b": 1}',
        ["'a' is a required property, got {\"b\": 1} (the nearest of 2 branches)"],
    ),
    "anyOf, the branch that the fixed value chooses": (
        {
            "anyOf": [
                {
                    "properties": {"kind": {"const": "bun"}, "n": {"type": "integer"}},
                    "required": ["kind"],
                },
                {
                    "properties": {"kind": {"const": "oil"}, "ml": {"type": "integer"}},
                    "required": ["kind"],
                },
            ]
        },
        '{"kind": "oil", "ml": "a spoon"}',
        ['/ml: expected integer, got "a spoon" (the nearest of 2 branches)'],
    ),
    "anyOf, no branch is nearer": (
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "{}",
        [
            (
                "expected to fit one of 2 branches: "
                "'a' is a required property; 'b' is a required property, got {}"
            )
        ],
    ),
    "anyOf, only false": ({"anyOf": [False, False]}, "1", ["expected nothing here, got 1"]),
    "anyOf, false and another": (
        {"anyOf": [False, {"type": "string"}]},
        "1",
        ["expected string, got 1 (the nearest of 2 branches)"],
    ),
    "anyOf, one branch": ({"anyOf": [{"type": "string"}]}, "1", ["expected string, got 1"]),
    "anyOf in anyOf": (
        {
            "anyOf": [
                {"type": "null"},
                {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "number"}]}},
            ]
        },
        "[1, true]",
        ["/1: expected string or number, got true (the nearest of 2 branches)"],
    ),
    "oneOf, none": (
        {"oneOf": [{"type": "string"}, {"type": "null"}]},
        "1",
        ["expected string or null, got 1"],
    ),
    "oneOf, two": (
        {"oneOf": [{"type": "integer"}, {"minimum": 2}]},
        "3",
        ["expected to fit exactly one of 2 branches, not several, got 3"],
    ),
    "allOf": (
        {"allOf": [{"minimum": 2}, {"multipleOf": 2}]},
        "1",
        ["expected at least 2, got 1", "expected a multiple of 2, got 1"],
    ),
    "not": (
        {"not": {"type": "string"}},
        '"a"',
        ['expected anything but {"type": "string"}, got "a"'],
    ),
    "if, then": (
        {"if": {"properties": {"kind": {"const": "oil"}}}, "then": {"required": ["ml"]}},
        '{"kind": "oil"}',
        ['\'ml\' is a required property, got {"kind": "oil"}'],
    ),
    "an extra key": (
        {"properties": {"a": {}}, "additionalProperties": False},
        '{"a": 1, "b": 2}',
        ['additional properties are not allowed (\'b\' was unexpected), got {"a": 1, "b": 2}'],
    ),
    "extra keys": (
        {"additionalProperties": False},
        '{"b": 2, "a": 1, "c": 3}',
        [
            (
                "additional properties are not allowed ('a', 'b', 'c' were unexpected), "
                'got {"b": 2, "a": 1, "c": 3}'
            )
        ],
    ),
    "an extra key of the wrong type": (
        {"additionalProperties": {"type": "string"}},
        '{"b": 2}',
        ["/b: expected string, got 2"],
    ),
    "an extra key beside patterns": (
        {"patternProperties": {"^x-": {}}, "additionalProperties": False},
        '{"x-a": 1, "y": 2}',
        ['additional properties are not allowed (\'y\' was unexpected), got {"x-a": 1, "y": 2}'],
    ),
    "unevaluated keys": (
        {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
        '{"a": 1, "b": 2}',
        ['unevaluated properties are not allowed (\'b\' was unexpected), got {"a": 1, "b": 2}'],
    ),
    "unevaluated items": (
        {"prefixItems": [{}], "unevaluatedItems": False},
        "[1, 2]",
        ["unevaluated items are not allowed (2 was unexpected), got [1, 2]"],
    ),
    "a name of a key": (
        {"propertyNames": {"pattern": "^[a-z]+$"}},
        '{"A1": 1}',
        ['expected a key that fits {"pattern": "^[a-z]+$"}, got "A1"'],
    ),
    "a key that is forbidden": (
        {"properties": {"a": False}},
        '{"a": 1}',
        ["/a: expected nothing here, got 1"],
    ),
    "a key that needs another": (
        {"dependentRequired": {"a": ["b"]}},
        '{"a": 1}',
        ["'b' is a dependency of 'a', got {\"a\": 1}"],
    ),
    "enum": (
        {"enum": ["bun", "oil", None, 7]},
        '"Bun"',
        ['expected one of ["bun", "oil", null, 7], got "Bun"'],
    ),
    "a long enum": (
        {"enum": ["a" * 100, "b" * 100]},
        '"x"',
        [f'expected one of ["{"a" * 100}", "{"b" * 13}…, got "x"'],
    ),
    "const": ({"const": {"a": 1}}, '{"a": 2}', ['expected {"a": 1}, got {"a": 2}']),
    "format, asserted": (
        {"format": "date"},
        '"2026-02-30"',
        ['expected the format date, got "2026-02-30"'],
    ),
    "a pattern": (
        {"pattern": "^\\d{4}$"},
        '"12345"',
        ["expected a text that matches '^\\d{4}$', got \"12345\""],
    ),
    "minimum": ({"minimum": 0}, "-0.5", ["expected at least 0, got -0.5"]),
    "maximum": ({"maximum": 100}, "1e3", ["expected at most 100, got 1000.0"]),
    "exclusiveMinimum": ({"exclusiveMinimum": 0}, "0", ["expected more than 0, got 0"]),
    "exclusiveMaximum": ({"exclusiveMaximum": 1.5}, "1.5", ["expected less than 1.5, got 1.5"]),
    "multipleOf": ({"multipleOf": 0.01}, "19.995", ["expected a multiple of 0.01, got 19.995"]),
    "minLength": ({"minLength": 3}, '"👩\u200d💻"', []),
    "maxLength": ({"maxLength": 2}, '"bun"', ['expected at most 2 characters, got "bun"']),
    "minItems": ({"minItems": 2}, "[1]", ["expected at least 2 items, got [1]"]),
    "maxItems": ({"maxItems": 2}, "[1, 2, 3]", ["expected at most 2 items, got [1, 2, 3]"]),
    "an item twice": (
        {"uniqueItems": True},
        '[{"a": 1}, {"a": 1.0}]',
        ['expected no item twice, got [{"a": 1}, {"a": 1.0}]'],
    ),
    "no such item": (
        {"contains": {"const": "bun"}},
        '["oil"]',
        ['expected an item that fits {"const": "bun"}, got ["oil"]'],
    ),
    "no item at all": (
        {"contains": {"type": "string"}},
        "[]",
        ['expected an item that fits {"type": "string"}, got []'],
    ),
    "too many such items": (
        {"contains": {"const": 1}, "maxContains": 1},
        "[1, 1]",
        ["expected at most 1 items that fit `contains`, got [1, 1]"],
    ),
    "items behind the tuple": (
        {"prefixItems": [{}], "items": False},
        "[1, 2, 3]",
        ["expected at most 1 items, got [1, 2, 3]"],
    ),
    "minProperties": ({"minProperties": 1}, "{}", ["expected at least 1 keys, got {}"]),
    "maxProperties": (
        {"maxProperties": 1},
        '{"a": 1, "b": 2}',
        ['expected at most 1 keys, got {"a": 1, "b": 2}'],
    ),
    "a long value": (
        {"type": "null"},
        '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"',
        ['expected null, got "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…'],
    ),
    "a large value": (
        {"type": "null"},
        "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]",
        ["expected null, got [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, …"],
    ),
    "half an emoji": ({"type": "null"}, '"\\ud83d"', ['expected null, got "\\ud83d"']),
    "control characters": (
        {"type": "null"},
        '"a\\u001b[31m\\n"',
        ['expected null, got "a\\u001b[31m\\n"'],
    ),
    "behind a reference": (
        {"$defs": {"dish": {"required": ["name"]}}, "items": {"$ref": "#/$defs/dish"}},
        '[{"name": "bun"}, {}]',
        ["/1: 'name' is a required property, got {}"],
    ),
}


@pytest.mark.parametrize(("schema", "reply", "told"), ROWS.values(), ids=list(ROWS))
def test_every_violation_is_told_at_its_place(schema: Any, reply: str, told: list[str]) -> None:
    value, _ = decode(reply)

    found = Schema(schema, formats=True).violations(value)

    assert [f"{one.pointer}: {one.message}".removeprefix(": ") for one in found.told] == told
