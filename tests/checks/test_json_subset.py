"""The check `json_subset`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.json_subset import JsonSubset
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


def check(value: Any, **keys: Any) -> JsonSubset:
    return JsonSubset.model_validate({"value": value, **keys})


@pytest.mark.parametrize(
    ("value", "reply"),
    [
        ({"a": 1}, '{"a": 1, "b": 2}'),
        ({"a": {"b": [1]}}, '{"a": {"b": [3, 2, 1], "c": 4}}'),
        ([{"a": 1}, {"b": 2}], '[{"b": 2, "c": 3}, {"x": 0}, {"a": 1, "b": 2}]'),
        ([{}, {"a": 1}], '[{"a": 1}, {"b": 1}]'),
        ([], "[1]"),
        ({}, '{"a": 1}'),
        (7, "7.0"),
    ],
    ids=[
        "more keys",
        "deep",
        "items in any order",
        "an item that any item fits leaves the other one its own",
        "empty list",
        "empty object",
        "number",
    ],
)
def test_more_than_is_written_may_be_there(
    value: Any, reply: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(value), turn_of(reply))

    assert (verdict.status, verdict.reason) == ("passed", "reply contains the expected JSON")


@pytest.mark.parametrize(
    ("value", "reply", "told"),
    [
        ({"a": 1}, '{"b": 1}', "/a: expected 1, got nothing"),
        ({"a": None}, "{}", "/a: expected null, got nothing"),
        ({"a": 1}, '{"a": true}', "/a: expected 1, got true"),
        ({"a": {}}, '{"a": []}', "/a: expected {}, got []"),
        ([1, 1], "[1, 2]", "expected an item 1, got none in 2 items"),
        ({"a": [5]}, '{"a": [4]}', "/a: expected an item 5, got none in 1 item"),
        (
            {"parts": [{"kind": "bun", "fat": 2}]},
            '{"parts": [{"kind": "egg", "fat": 3}, {"kind": "bun", "fat": 4}]}',
            "/parts/1/fat: expected 2, got 4",
        ),
    ],
    ids=[
        "missing key",
        "null is a value",
        "true is not 1",
        "another type",
        "two of one",
        "missing item",
        "nearest item",
    ],
)
def test_what_is_written_must_be_there(
    value: Any, reply: str, told: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(value), turn_of(reply))

    assert verdict.reason == f"reply does not contain the expected JSON: {told}"


@pytest.mark.parametrize(
    ("wanted", "reply", "status"),
    [
        (check({"a": 1}, tolerance=0.5), '{"a": 1.5, "b": 1}', "passed"),
        (check([1, 1.5], tolerance=0.5), "[2, 1.5, 9]", "passed"),
        (check([1, 1.5], tolerance=0.5), "[2.1, 1.5, 9]", "failed"),
        (check({"a": "X"}, ignore_case=True), '{"a": "x"}', "passed"),
    ],
)
def test_numbers_and_case_may_differ_where_the_author_says_so(
    wanted: JsonSubset, reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(wanted, turn_of(reply)).status == status


def test_evidence_shows_what_was_left_out_of_the_reply(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check({"a": 1}), turn_of('Sure: {"a": 1}', json_from="extracted"))

    assert [(one.message, one.excerpt) for one in verdict.evidence] == [
        ('contains {"a": 1}', '{"a": 1}'),
        ("left out, read as extracted", "Sure:"),
    ]


def test_an_expected_value_that_is_nested_too_deeply_is_a_mistake() -> None:
    value: Any = 1
    for _ in range(51):
        value = {"a": value}

    with pytest.raises(ValidationError, match="the expected value is nested deeper than 50 levels"):
        check(value)
