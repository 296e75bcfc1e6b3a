"""The check `tool_call`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.tool_call import ToolCall
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Views = Callable[..., View]

WEATHER = [{"type": "function", "function": {"name": "get_weather"}}]


def check(**keys: Any) -> ToolCall:
    return ToolCall.model_validate({"name": "get_weather", **keys})


def calling(*arguments: str, name: str = "get_weather") -> dict[str, Any]:
    return {"tool_calls": [{"name": name, "arguments": text} for text in arguments]}


OSLO = {"arguments": {"city": "Oslo"}}

ANSWERS: dict[str, tuple[dict[str, Any], list[Any], tuple[str, str]]] = {
    "named": ({}, [calling("{}")], ("passed", "1 call of 'get_weather' was made")),
    "no arguments at all are an empty object": (
        {"arguments": {}, "exact": True},
        [calling("")],
        ("passed", "1 call of 'get_weather' with exactly {} was made"),
    ),
    "a subset": (
        OSLO,
        [calling('{"days": 2, "city": "Oslo"}')],
        ("passed", '1 call of \'get_weather\' with {"city": "Oslo"} was made'),
    ),
    "a later round of the turn": (
        OSLO,
        [calling('{"city": "Bergen"}'), calling('{"city": "Oslo"}'), "7 °C"],
        ("passed", '1 call of \'get_weather\' with {"city": "Oslo"} was made'),
    ),
    "another value": (
        OSLO,
        [calling('{"city": "Bergen"}')],
        (
            "failed",
            (
                'no call of \'get_weather\' with {"city": "Oslo"} was made: '
                '/city: expected "Oslo", got "Bergen"'
            ),
        ),
    ),
    "a missing key": (
        {"arguments": {"at": {"city": "Oslo"}}},
        [calling('{"at": {}}')],
        (
            "failed",
            (
                'no call of \'get_weather\' with {"at": {"city": "Oslo"}} was made: '
                '/at/city: expected "Oslo", got nothing'
            ),
        ),
    ),
    "a key too many": (
        {**OSLO, "exact": True},
        [calling('{"city": "Oslo", "days": 2}')],
        (
            "failed",
            (
                'no call of \'get_weather\' with exactly {"city": "Oslo"} was made: '
                "expected only the keys that are written, got also 'days'"
            ),
        ),
    ),
    "the nearest of several": (
        {"arguments": {"city": "Oslo", "days": 1}},
        [calling("{", '{"city": "Bergen"}', '{"city": "Oslo", "days": 2}')],
        (
            "failed",
            (
                'no call of \'get_weather\' with {"city": "Oslo", "days": 1} was made: '
                "/days: expected 1, got 2 (the nearest of 3 calls)"
            ),
        ),
    ),
    "a schema": (
        {"schema": {"required": ["city"]}},
        [calling('{"city": 1}')],
        ("passed", "1 call of 'get_weather' that fits the schema was made"),
    ),
    "a schema that is violated": (
        {"schema": {"properties": {"city": {"type": "string"}}}},
        [calling('{"city": 7}')],
        (
            "failed",
            (
                "no call of 'get_weather' that fits the schema was made: "
                "/city: expected string, got 7"
            ),
        ),
    ),
    "no JSON": (
        OSLO,
        [calling('{"city":\n "Osl')],
        (
            "failed",
            (
                'no call of \'get_weather\' with {"city": "Oslo"} was made: '
                "arguments are not JSON: the text ends inside a string at 2:2"
            ),
        ),
    ),
    "no JSON where any arguments will do": (
        {},
        [calling("{} {}")],
        (
            "failed",
            (
                "no call of 'get_weather' with JSON arguments was made: "
                "arguments are not JSON: more text behind the value at 1:4"
            ),
        ),
    ),
    "no object": (
        OSLO,
        [calling('["Oslo"]')],
        (
            "failed",
            (
                'no call of \'get_weather\' with {"city": "Oslo"} was made: '
                'expected {"city": "Oslo"}, got ["Oslo"]'
            ),
        ),
    ),
    "another tool": (
        {},
        [calling("{}", "{}", name="search")],
        ("failed", "no call of 'get_weather' was made: called: 'search' (2 times)"),
    ),
    "no call": (
        {},
        ["It rains."],
        ("failed", "no call of 'get_weather' was made: no tool was called"),
    ),
    "at most, and none": (
        {"times": 1},
        ["It rains."],
        ("passed", "no call of 'get_weather' was made (at most 1)"),
    ),
    "too many": (
        {"times": {"min": 1, "max": 1}},
        [calling("{}", "{}")],
        (
            "failed",
            "2 calls of 'get_weather' were made, not at least 1 and at most 1",
        ),
    ),
    "too few": (
        {**OSLO, "times": {"min": 2}},
        [calling('{"city": "Oslo"}', '{"city": "oslo"}')],
        (
            "failed",
            (
                '1 call of \'get_weather\' with {"city": "Oslo"} was made, not at least 2: '
                '/city: expected "Oslo", got "oslo"'
            ),
        ),
    ),
}


@pytest.mark.parametrize(("keys", "replies", "told"), ANSWERS.values(), ids=list(ANSWERS))
def test_calls_are_held_to_what_is_wanted(
    keys: dict[str, Any], replies: list[Any], told: tuple[str, str], judge: Judge, turn_of: Views
) -> None:
    verdict = judge(check(**keys), turn_of(*replies, tools=WEATHER))

    assert (verdict.status, verdict.reason) == told


@pytest.mark.parametrize(
    ("tools", "reason"),
    [
        ([], "no tool was called; no tools were sent"),
        (
            [{"name": "get_weather2"}],
            "no tool was called; no tool of that name was sent, did you mean 'get_weather2'?",
        ),
    ],
    ids=["none", "others"],
)
def test_a_tool_that_could_not_be_called_is_told(
    tools: list[Any], reason: str, judge: Judge, turn_of: Views
) -> None:
    verdict = judge(check(), turn_of("It rains.", tools=tools))

    assert verdict.reason == f"no call of 'get_weather' was made: {reason}"


def test_a_conversation_is_judged_as_a_whole(judge: Judge, conversation_of: Views) -> None:
    view = conversation_of(calling("{}"), "7 °C", calling("{}"))

    assert judge(check(times={"min": 2}), view).status == "passed"


def test_evidence_points_at_the_calls_and_into_their_arguments(
    judge: Judge, turn_of: Views
) -> None:
    view = turn_of(calling("{", '{"city": ["Oslo"]}', '{"city": "Oslo"}'))

    verdict = judge(check(**OSLO), view)

    assert [one.pointer for one in verdict.evidence] == [
        "tool_calls/2",
        "tool_calls/1/arguments/city",
        "tool_calls/0/arguments",
    ]


def test_of_many_calls_some_are_shown_and_the_rest_is_counted(judge: Judge, turn_of: Views) -> None:
    verdict = judge(check(), turn_of(calling(*["{}"] * 50)))

    assert (len(verdict.evidence), verdict.evidence[-1].message) == (21, "and 30 more")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"name": " "}, "this cannot pass: no tool has an empty name"),
        ({"name": "true"}, "'true' names no tool: write not: {no_tool_call: {}} to mean any call"),
        ({"arguments": {}}, "all arguments fit {}: write exact: true"),
        ({"exact": True}, "exact compares arguments: write them beside it"),
        ({**OSLO, "schema": {}}, "write arguments or a schema of them, not both"),
        ({"schema": {"type": "text"}}, '/type: expected one of ["array", "boolean"'),
        ({"times": {"min": 0}}, "this cannot fail: everything is at least 0"),
        ({"times": -1}, "this cannot pass: nothing is at most -1"),
        ({"times": {"min": 1.2, "max": 1.8}}, "this cannot pass: no whole number is at least 1.2"),
    ],
    ids=[
        "no name",
        "true",
        "no arguments",
        "nothing exact",
        "both",
        "schema",
        "any number",
        "no number",
        "no whole number",
    ],
)
def test_what_decides_nothing_is_a_mistake(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check(**keys)

    assert message in str(caught.value)


def test_the_calls_share_the_time_that_patterns_may_take(judge: Judge, turn_of: Views) -> None:
    schema = {"properties": {"city": {"pattern": "^(e|ee)+$"}}}
    calls = [f'{{"city": "{"e" * 28}!{number}"}}' for number in range(300)]

    verdict = judge(check(schema=schema), turn_of(calling(*calls)))

    assert (verdict.status, verdict.kind) == ("error", "check_timeout")


HOSTILE: dict[str, tuple[dict[str, Any], str, str]] = {
    "deep arguments": (OSLO, '{"city": ' + "[" * 100_000, "failed"),
    "long integer": (OSLO, f'{{"city": {"9" * 5_000}}}', "failed"),
    "half a character": ({**OSLO, "exact": True}, '{"city": "Oslo", "\\ud800": 1}', "failed"),
    "slow pattern": (
        {"schema": {"properties": {"city": {"pattern": "^(d+)+$"}}}},
        f'{{"city": "{"d" * 30}!"}}',
        "error",
    ),
    "many values": ({"schema": {}}, f"[{'0,' * 100_001}0]", "error"),
}


@pytest.mark.parametrize(("keys", "arguments", "status"), HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_arguments_are_judged_or_an_error_that_can_be_written(
    keys: dict[str, Any], arguments: str, status: str, judge: Judge, turn_of: Views
) -> None:
    verdict = judge(check(**keys), turn_of(calling(arguments)))

    assert Verdict.model_validate_json(verdict.model_dump_json()).status == status
    assert verdict.kind != "check_bug"
