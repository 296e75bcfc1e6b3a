"""Scripts as authors write them, and the rule that fits a request."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.server.asked import Asked
from evalkit.server.rules import Rules, fits
from evalkit.server.script import Reply, Script, When

USER = {"role": "user", "content": "I want a Refund"}
IMAGE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}


def asked(*messages: dict[str, Any], **body: object) -> Asked:
    return Asked.of({"messages": list(messages), **body})  # type: ignore[dict-item] # JSON all the same


def replies(script: dict[str, Any], *users: str) -> list[str | None]:
    rules = Rules(Script.model_validate(script))
    given = (rules.answer(asked({"role": "user", "content": user})).reply for user in users)
    return [reply.text if reply else None for reply in given]


@pytest.mark.parametrize(
    ("when", "request_", "fit"),
    [
        pytest.param({}, asked(USER), True, id="nothing is demanded"),
        pytest.param({"user": "refund"}, asked(USER), True, id="a piece of text, in any case"),
        pytest.param({"user": "return"}, asked(USER), False, id="another text"),
        pytest.param({"user": {"regex": "^I want"}}, asked(USER), True, id="a regex"),
        pytest.param({"user": {"regex": "^want"}}, asked(USER), False, id="a regex that fails"),
        pytest.param({"turn": 2}, asked(USER, USER), True, id="the second user message"),
        pytest.param({"turn": 2}, asked(USER), False, id="the first user message"),
        pytest.param({"image": True}, asked(IMAGE), True, id="an image"),
        pytest.param({"image": True}, asked(USER), False, id="no image"),
        pytest.param({"image": True}, asked(IMAGE, USER), False, id="an image further up"),
        pytest.param({"model": "m"}, asked(USER, model="m"), True, id="the model"),
        pytest.param({"model": "m"}, asked(USER), False, id="no model"),
        pytest.param({"stream": False}, asked(USER, stream=True), False, id="a stream"),
        pytest.param(
            {"system": "angry"},
            asked({"role": "system", "content": "You are angry"}, USER),
            True,
            id="the system prompt",
        ),
        pytest.param({"user": "refund", "turn": 2}, asked(USER), False, id="one of two demands"),
    ],
)
def test_a_rule_fits_when_all_it_names_holds(when: Any, request_: Asked, fit: bool) -> None:  # noqa: FBT001 - a column of the table
    assert fits(When.model_validate(when), request_) is fit


def test_the_first_rule_that_fits_answers() -> None:
    script = {"rules": [{"when": {"user": "a"}, "reply": "one"}, {"reply": "two"}]}
    assert replies(script, "a", "b") == ["one", "two"]


def test_a_rule_with_times_is_spent() -> None:
    script = {"rules": [{"reply": "once", "times": 1}], "otherwise": "after"}
    assert replies(script, "a", "a") == ["once", "after"]


def test_a_list_of_replies_is_gone_through_again_and_again() -> None:
    assert replies({"rules": [{"reply": ["a", "b"]}]}, "x", "x", "x") == ["a", "b", "a"]


def test_without_otherwise_nothing_is_answered() -> None:
    assert replies({"rules": [{"when": {"user": "a"}, "reply": "one"}]}, "b") == [None]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param({}, "a reply needs text, echo", id="nothing"),
        pytest.param({"text": "a", "echo": True}, "one of echo and text, not both", id="two"),
        pytest.param({"text": "a", "fault": "reset"}, "one of fault and text", id="too late"),
        pytest.param({"flagged": ["a"], "fault": "cut"}, "one of fault and flagged", id="uncut"),
        pytest.param({"json": None, "text": "a"}, "one of json and text", id="a null is JSON"),
    ],
)
def test_a_reply_is_one_thing(written: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        Reply.model_validate(written)


def test_a_pattern_that_does_not_compile_is_refused() -> None:
    with pytest.raises(ValidationError, match="no valid regex: missing \\)"):
        When.model_validate({"user": {"regex": "("}})


def test_a_body_without_messages_is_refused() -> None:
    with pytest.raises(ValueError, match="messages are missing"):
        Asked.of({"model": "m"})
