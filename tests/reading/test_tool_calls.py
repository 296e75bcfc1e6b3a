"""Tool calls: their arguments, the tools sent for them, and how many can be judged."""

import pytest

from evalkit.errors import CheckError
from evalkit.model.chat import ChatReply, ToolCall
from evalkit.model.check import View
from evalkit.model.transcript import Exchange, Transcript
from evalkit.reading.json_ladder import NotJson
from evalkit.reading.tool_calls import calls_in, judgeable, offered


def view_of(*arguments: str, tools: tuple[dict[str, object], ...] = ()) -> View:
    """Make a view of one exchange for each call."""
    calls = (ToolCall(name="f", arguments=text) for text in arguments)
    exchanges = tuple(
        Exchange.model_validate(
            {"turn": 0, "added": (), "reply": ChatReply(tool_calls=(call,)), "tools": tools}
        )
        for call in calls
    )
    return View(Transcript(exchanges=exchanges), exchanges, turn=0)


@pytest.mark.parametrize(
    ("text", "value"),
    [("", {}), (" \n", {}), ("{}", {}), (' {"a": [1]} ', {"a": [1]}), ("null", None)],
    ids=["nothing", "space", "empty", "space around", "null"],
)
def test_arguments_are_read_and_nothing_is_an_empty_object(text: str, value: object) -> None:
    assert calls_in(view_of(text))[0].arguments == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1', "the text ends inside the value at 1:8"),
        ('{"a": 1, "a": 2}', "the key 'a' occurs twice at 1:10"),
        ('{"a": NaN}', "NaN is no JSON number at 1:7"),
        ("{}\n{}", "more text behind the value at 2:1"),
        ("```json\n{}\n```", "a code fence or quote around the value at 1:1"),
    ],
    ids=["cut", "twice", "no number", "two values", "fenced"],
)
def test_arguments_are_strict_json_or_why_they_are_not(text: str, told: str) -> None:
    (called,) = calls_in(view_of(text))

    assert isinstance(called.arguments, NotJson)
    assert str(called.arguments) == told


def test_calls_are_numbered_over_all_exchanges_and_read_once() -> None:
    view = view_of("{}", "[]")

    calls = calls_in(view)

    assert [called.pointer for called in calls] == ["tool_calls/0", "tool_calls/1"]
    assert calls_in(view) is calls
    assert calls[1].arguments is calls[1].arguments


def test_definitions_without_a_name_are_no_tools() -> None:
    view = view_of("{}", tools=({"type": "web_search"}, {"name": 7}, {"name": "f"}))

    assert offered(view) == ("f",)


def test_a_call_is_shown_as_text_that_can_be_written() -> None:
    (called,) = calls_in(view_of('{"a": "\ud800"}'))

    assert str(called) == r'f({"a": "\ud800"})'


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{}"] * 2_001, "2,001 tool calls are more than the 2,000 that can be judged"),
        (
            ["[" * 500_001] * 2,
            "the arguments of the tool calls have more than 1,000,000 characters",
        ),
    ],
    ids=["calls", "characters"],
)
def test_too_much_to_judge_is_an_error(arguments: list[str], told: str) -> None:
    calls = calls_in(view_of(*arguments))

    with pytest.raises(CheckError, match=told):
        judgeable(calls)
