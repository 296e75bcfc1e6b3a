"""Keywords of JSON Schema: their equality, their arithmetic, and what they may take."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import CheckError
from evalkit.reading.schema import Schema

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
COLLIDING = [number * (2**61 - 1) for number in range(1, 30_000)]


def fits(schema: Any, value: Any, **keys: Any) -> bool:
    return Schema(schema, **keys).violations(value).total == 0


@given(VALUES)
def test_a_value_is_the_constant_that_it_is(value: Any) -> None:
    assert fits({"const": value}, value)


@given(VALUES, VALUES)
def test_two_values_are_unique_unless_one_is_the_constant_of_the_other(one: Any, two: Any) -> None:
    assert fits({"uniqueItems": True}, [one, two]) is not fits({"const": one}, two)


@given(VALUES, st.lists(VALUES, max_size=4))
def test_a_value_is_one_of_many_where_it_is_the_constant_of_one(one: Any, many: list[Any]) -> None:
    assert fits({"enum": many}, one) is any(fits({"const": each}, one) for each in many)


@pytest.mark.parametrize(
    ("one", "two"),
    [(10**20, 1e20), (2**61 - 1, 2.0**61), (-(10**30), -1e30)],
    ids=["a power of ten", "the edge", "negative"],
)
def test_large_numbers_are_equal_where_they_are_the_same(one: int, two: float) -> None:
    assert fits({"const": one}, two) is (one == two)


def test_numbers_that_were_chosen_to_have_one_hash_are_told_apart_soon() -> None:
    assert fits({"uniqueItems": True}, COLLIDING)


@given(st.integers(min_value=-(10**9), max_value=10**9), st.integers(min_value=0, max_value=6))
def test_a_decimal_is_a_multiple_of_the_unit_of_its_last_place(digits: int, places: int) -> None:
    number = float(f"{digits}e-{places}")

    assert fits({"multipleOf": float(f"1e-{places}")}, number)


TOO_MUCH: dict[str, tuple[Any, Any]] = {
    "properties of many objects": (
        {"items": {"properties": {str(number): True for number in range(4_000)}}},
        [{} for _ in range(50_000)],
    ),
    "the same items again and again": ({"allOf": [{"items": True}] * 1_000}, [1] * 90_000),
    "the same comparison again and again": (
        {"allOf": [{"uniqueItems": True}] * 1_000},
        [{"n": number} for number in range(40_000)],
    ),
    "the same constant again and again": ({"allOf": [{"const": [1] * 90}] * 999}, [1] * 90_000),
    "the same text in many errors": ({"allOf": [{"type": "null"}] * 1_000}, "x" * 1_000_000),
    "unevaluated items": ({"items": True, "unevaluatedItems": False}, [1] * 50_000),
    "unevaluated keys": (
        {"additionalProperties": True, "unevaluatedProperties": False},
        dict.fromkeys(map(str, range(50_000)), 1),
    ),
    "a URI template": ({"format": "uri-template"}, "{" * 100_000),
}


@pytest.mark.parametrize(("schema", "value"), TOO_MUCH.values(), ids=list(TOO_MUCH))
def test_what_would_take_too_many_steps_is_an_error(schema: Any, value: Any) -> None:
    with pytest.raises(CheckError, match="the schema asks for more than 200,000 steps") as caught:
        Schema(schema, formats=True).violations(value)

    assert caught.value.kind == "check_timeout"


LARGE: dict[str, tuple[Any, Any]] = {
    "a long enum for many items": (
        {"items": {"enum": [f"city {number}" for number in range(20_000)]}},
        [f"city {number}" for number in range(20_000)],
    ),
    "many items that differ": (
        {"uniqueItems": True, "items": {"type": "object"}},
        [{"n": number, "m": [number]} for number in range(20_000)],
    ),
    "some unevaluated items": ({"items": True, "unevaluatedItems": False}, [1] * 5_000),
}


@pytest.mark.parametrize(("schema", "value"), LARGE.values(), ids=list(LARGE))
def test_what_is_only_large_is_judged(schema: Any, value: Any) -> None:
    assert fits(schema, value)


def test_a_pattern_counts_only_where_it_stands() -> None:
    schema = {"properties": {"a": {"patternProperties": {"^(a+)+(a+)$": {"type": "null"}}}}}

    assert fits(schema, {"a": {"aa": None}, "a" * 40 + "!": 1})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("relative-json-pointer", "²²²²-01-01"),
        ("regex", "a{99999999999}"),
        ("regex", "(" * 5_000),
    ],
    ids=["digits that are no number", "a large number", "deep"],
)
def test_an_odd_text_has_another_format_and_is_no_bug(name: str, text: str) -> None:
    assert not fits({"format": name}, text, formats=True)
