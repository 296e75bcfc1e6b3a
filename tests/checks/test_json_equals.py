"""The check `json_equals`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.json_equals import JsonEquals
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


def check(value: Any, **keys: Any) -> JsonEquals:
    return JsonEquals.model_validate({"value": value, **keys})


@pytest.mark.parametrize(
    ("value", "reply"),
    [
        ({"a": 1, "b": [True, None]}, '{"b": [true, null], "a": 1.0}'),
        (None, "null"),
        ("text", '"text"'),
        ([], "[]"),
    ],
    ids=["keys in any order", "null", "text", "empty"],
)
def test_the_same_json_passes(value: Any, reply: str, judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(value), turn_of(reply))

    assert (verdict.status, verdict.reason) == ("passed", "reply equals the expected JSON")


@pytest.mark.parametrize(
    ("value", "reply", "told"),
    [
        (1, "true", "expected 1, got true"),
        (0, "false", "expected 0, got false"),
        (False, "0", "expected false, got 0"),
        (1, '"1"', 'expected 1, got "1"'),
        (None, "0", "expected null, got 0"),
        ([], "{}", "expected [], got {}"),
        ({"a": 1}, "{}", "/a: expected 1, got nothing"),
        ({}, '{"a": null}', "/a: expected nothing, got null"),
        ({"a": {"b/c": [1, 2]}}, '{"a": {"b/c": [1, 3]}}', "/a/b~1c/1: expected 2, got 3"),
        ([1, 2, 3, 4], "[2, 3, 4]", "/0: expected 1, got nothing"),
        ([1, 2, 3], "[1, 2, 9, 3]", "/2: expected nothing, got 9"),
        ({"__a__": 1}, '{"__a__": 2}', "/__a__: expected 1, got 2"),
        (10**16, str(10**16 + 1), "expected 10000000000000000, got 10000000000000001"),
    ],
)
def test_a_difference_is_told_at_its_place(
    value: Any, reply: str, told: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(value), turn_of(reply))

    assert verdict.reason == f"reply does not equal the expected JSON: {told}"


def test_only_what_differs_is_told_and_all_of_it(judge: Judge, turn_of: Turn) -> None:
    reply = '{"dish": "egg", "calories": 1, "parts": [1, 2]}'

    verdict = judge(check({"dish": "bun", "calories": 1, "parts": [1, 3], "id": 7}), turn_of(reply))

    assert verdict.reason == (
        'reply does not equal the expected JSON: /dish: expected "bun", got "egg" (and 2 more)'
    )
    assert [one.pointer for one in verdict.evidence] == ["/dish", "/parts/1", "/id"]


def test_of_many_differences_twenty_are_shown_and_the_rest_is_counted(
    judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check([0] * 50), turn_of(json.dumps([1] * 50)))

    assert len(verdict.evidence) == 21
    assert verdict.evidence[-1].message == "and 30 more"


def test_of_two_long_texts_the_place_where_they_part_is_shown(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check("a" * 500 + "b"), turn_of(json.dumps("a" * 500 + "c")))

    assert verdict.reason.endswith(f'expected …"{"a" * 20}b", got …"{"a" * 20}c"')


@pytest.mark.parametrize(
    ("wanted", "reply", "status"),
    [
        (check(1, tolerance=0.1), "1.1", "passed"),
        (check(1, tolerance=0.1), "1.10001", "failed"),
        (check(1, tolerance=2), "true", "failed"),
        (check([3, 1], ignore_order=True), "[1, 3.0]", "passed"),
        (check([1, 1, 2], ignore_order=True), "[1, 2, 2]", "failed"),
        (check([[1, 2], [3]], ignore_order=True), "[[3], [2, 1]]", "passed"),
        (check([1, True], ignore_order=True), "[true, true]", "failed"),
        (check([1.0, 1.1], ignore_order=True, tolerance=0.1), "[1.1, 1.2]", "passed"),
        (check({"a": "Straße"}, ignore_case=True), '{"a": "STRASSE"}', "passed"),
        (check({"a": "x"}, ignore_case=True), '{"A": "x"}', "failed"),
        (check(["B", "a"], ignore_case=True, ignore_order=True), '["A", "b"]', "passed"),
        (check({"a": 1, "b": 2}, exclude=["/b"]), '{"a": 1}', "passed"),
        (check({"a": 1}, exclude=["/b"]), '{"a": 1, "b": 2}', "passed"),
        (check({"a": 1, "b": 2}, exclude=["/b"]), '{"a": 2, "b": 2}', "failed"),
        (check([{"id": 1, "n": 2}], exclude=["$[*].id"]), '[{"id": 9, "n": 2}]', "passed"),
        (check([1, 2, 3], exclude=["/1"]), "[1, 9, 3]", "passed"),
        (check([1, 2], exclude=["/1"]), "[1]", "passed"),
        (
            check([{"id": 1, "n": 2}, {"id": 2, "n": 3}], exclude=["$..id"], ignore_order=True),
            '[{"id": 9, "n": 3}, {"n": 2}]',
            "passed",
        ),
    ],
)
def test_what_does_not_count_is_up_to_the_author(
    wanted: JsonEquals, reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(wanted, turn_of(reply)).status == status


@pytest.mark.parametrize(
    ("value", "reply", "told"),
    [
        (
            [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}],
            '[{"id": 2, "n": "c"}, {"id": 1, "n": "a"}]',
            '/0/n: expected "b", got "c"',
        ),
        (["a", "b"], '["b", "c"]', 'expected an item "a", got none in 2 items (and 1 more)'),
        (["a"], '["b", "a"]', '/0: expected nothing, got "b"'),
    ],
    ids=["nearest item", "missing item", "item too many"],
)
def test_without_order_a_difference_is_told_where_the_item_is(
    value: Any, reply: str, told: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(value, ignore_order=True), turn_of(reply))

    assert verdict.reason == f"reply does not equal the expected JSON: {told}"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"exclude": ["a"]}, "'a' is no place: write a JSON pointer /a/0 or a JSONPath $.a[*]"),
        ({"exclude": ["$.a["]}, "'$.a[' is no JSONPath: unexpected end of query at position 5"),
        ({"exclude": ["$"]}, "'$' would exclude the whole value"),
        ({"exclude": [""]}, "'' would exclude the whole value"),
        ({"tolerance": -1}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_judged_is_a_mistake(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check(1, **keys)

    assert message in str(caught.value)


def test_an_expected_value_that_is_nested_too_deeply_is_a_mistake() -> None:
    value: Any = 1
    for _ in range(51):
        value = [value]

    with pytest.raises(ValidationError, match="the expected value is nested deeper than 50 levels"):
        check(value)


def test_a_reply_that_is_no_json_fails_with_the_cause(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check({}), turn_of({"text": "{", "finish_reason": "length"}))

    assert verdict.reason.startswith("reply is not JSON: reply was cut by max_tokens")
    assert [(one.message[:16], one.excerpt) for one in verdict.evidence] == [
        ("reply was cut by", "{")
    ]
