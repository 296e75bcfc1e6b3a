"""What is wrong with a value, as a person would say it."""

from typing import Any

import pytest

from evalkit.reading.schema import Schema
from evalkit.reading.violation import show

TOLD: dict[str, tuple[Any, Any, str]] = {
    "type": ({"type": "number"}, "4", 'expected number, got "4"'),
    "types": ({"type": ["number", "null"]}, "4", 'expected number or null, got "4"'),
    "enum": ({"enum": ["a", 1]}, "b", 'expected one of ["a", 1], got "b"'),
    "const": ({"const": "é"}, "b", 'expected "é", got "b"'),
    "minimum": ({"minimum": 2}, 1, "expected at least 2, got 1"),
    "maximum": ({"maximum": 2}, 3, "expected at most 2, got 3"),
    "exclusive minimum": ({"exclusiveMinimum": 2}, 2, "expected more than 2, got 2"),
    "exclusive maximum": ({"exclusiveMaximum": 2}, 2, "expected less than 2, got 2"),
    "multiple": ({"multipleOf": 5}, 7, "expected a multiple of 5, got 7"),
    "short": ({"minLength": 3}, "ab", 'expected at least 3 characters, got "ab"'),
    "long": ({"maxLength": 1}, "ab", 'expected at most 1 characters, got "ab"'),
    "pattern": ({"pattern": "^a"}, "b", "expected a text that matches '^a', got \"b\""),
    "few items": ({"minItems": 2}, [1], "expected at least 2 items, got [1]"),
    "many items": ({"maxItems": 0}, [1], "expected at most 0 items, got [1]"),
    "unique": ({"uniqueItems": True}, [1, 1.0], "expected no item twice, got [1, 1.0]"),
    "few keys": ({"minProperties": 1}, {}, "expected at least 1 keys, got {}"),
    "many keys": ({"maxProperties": 0}, {"a": 1}, 'expected at most 0 keys, got {"a": 1}'),
    "required": ({"required": ["a"]}, {}, "'a' is a required property, got {}"),
    "extra": (
        {"additionalProperties": False},
        {"a": 1},
        "additional properties are not allowed ('a' was unexpected), got {\"a\": 1}",
    ),
    "unevaluated": (
        {"unevaluatedProperties": False},
        {"a": 1},
        "unevaluated properties are not allowed ('a' was unexpected), got {\"a\": 1}",
    ),
    "depends": (
        {"dependentRequired": {"a": ["b"]}},
        {"a": 1},
        "'b' is a dependency of 'a', got {\"a\": 1}",
    ),
    "contains": ({"contains": {"const": 2}}, [1], 'expected an item that fits {"const": 2}'),
    "contains few": (
        {"contains": {"const": 1}, "minContains": 2},
        [1],
        "expected at least 2 items that fit `contains`, got [1]",
    ),
    "contains many": (
        {"contains": {"const": 1}, "maxContains": 1},
        [1, 1],
        "expected at most 1 items that fit `contains`, got [1, 1]",
    ),
    "not": ({"not": {"type": "null"}}, None, 'expected anything but {"type": "null"}, got null'),
    "nothing": ({"items": False}, [1], "expected at most 0 items, got [1]"),
    "nothing under a key": ({"properties": {"a": False}}, {"a": 1}, "expected nothing here, got 1"),
}


@pytest.mark.parametrize(("schema", "value", "told"), TOLD.values(), ids=list(TOLD))
def test_a_violation_is_told_in_words(schema: Any, value: Any, told: str) -> None:
    (found,) = Schema(schema).violations(value).told

    assert found.message.startswith(told)


def test_of_many_complaints_the_rest_is_counted() -> None:
    kinds = ["string", "null", "boolean", "number", "integer", "array"]
    schema: Any = {"anyOf": [{"type": kind} for kind in kinds]}

    (found,) = Schema(schema).violations({}).told

    assert found.message == "expected string or null or boolean or number or 2 more, got {}"


def test_branches_within_the_nearest_branch_are_followed() -> None:
    schema: Any = {
        "anyOf": [
            {"type": "null"},
            {
                "properties": {
                    "a": {"anyOf": [{"type": "null"}, {"type": "object", "maxProperties": 0}]}
                }
            },
        ]
    }

    (found,) = Schema(schema).violations({"a": {"b": 1}}).told

    assert (found.pointer, found.message) == (
        "/a",
        'expected at most 0 keys, got {"b": 1} (the nearest of 2 branches)',
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [("é\n", '"é\\n"'), ("\ud800", '"\\ud800"'), ("x" * 100, f'"{"x" * 58}…')],
    ids=["letters", "half a character", "long"],
)
def test_a_value_is_shown_as_json_that_can_be_written(value: Any, shown: str) -> None:
    assert show(value) == shown
