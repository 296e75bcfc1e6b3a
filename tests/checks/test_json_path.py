"""The check `json_path`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.json_path import JsonPath
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

MEAL = json.dumps(
    {
        "dish": "bun",
        "calories": 420,
        "vegan": True,
        "note": None,
        "parts": [{"kind": "bread", "fat": 2}, {"kind": "sauce", "fat": 9.5}, {"kind": "egg"}],
    }
)


def check(path: str, **keys: Any) -> JsonPath:
    return JsonPath.model_validate({"path": path, **keys})


@pytest.mark.parametrize(
    ("path", "keys", "reason"),
    [
        ("$.note", {}, "reply has '$.note'"),
        ("$.parts[*]", {"exists": True}, "reply has '$.parts[*]' (3 values)"),
        ("$..error", {"exists": False}, "reply has no '$..error'"),
        ("$.dish", {"equals": "bun"}, '\'$.dish\' is "bun" (expected "bun")'),
        ("$.note", {"equals": None}, "'$.note' is null (expected null)"),
        ("$.calories", {"equals": 420.0}, "'$.calories' is 420 (expected 420.0)"),
        (
            "$.calories",
            {"min": 300, "max": 420},
            "'$.calories' is 420 (expected at least 300 and at most 420)",
        ),
        ("$.dish", {"matches": "u."}, "'$.dish' is \"bun\" (expected a text that matches 'u.')"),
        ("$.parts[0]", {"length": 2, "type": "object"}, None),
        ("$.parts", {"length": {"min": 3}}, None),
        (
            "$.parts[*].kind",
            {"type": "string", "length": {"min": 3}},
            "3 of 3 values of '$.parts[*].kind' are a string and of length at least 3",
        ),
        (
            "$.parts[*].fat",
            {"min": 9, "quantifier": "any"},
            "1 of 2 values of '$.parts[*].fat' are at least 9",
        ),
    ],
)
def test_values_that_are_as_expected_pass(
    path: str, keys: dict[str, Any], reason: str | None, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(path, **keys), turn_of(MEAL))

    assert (verdict.status, verdict.reason) == ("passed", reason or verdict.reason)


@pytest.mark.parametrize(
    ("path", "keys", "reason"),
    [
        ("$.fat", {}, "reply has no '$.fat'"),
        ("$.fat", {"max": 3}, "reply has no '$.fat'"),
        ("$..fat", {"exists": False}, "reply has '$..fat' (2 values)"),
        ("$.calories", {"max": 400}, "'$.calories' is 420, not at most 400"),
        ("$.dish", {"min": 1}, "'$.dish' is \"bun\", not at least 1"),
        ("$.vegan", {"max": 1}, "'$.vegan' is true, not at most 1"),
        ("$.vegan", {"equals": 1}, "'$.vegan' is true, not 1"),
        ("$.vegan", {"type": "integer"}, "'$.vegan' is true, not an integer"),
        ("$.calories", {"matches": "4"}, "'$.calories' is 420, not a text that matches '4'"),
        ("$.calories", {"length": 3}, "'$.calories' is 420, not of length at most 3"),
        (
            "$.dish",
            {"type": "array", "length": {"min": 3}, "equals": 1},
            "'$.dish' is \"bun\", not 1 and an array",
        ),
        (
            "$.parts[*].kind",
            {"matches": "[au]"},
            (
                "1 of 3 values of '$.parts[*].kind' are not a text that matches '[au]': "
                '/parts/2/kind is "egg"'
            ),
        ),
        (
            "$.parts[*].fat",
            {"min": 10, "quantifier": "any"},
            "2 of 2 values of '$.parts[*].fat' are not at least 10: /parts/0/fat is 2",
        ),
    ],
)
def test_values_that_are_not_fail_with_what_is_there(
    path: str, keys: dict[str, Any], reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(path, **keys), turn_of(MEAL))

    assert (verdict.status, verdict.reason) == ("failed", reason)


def test_evidence_points_at_each_value_that_is_wrong(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check("$.parts[*].fat", max=2), turn_of(MEAL))

    assert [(one.pointer, one.message) for one in verdict.evidence] == [
        ("/parts/1/fat", "expected at most 2, got 9.5")
    ]


def test_where_nothing_is_found_evidence_shows_the_value(judge: Judge, turn_of: Turn) -> None:
    (evidence,) = judge(check("$.a"), turn_of('{"b": 1}')).evidence

    assert (evidence.message, evidence.excerpt) == ("nothing found", '{"b": 1}')


def test_of_many_values_twenty_are_shown_and_the_rest_is_counted(
    judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check("$[*]", min=1), turn_of(json.dumps([0] * 50)))

    assert verdict.evidence[-1].message == "and 30 more"


def test_a_key_of_the_model_leaves_the_reason_on_one_line(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check("$.*", max=1), turn_of('{"a\\nb": 2, "c": 3}'))

    assert verdict.reason == "2 of 2 values of '$.*' are not at most 1: /a\\nb is 2"


def test_a_reply_that_is_no_json_fails_with_the_cause(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check("$.a", exists=False), turn_of("no"))

    assert (verdict.status, verdict.reason) == (
        "failed",
        "reply is not JSON: expected a value, found 'no' at 1:1",
    )


def test_what_was_left_out_of_the_reply_is_evidence(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check("$.a"), turn_of('Sure: {"a": 1}', json_from="extracted"))

    assert [(one.message, one.excerpt) for one in verdict.evidence] == [
        ("found", "1"),
        ("left out, read as extracted", "Sure:"),
    ]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"path": "a.b"}, "'a.b' is no JSONPath: expected '$', found a name at position 1"),
        ({"path": "$.a["}, "'$.a[' is no JSONPath: unexpected end of query at position 5"),
        ({"path": "$[?match(@, '(')]"}, "'(' is no pattern: missing ), unterminated"),
        ({"path": "$.a", "matches": "("}, "'(' is no pattern: missing ), unterminated"),
        ({"path": "$.a", "matches": ""}, "this cannot fail: the empty pattern matches every text"),
        ({"path": "$.a", "min": 3, "max": 1}, "no number is at least 3 and at most 1"),
        ({"path": "$.a", "length": {"min": 0}}, "this cannot fail: everything is at least 0"),
        ({"path": "$.a", "exists": False, "equals": None}, "exists: false leaves no value"),
        ({"path": "$", "exists": False}, "this cannot pass: all JSON has a '$'"),
    ],
)
def test_what_cannot_be_judged_is_a_mistake(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        JsonPath.model_validate(keys)

    assert message in str(caught.value)


def test_a_condition_that_is_null_is_none(judge: Judge, turn_of: Turn) -> None:
    keys = {"matches": None, "min": None, "length": None, "type": None}

    assert judge(check("$.note", **keys), turn_of(MEAL)).status == "passed"


def test_a_pattern_that_takes_too_long_is_an_error(judge: Judge, turn_of: Turn) -> None:
    reply = json.dumps({"a": "a" * 40 + "!"})

    verdict = judge(check("$.a", matches="^(a+)+b?$"), turn_of(reply))

    assert (verdict.status, verdict.kind) == ("error", "check_timeout")
