"""The check `tool_arguments_valid`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.tool_arguments_valid import ToolArgumentsValid
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Views = Callable[..., View]

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "maximum": 7}},
    "required": ["city"],
    "additionalProperties": False,
}
NESTED = {"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}
FLAT = {"type": "function", "name": "weather", "parameters": PARAMETERS}
NOW = {"type": "function", "function": {"name": "now"}}
SHELL = {"type": "custom", "custom": {"name": "shell"}}


def check(**keys: Any) -> ToolArgumentsValid:
    return ToolArgumentsValid.model_validate(keys)


def calling(*calls: tuple[str, str]) -> dict[str, Any]:
    return {"tool_calls": [{"name": name, "arguments": text} for name, text in calls]}


@pytest.mark.parametrize("tool", [NESTED, FLAT], ids=["nested", "flat"])
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('{"city": "Oslo"}', ("passed", "arguments fit the parameters of 'weather' (1 call)")),
        (
            '{"city": "Oslo", "days": 9}',
            ("failed", "call of 'weather': /days: expected at most 7, got 9"),
        ),
        (
            '{"city": 7, "days": "9"}',
            ("failed", "call of 'weather': /city: expected string, got 7 (and 1 more)"),
        ),
        ("", ("failed", "call of 'weather': 'city' is a required property, got {}")),
        (
            "{'city': 1}",
            (
                "failed",
                (
                    "call of 'weather': arguments are not JSON: "
                    "single quotes: JSON writes strings in double quotes at 1:2"
                ),
            ),
        ),
    ],
    ids=["fits", "limit", "several", "none", "no JSON"],
)
def test_arguments_are_held_to_the_parameters_of_their_tool(
    arguments: str, told: tuple[str, str], tool: Any, judge: Judge, turn_of: Views
) -> None:
    verdict = judge(check(), turn_of(calling(("weather", arguments)), tools=[tool]))

    assert (verdict.status, verdict.reason) == told


def test_every_violation_of_every_call_is_evidence_at_its_place(
    judge: Judge, turn_of: Views
) -> None:
    calls = ("now", "{}"), ("weather", '{"city": 1, "days": "x"}'), ("wether", "{}")

    verdict = judge(check(), turn_of(calling(*calls), tools=[NESTED, NOW]))

    assert verdict.reason == (
        "2 of 3 calls are wrong, first call of 'weather': "
        "/city: expected string, got 1 (and 1 more)"
    )
    assert [(one.pointer, one.message) for one in verdict.evidence] == [
        ("tool_calls/1/arguments/city", "expected string, got 1"),
        ("tool_calls/1/arguments/days", 'expected integer, got "x"'),
        ("tool_calls/2", "no tool of that name was sent, did you mean 'weather'?"),
    ]


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (("now", "{}"), "passed"),
        (("now", '{"zone": "utc"}'), "failed"),
        (("now", "null"), "failed"),
        (("shell", '"ls"'), "passed"),
    ],
    ids=["none", "some", "no object", "no function"],
)
def test_a_function_without_parameters_takes_no_arguments(
    call: tuple[str, str], status: str, judge: Judge, turn_of: Views
) -> None:
    assert judge(check(), turn_of(calling(call), tools=[NOW, SHELL])).status == status


def test_only_the_calls_of_the_named_tools_are_judged(judge: Judge, turn_of: Views) -> None:
    view = turn_of(calling(("now", "{}"), ("weather", "{}")), tools=[NESTED, NOW])

    verdict = judge(check(name="now"), view)

    assert verdict.reason == "arguments fit the parameters of 'now' (1 call)"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({}, ("passed", "no tool was called")),
        ({"name": "now"}, ("passed", "no call of 'now'")),
        ({"required": True}, ("failed", "no tool was called")),
        ({"name": ["now", "weather"], "required": True}, ("failed", "no call of 'now', 'weather'")),
    ],
    ids=["none", "none of it", "required", "one of them required"],
)
def test_where_nothing_is_called_nothing_is_wrong_unless_a_call_is_required(
    keys: dict[str, Any], told: tuple[str, str], judge: Judge, turn_of: Views
) -> None:
    verdict = judge(check(**keys), turn_of("It rains.", tools=[NESTED, NOW]))

    assert (verdict.status, verdict.reason) == told


def test_each_call_is_held_to_the_tools_of_its_own_request(
    judge: Judge, conversation_of: Views
) -> None:
    with_tools = conversation_of(calling(("now", "{}")), tools=[NOW]).exchanges
    without = conversation_of(calling(("now", "{}"))).exchanges
    view = conversation_of("")
    both = View(view.transcript, (*with_tools, *without))

    verdict = judge(check(), both)

    assert verdict.reason == (
        "1 of 2 calls are wrong, first call of 'now': no tool of that name was sent"
    )


@pytest.mark.parametrize(
    ("keys", "tools", "told"),
    [
        ({}, [], ("no_tools", "no tools were sent: write tools: on the conversation")),
        (
            {"name": "wether"},
            [NESTED],
            (
                "no_tools",
                "'wether' cannot be judged: no tool of that name was sent, did you mean 'weather'?",
            ),
        ),
        (
            {},
            [{"name": "weather", "parameters": {"type": "text"}}],
            (
                "no_schema",
                "the parameters of 'weather' are no valid schema: /type: expected one of [",
            ),
        ),
        (
            {},
            [{"name": "weather", "parameters": "schemas/x.json"}],
            (
                "no_schema",
                (
                    "the parameters of 'weather' are no valid schema: "
                    'expected object, got "schemas/x.json"'
                ),
            ),
        ),
    ],
    ids=["no tools", "a name that was not sent", "an invalid schema", "no schema"],
)
def test_where_there_is_nothing_to_judge_by_it_is_an_error(
    keys: dict[str, Any], tools: list[Any], told: tuple[str, str], judge: Judge, turn_of: Views
) -> None:
    verdict = judge(check(**keys), turn_of(calling(("weather", "{}")), tools=tools))

    kind, reason = told
    assert (verdict.status, verdict.kind) == ("error", kind)
    assert verdict.reason.startswith(reason)


def test_the_calls_share_the_time_that_patterns_may_take(judge: Judge, turn_of: Views) -> None:
    tool = {"name": "f", "parameters": {"properties": {"a": {"pattern": "^(b|bb)+$"}}}}
    calls = [("f", f'{{"a": "{"b" * 28}!{number}"}}') for number in range(300)]

    verdict = judge(check(), turn_of(calling(*calls), tools=[tool]))

    assert (verdict.status, verdict.kind) == ("error", "check_timeout")


def test_true_is_no_name() -> None:
    with pytest.raises(ValidationError, match=r"write tool_arguments_valid: \{\} to mean every"):
        check(name="true")
