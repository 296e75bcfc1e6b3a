"""Types and equality of JSON values."""

from typing import Any

import pytest

from evalkit.reading.json_value import JsonType, equal, is_a, type_of, with_article


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({}, "object"),
        ([], "array"),
        ("", "string"),
        (1.5, "number"),
        (1, "integer"),
        (1.0, "integer"),
        (True, "boolean"),
        (None, "null"),
    ],
)
def test_a_value_has_a_type(value: Any, name: str) -> None:
    assert type_of(value) == name


@pytest.mark.parametrize(
    ("value", "wanted", "holds"),
    [
        (1, "number", True),
        (1.5, "integer", False),
        (True, "integer", False),
        (True, "number", False),
        (None, "null", True),
        ("1", "number", False),
    ],
)
def test_an_integer_is_a_number_and_a_boolean_is_none(
    value: Any,
    wanted: JsonType,
    holds: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert is_a(value, wanted) is holds


@pytest.mark.parametrize(
    ("wanted", "told"), [("object", "an object"), ("string", "a string"), ("null", "null")]
)
def test_a_type_is_told_with_its_article(wanted: JsonType, told: str) -> None:
    assert with_article(wanted) == told


def nested(value: Any) -> Any:
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        ({"a": 1, "b": [None]}, {"b": [None], "a": 1}),
        ([True, "x"], [True, "x"]),
        (nested(1), nested(1)),
    ],
    ids=["numbers", "keys in any order", "array", "deep"],
)
def test_the_same_json_is_equal(one: Any, other: Any) -> None:
    assert equal(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (0, None),
        (1, "1"),
        ([], {}),
        ([1], [1, 1]),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {"b": 1}),
        (nested(1), nested(2)),
    ],
    ids=["true", "false", "null", "text", "empty", "length", "deep true", "keys", "deep"],
)
def test_other_json_is_not(one: Any, other: Any) -> None:
    assert not equal(one, other)
