"""The port to a check: verdicts, views, and what becomes of errors."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.errors import CheckError
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Fault
from evalkit.model.check import Check, Child, Verdict, View
from evalkit.model.dialogue import Ask, Dialogue
from evalkit.model.transcript import Exchange, Transcript

FAULT = Fault(kind="rate_limit", message="status 429 after 4 tries")


class Long(Check):
    """The reply has enough characters."""

    least: int
    most: int | None = None

    def evaluate(self, view: View) -> Verdict:
        length = len(view.reply.text)
        return Verdict.when(length >= self.least, yes=f"{length} are there", no=f"only {length}")


class Raises(Check):
    """It raises what it is given."""

    error: Any

    def evaluate(self, _: View) -> Verdict:
        raise self.error


class Asks(Check):
    """A model says what the verdict is."""

    def judge(self, _: View) -> Dialogue[Verdict]:
        reply = yield Ask("referee", ChatRequest(messages=()))
        return Verdict.when(reply.text == "yes", yes="it said yes", no="it said no")


class Both(Check):
    """A check inside another one."""

    inner: Child


def view_of(text: str = "hello") -> View:
    exchange = Exchange(turn=0, added=(), reply=ChatReply(text=text))
    return View(Transcript(exchanges=(exchange,)), (exchange,), turn=0)


def end(step: Callable[[], object]) -> Verdict:
    """Take the last step of a dialogue, and give its verdict."""
    with pytest.raises(StopIteration) as stop:
        step()
    verdict: Verdict = stop.value.value
    return verdict


@pytest.mark.parametrize(
    ("least", "expected"),
    [(5, ("passed", "5 are there")), (6, ("failed", "only 5"))],
    ids=["yes", "no"],
)
def test_both_answers_have_a_reason(least: int, expected: tuple[str, str]) -> None:
    dialogue = Long(least=least).verdict(view_of())

    verdict = end(lambda: next(dialogue))

    assert (verdict.status, verdict.reason) == expected


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (CheckError("unknown", "no usage"), "unknown", "no usage"),
        (CallError(FAULT), "rate_limit", "status 429 after 4 tries"),
        (ZeroDivisionError("by 0"), "check_bug", "ZeroDivisionError: by 0"),
        (RecursionError("deep"), "check_bug", "RecursionError: deep"),
    ],
    ids=["cannot judge", "call", "bug", "recursion"],
)
def test_whatever_goes_wrong_is_an_error_verdict(error: Exception, kind: str, reason: str) -> None:
    dialogue = Raises(error=error).verdict(view_of())

    verdict = end(lambda: next(dialogue))

    assert (verdict.status, verdict.kind, verdict.reason) == ("error", kind, reason)


def test_an_interruption_is_no_verdict() -> None:
    with pytest.raises(KeyboardInterrupt):
        next(Raises(error=KeyboardInterrupt()).verdict(view_of()))


def test_a_check_may_ask() -> None:
    dialogue = Asks().verdict(view_of())
    next(dialogue)

    verdict = end(lambda: dialogue.send(ChatReply(text="yes")))

    assert verdict.reason == "it said yes"


def test_a_question_that_is_not_answered_is_an_error_verdict() -> None:
    dialogue = Asks().verdict(view_of())
    next(dialogue)

    verdict = end(lambda: dialogue.throw(CallError(FAULT)))

    assert (verdict.status, verdict.kind) == ("error", "rate_limit")


def test_the_first_own_field_is_the_short_form() -> None:
    assert Long.own_fields() == ("least", "most")


@pytest.mark.parametrize(
    "written",
    [{"least": 1, "zzz": 1}, {"least": "1"}, {"least": 1, "weight": 0}],
    ids=["unknown key", "no number", "no weight"],
)
def test_a_check_is_strict_about_what_is_written(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Long.model_validate(written)


def test_a_check_stands_in_a_turn_unless_it_says_otherwise() -> None:
    assert Long(least=1).fits("turn")
    assert not Long(least=1).fits("conversation")


def test_a_child_is_built_by_the_builder_of_the_validation() -> None:
    def build(written: dict[str, int]) -> Check:
        return Long(least=written["long"])

    both = Both.model_validate({"inner": {"long": 3}}, context={"build": build})

    assert both.inner == Long(least=3)


def test_a_child_that_is_built_already_is_kept() -> None:
    child = Long(least=3)

    assert Both(inner=child).inner is child


def test_a_child_is_written_out_with_all_of_its_fields() -> None:
    assert Both(inner=Long(least=3)).model_dump()["inner"]["least"] == 3


def test_what_a_view_computes_is_computed_once() -> None:
    view, calls = view_of(), iter(range(9))

    values = [view.once("key", lambda: next(calls)) for _ in range(3)]

    assert values == [0, 0, 0]


def test_a_view_remembers_nothing_as_well() -> None:
    view, calls = view_of(), iter([None, 1])

    values = [view.once("key", lambda: next(calls)) for _ in range(2)]

    assert values == [None, None]


def test_two_views_share_nothing() -> None:
    assert view_of().once("key", lambda: 1) != view_of().once("key", lambda: 2)


def test_the_reply_of_a_view_is_its_last() -> None:
    said = [Exchange(turn=0, added=(), reply=ChatReply(text=text)) for text in ("a", "b")]

    assert View(Transcript(exchanges=tuple(said)), tuple(said)).reply.text == "b"


def test_a_view_without_a_reply_cannot_be_judged() -> None:
    exchange = Exchange(turn=0, added=())

    with pytest.raises(CheckError, match="there is no reply to judge"):
        _ = View(Transcript(exchanges=(exchange,)), (exchange,)).reply


@pytest.mark.parametrize(("optional", "counts"), [(True, False), (False, True)])
def test_an_optional_verdict_counts_for_nothing(optional: bool, counts: bool) -> None:  # noqa: FBT001 - a table's columns
    assert Verdict(status="failed", reason="x", optional=optional).counts is counts


class Listed(Check):
    """A check whose field is a tuple, as its author would write it."""

    words: tuple[str, ...]

    def evaluate(self, view: View) -> Verdict:
        return Verdict.when(view.reply.text in self.words, yes="it is there", no="it is missing")


def test_a_list_of_yaml_is_a_tuple() -> None:
    assert Listed.model_validate({"words": ["a", "b"]}).words == ("a", "b")


def test_what_stands_in_the_list_stays_strict() -> None:
    with pytest.raises(ValidationError, match="valid string"):
        Listed.model_validate({"words": ["a", 7]})


class Several(Check):
    """A check that holds others."""

    checks: tuple[Child, ...]


def test_a_family_is_a_check_and_all_inside_it() -> None:
    inner = Listed(words=("a",))
    outer = Several(checks=(Several(checks=(inner,)), inner))
    assert [type(one) for one in outer.family] == [Several, Several, Listed, Listed]
