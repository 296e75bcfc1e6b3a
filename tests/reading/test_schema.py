"""A JSON Schema, ready to judge values."""

from typing import Any

import pytest

from evalkit.errors import CheckError
from evalkit.reading.schema import Schema, schema_of


def nested(depth: int) -> Any:
    schema: Any = {}
    for _ in range(depth):
        schema = {"allOf": [schema]}
    return schema


def test_a_schema_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ValueError, match="the schema is nested too deeply"):
        Schema(nested(2_000))


def test_the_same_schema_is_compiled_once() -> None:
    assert schema_of('{"type": "null"}', formats=False) is schema_of(
        '{"type": "null"}', formats=False
    )


@pytest.mark.parametrize(
    ("items", "unique"),
    [
        ([1, True], True),
        ([0, False, None, "", [], {}], True),
        ([["bool", 1], True], True),
        ([{"a": 1, "b": [2]}, {"b": [2.0], "a": 1.0}], False),
        (["a", "a"], False),
        ([[], []], False),
    ],
    ids=["1 and true", "falsy", "a word", "equal objects", "texts", "empty lists"],
)
def test_items_are_unique_as_json_sees_them(items: Any, unique: bool) -> None:  # noqa: FBT001 - a table's column
    assert (Schema({"uniqueItems": True}).violations(items).total == 0) is unique


def test_violations_are_told_in_the_order_of_their_places() -> None:
    schema = Schema({"additionalProperties": {"items": {"type": "null"}}})

    found = schema.violations({"b": [1], "a": [None] * 9 + [1, 2]})

    assert [one.pointer for one in found.told] == ["/a/9", "/a/10", "/b/0"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "none"),
        (1, "expected null, got 1"),
    ],
    ids=["none", "one"],
)
def test_violations_are_told_in_a_sentence(value: Any, told: str) -> None:
    assert str(Schema({"type": "null"}).violations(value)) == told


def test_an_inner_id_moves_the_root_of_references() -> None:
    inner: Any = {"$id": "urn:part", "$defs": {"a": {"type": "null"}}, "$ref": "#/$defs/a"}

    assert Schema({"items": inner}).violations([None, 1]).total == 1


def test_a_reference_without_an_end_is_an_error() -> None:
    with pytest.raises(CheckError, match="schema recursion"):
        Schema({"$ref": "#"}).violations(1)


def test_a_value_that_is_nested_without_an_end_is_an_error() -> None:
    value: Any = 1
    for _ in range(5_000):
        value = [value]

    with pytest.raises(CheckError, match="or the value is nested too deeply for it"):
        Schema({"items": {"$ref": "#"}}).violations(value)


def test_a_schema_of_too_many_schemas_is_refused() -> None:
    with pytest.raises(ValueError, match="a schema may consist of 5,000 schemas at most"):
        Schema({"oneOf": [{} for _ in range(5_000)]})


@pytest.mark.parametrize("draft", ["04", "06", "07"])
def test_a_long_enum_of_mixed_values_is_checked_soon(draft: str) -> None:
    mixed: Any = [value for number in range(10_000) for value in (number, str(number))]
    named = f"http://json-schema.org/draft-{draft}/schema#"

    assert Schema({"$schema": named, "enum": mixed}).violations("7").total == 0


def test_a_key_of_the_models_keeps_the_reason_on_one_line() -> None:
    found = Schema({"additionalProperties": {"type": "null"}}).violations({"a\nb\ud800": 1})

    assert str(found) == "/a\\nb\\\\ud800: expected null, got 1"
