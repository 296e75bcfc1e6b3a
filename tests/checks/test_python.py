"""The check `python`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.python import Python
from evalkit.model.chat import ChatReply
from evalkit.model.check import Evidence, Verdict, View
from evalkit.model.dialogue import Call

Judge = Callable[..., Verdict]
Turn = Callable[..., View]

GIVEN = Verdict(status="failed", reason="too rude", evidence=(Evidence(message="line 1"),))


def check(call: Callable[..., Any], **fields: Any) -> Python:
    return Python.model_validate({"call": call, **fields})


@pytest.mark.parametrize(
    ("call", "fields", "told"),
    [
        (lambda text: text == "7", {}, ("passed", "it holds")),
        (lambda text: text != "7", {}, ("failed", "it does not hold")),
        (lambda text: len(text) + 1, {"score": 2}, ("passed", "its score is 2 (at most 2)")),
        (lambda: 0.25, {"score": {"min": 0.5}}, ("failed", "its score is 0.25 (at least 0.5)")),
        (lambda: GIVEN, {}, ("failed", "too rude")),
        (lambda json: json == 7, {}, ("passed", "it holds")),
        (lambda reply: isinstance(reply, ChatReply), {}, ("passed", "it holds")),
        (lambda view: view.turn == 0, {}, ("passed", "it holds")),
        (lambda text, n: text == str(n), {"arguments": {"n": 7}}, ("passed", "it holds")),
        (lambda text, n=7: text == str(n), {}, ("passed", "it holds")),
        (lambda **rest: rest == {"n": 7}, {"arguments": {"n": 7}}, ("passed", "it holds")),
    ],
    ids=[
        "true",
        "false",
        "a score",
        "a score too low",
        "a verdict",
        "the JSON",
        "the reply",
        "the view",
        "arguments",
        "a default",
        "any arguments",
    ],
)
def test_what_a_function_returns_decides(
    call: Callable[..., Any],
    fields: dict[str, Any],
    told: tuple[str, str],
    judge: Judge,
    turn_of: Turn,
) -> None:
    verdict = judge(check(call, **fields), turn_of("7"))

    assert (verdict.status, verdict.reason) == told


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: None, "it returned None, not true, false, a finite number or a Verdict"),
        (lambda: "yes", "it returned 'yes', not true, false"),
        (lambda: float("nan"), "it returned nan, not true, false"),
        (lambda: 0.7, "it returned 0.7: say which scores hold, as in score: {min: 0.5}"),
        (lambda: 1 // 0, "ZeroDivisionError: integer division or modulo by zero"),
    ],
    ids=["nothing", "a text", "no number", "a score without limits", "an exception"],
)
def test_what_decides_nothing_is_an_error(
    call: Callable[..., Any], reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(call), turn_of("7"))

    assert (verdict.status, verdict.kind) == ("error", "check_bug")
    assert verdict.reason.startswith(reason)


def test_a_reply_that_is_no_json_fails_where_the_json_is_asked_for(
    judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(lambda json: json), turn_of("seven"))

    assert (verdict.status, verdict.reason.startswith("reply is not JSON: ")) == ("failed", True)


def test_the_call_is_asked_for_with_its_time_limit(turn_of: Turn) -> None:
    question = next(check(len, arguments={"obj": "x"}, timeout="2s").verdict(turn_of("7")))

    assert question == Call(len, {"obj": "x"}, seconds=2.0)


@pytest.mark.parametrize(
    "reply",
    [{"refusal": "I won't"}, {"text": "", "finish_reason": "length"}, "seven"],
    ids=["refused", "cut", "prose"],
)
def test_a_reply_without_json_is_shown_as_evidence(reply: Any, judge: Judge, turn_of: Turn) -> None:
    assert judge(check(lambda json: json), turn_of(reply)).evidence


@pytest.mark.parametrize(
    ("call", "fields", "message"),
    [
        (lambda prompt: prompt, {}, "nothing is given for its parameter 'prompt': there are text"),
        (lambda text: text, {"arguments": {"text": "x"}}, "arguments cannot hold 'text'"),
        ("my:check", {}, "callable"),
    ],
    ids=["an unknown parameter", "what is judged", "no callable"],
)
def test_what_cannot_be_called_is_a_mistake(
    call: Any, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        check(call, **fields)
