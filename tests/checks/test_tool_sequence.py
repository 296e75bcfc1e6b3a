"""The check `tool_sequence`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.tool_sequence import ToolSequence
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Views = Callable[..., View]


def calling(written: str) -> dict[str, Any]:
    """Call tools of one letter each; a digit behind it is its argument `n`."""
    calls = [(word[0], f'{{"n": {word[1:]}}}' if word[1:] else "") for word in written.split()]
    return {"tool_calls": [{"name": name, "arguments": text} for name, text in calls]}


def item(word: str) -> Any:
    return {"name": word[0], "arguments": {"n": int(word[1:])}} if word[1:] else word


def check(names: str, order: str) -> ToolSequence:
    items = [item(word) for word in names.split()]
    return ToolSequence.model_validate({"names": items, "order": order})


PASSING: dict[str, tuple[str, str, str]] = {
    "exact": ("a b", "exact", "a b"),
    "exact arguments": ("a1 b", "exact", "a1 b2"),
    "in order": ("a b", "in_order", "a b"),
    "in order with others": ("a b", "in_order", "c a c b c"),
    "in order, the second of a name": ("a2 b", "in_order", "a1 a2 b"),
    "in order, twice": ("a a", "in_order", "a b a"),
    "any order": ("a b", "any_order", "c b a"),
    "any order, the general item first": ("a a1", "any_order", "a1 a2"),
    "any order, a chain of moves": ("a a a1", "any_order", "a1 a2 a3"),
}


@pytest.mark.parametrize(("names", "order", "calls"), PASSING.values(), ids=list(PASSING))
def test_calls_in_the_order_that_is_wanted_pass(
    names: str, order: str, calls: str, judge: Judge, turn_of: Views
) -> None:
    assert judge(check(names, order), turn_of(calling(calls))).status == "passed"


FAILING: dict[str, tuple[ToolSequence, str, str]] = {
    "exact, another": (check("a b", "exact"), "a c", "call 2 is 'c', not 'b'"),
    "exact, swapped": (check("a b", "exact"), "b a", "call 1 is 'b', not 'a'"),
    "exact, other arguments": (
        check("a b1", "exact"),
        "a b2",
        "call 2 is not 'b' with {\"n\": 1}: /n: expected 1, got 2",
    ),
    "exact, one missing": (check("a b", "exact"), "a", "call 2 is missing, 'b'; called: 'a'"),
    "exact, one too many": (check("a b", "exact"), "a b c", "call 3, 'c', is one too many"),
    "in order, swapped": (
        check("a b", "in_order"),
        "b a",
        "no call of 'b' behind call 2, 'a'; called: 'b', 'a'",
    ),
    "in order, none": (check("a b", "in_order"), "b", "no call of 'a'; called: 'b'"),
    "in order, other arguments": (
        check("a b1", "in_order"),
        "a b2",
        "no call of 'b' with {\"n\": 1} behind call 1, 'a': /n: expected 1, got 2",
    ),
    "any order, one missing": (
        check("a b c", "any_order"),
        "b",
        "no call is left for 'a', 'c'; called: 'b'",
    ),
    "any order, once instead of twice": (
        check("a a", "any_order"),
        "a b",
        "no call is left for 'a'; called: 'a', 'b'",
    ),
    "any order, other arguments": (
        check("a1 a2", "any_order"),
        "a2 a3",
        "no call is left for 'a' with {\"n\": 1}: /n: expected 1, got 3",
    ),
    "no call": (check("a b", "in_order"), "", "no tool was called, though it should be 'a', 'b'"),
}


@pytest.mark.parametrize(("wanted", "calls", "reason"), FAILING.values(), ids=list(FAILING))
def test_the_first_call_that_is_not_as_wanted_is_told(
    wanted: ToolSequence, calls: str, reason: str, judge: Judge, turn_of: Views
) -> None:
    verdict = judge(wanted, turn_of(calling(calls)))

    assert (verdict.status, verdict.reason) == ("failed", reason)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("exact", "exactly these calls were made: 'a', 'b'"),
        ("in_order", "called in this order: 'a', 'b'"),
        ("any_order", "called in some order: 'a', 'b'"),
    ],
)
def test_what_passes_is_told_too(order: str, reason: str, judge: Judge, turn_of: Views) -> None:
    assert judge(check("a b", order), turn_of(calling("a b"))).reason == reason


def test_calls_run_on_over_the_turns_of_a_conversation(
    judge: Judge, conversation_of: Views
) -> None:
    view = conversation_of(calling("a"), "so far", calling("b"))

    assert judge(check("a b", "exact"), view).status == "passed"


def test_evidence_points_at_the_call_of_each_item(judge: Judge, turn_of: Views) -> None:
    verdict = judge(check("a b c", "any_order"), turn_of(calling("c a")))

    assert [(one.pointer, one.message) for one in verdict.evidence] == [
        ("tool_calls/1", "is 'a'"),
        ("names/1", "no call is 'b'"),
        ("tool_calls/0", "is 'c'"),
    ]


def test_what_is_one_too_many_is_evidence(judge: Judge, turn_of: Views) -> None:
    verdict = judge(check("a", "exact"), turn_of(calling("a b")))

    assert (verdict.evidence[-1].pointer, verdict.evidence[-1].excerpt) == ("tool_calls/1", "b()")


def test_an_item_may_ask_for_exactly_its_arguments(judge: Judge, turn_of: Views) -> None:
    names = [{"name": "a", "arguments": {}, "exact": True}]

    verdict = judge(ToolSequence.model_validate({"names": names}), turn_of(calling("a1")))

    assert verdict.reason == (
        "no call of 'a' with exactly {}: expected only the keys that are written, got also 'n'"
    )


def test_a_call_whose_arguments_are_no_json_is_none_of_a_sequence(
    judge: Judge, turn_of: Views
) -> None:
    verdict = judge(check("a", "in_order"), turn_of(calling("a,")))

    assert verdict.reason == (
        "no call of 'a': arguments are not JSON: expected a value, found ',' at 1:7"
    )


@pytest.mark.parametrize("order", ["exact", "in_order", "any_order"])
def test_many_calls_are_placed_for_many_items(order: str, judge: Judge, turn_of: Views) -> None:
    verdict = judge(check("a " * 99 + "b", order), turn_of(calling("a1 " * 2_000)))

    assert verdict.status == "failed"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "there is no call in it: write no_tool_call: {}"),
        ([""], "this cannot pass: no tool has an empty name"),
        ([{"name": "a", "arguments": {}}], "all arguments fit {}"),
        ([{"name": "a", "schema": {}}], "Extra inputs are not permitted"),
        (["a"] * 101, "at most 100 items"),
    ],
    ids=["empty", "no name", "no arguments", "unknown key", "too many"],
)
def test_what_is_no_sequence_is_a_mistake(names: list[Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ToolSequence.model_validate({"names": names})
