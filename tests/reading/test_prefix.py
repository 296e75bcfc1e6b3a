"""Whether a request begins with what was said before it."""

from collections.abc import Sequence
from typing import Any

import pytest

from evalkit.model.chat import ChatReply, Message, Role, TextPart
from evalkit.model.transcript import Exchange, Transcript
from evalkit.reading.prefix import changed_prefix, first_difference


def says(role: Role, text: str) -> Message:
    return Message(role=role, parts=(TextPart(text=text),))


SYSTEM, HELLO, REPLY = says("system", "Be brief"), says("user", "Hi"), says("assistant", "Yes?")
MORE = says("user", "Well")
SAID = (SYSTEM, HELLO, REPLY)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ((*SAID, MORE), ""),
        (SAID, ""),
        ((says("system", "It is 9:41"), *SAID[1:], MORE), "message 1 (system) to 'It is 9:41'"),
        ((SYSTEM, HELLO, MORE), "message 3 (user) to 'Well'"),
        ((SYSTEM,), "message 2 (user), which is left out: 'Hi'"),
        ((says("user", "Be brief"), *SAID[1:]), "message 1 (user) to 'Be brief'"),
    ],
    ids=["goes on", "nothing new", "another system", "a reply left out", "cut", "another role"],
)
def test_the_first_message_that_differs_is_told(now: Sequence[Message], told: str) -> None:
    assert first_difference(SAID, now) == told


def test_a_long_message_is_shortened() -> None:
    assert len(first_difference(SAID, (says("system", "x" * 999),))) < 120


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ({}, ""),
        ({"tools": ({"name": "b"},)}, "turn 2 offers other tools than the request before"),
        (
            {"response_format": {"type": "json_object"}},
            "turn 2 asks for another response_format than the request before",
        ),
    ],
    ids=["goes on", "tools", "format"],
)
def test_a_request_goes_on_where_the_one_before_ended(later: dict[str, Any], told: str) -> None:
    first = Exchange(turn=0, added=(SYSTEM, HELLO), reply=ChatReply(text="Yes?"))
    second = Exchange(turn=1, added=(MORE,), reply=ChatReply(text="So"), **later)

    assert changed_prefix(Transcript(exchanges=(first, second)), 1) == told
