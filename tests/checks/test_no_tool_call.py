"""The check `no_tool_call`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.no_tool_call import NoToolCall
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Views = Callable[..., View]


def calling(*names: str) -> dict[str, Any]:
    return {"tool_calls": [{"name": name, "arguments": "{"} for name in names]}


@pytest.mark.parametrize(
    ("name", "replies", "told"),
    [
        (None, ["Hello"], ("passed", "no tool was called")),
        (None, [calling("a", "b", "a"), "Done"], ("failed", "called: 'a' (2 times), 'b'")),
        ("a", [calling("b")], ("passed", "not called: 'a'")),
        ("a", [calling("b"), calling("a")], ("failed", "called: 'a'")),
        (["a", "b"], [calling("c")], ("passed", "not called: 'a', 'b'")),
        (["a", "b"], [calling("c", "b")], ("failed", "called: 'b'")),
        ("a", [calling("A")], ("passed", "not called: 'a'")),
        (
            None,
            [calling(*"abcdefg")],
            ("failed", "called: 'a', 'b', 'c', 'd', 'e', 2 more"),
        ),
        (None, [calling("x\ny")], ("failed", r"called: 'x\ny'")),
    ],
    ids=["none", "any", "other", "named", "others", "one of them", "case", "many", "odd name"],
)
def test_no_call_is_made_of_what_is_named(
    name: Any, replies: list[Any], told: tuple[str, str], judge: Judge, turn_of: Views
) -> None:
    verdict = judge(NoToolCall.model_validate({"name": name}), turn_of(*replies))

    assert (verdict.status, verdict.reason) == told


def test_all_turns_of_a_conversation_count(judge: Judge, conversation_of: Views) -> None:
    assert judge(NoToolCall(), conversation_of(calling("a"), "Done")).status == "failed"


def test_a_name_that_was_not_sent_is_told_in_evidence(judge: Judge, turn_of: Views) -> None:
    view = turn_of("Hello", tools=[{"name": "delete_account"}])

    verdict = judge(NoToolCall(name="delete_acount"), view)

    assert [one.message for one in verdict.evidence] == [
        "no tool was called",
        "'delete_acount': no tool of that name was sent, did you mean 'delete_account'?",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "no tool has an empty name"),
        (["a", " "], "no tool has an empty name"),
        ("true", "'true' names no tool: write no_tool_call: {} to mean every tool"),
        ([], "at least 1 item"),
    ],
    ids=["empty", "blank", "true", "no names"],
)
def test_what_names_no_tool_is_a_mistake(name: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        NoToolCall.model_validate({"name": name})
