"""Dialogues in lockstep: what independent ones ask in a round is asked at once."""

from typing import Any

import pytest

from evalkit.model.chat import CallError, ChatReply, ChatRequest, Fault
from evalkit.model.dialogue import Ask, Dialogue, Question, together


def ask(name: str) -> Ask:
    return Ask(name, ChatRequest(messages=()))


def one(*names: str) -> Dialogue[str]:
    """Ask one after the other, and give the answers."""
    answers = []
    for name in names:
        reply = yield ask(name)
        answers.append(reply.text)
    return " ".join(answers)


def many(*names: str) -> Dialogue[str]:
    """Ask all at once, and give the answers."""
    replies = yield tuple(map(ask, names))
    return " ".join(reply.text if isinstance(reply, ChatReply) else "fault" for reply in replies)


def careful(name: str) -> Dialogue[str]:
    """Ask, and say when the call fails."""
    try:
        reply = yield ask(name)
    except CallError as error:
        return error.fault.message
    return str(reply.text)


def reply_to(question: Ask) -> ChatReply | CallError:
    if question.deployment == "down":
        return CallError(Fault(kind="connect", message="no route"))
    return ChatReply(text=f"re:{question.deployment}")


def drive(dialogue: Dialogue[Any]) -> tuple[Any, list[list[str]]]:
    """Answer every question; give the result, and the names asked in each round."""
    rounds: list[list[str]] = []
    answers: Any = None
    while True:
        try:
            question: Question = dialogue.send(answers)
        except StopIteration as stop:
            return stop.value, rounds
        questions = question if isinstance(question, tuple) else (question,)
        asks = [one for one in questions if isinstance(one, Ask)]
        rounds.append([asked.deployment for asked in asks])
        answers = tuple(map(reply_to, asks))


@pytest.mark.parametrize(
    ("dialogues", "results", "rounds"),
    [
        ([], (), []),
        ([one()], ("",), []),
        ([one("a"), one("b")], ("re:a", "re:b"), [["a", "b"]]),
        ([one("a", "b"), one("c")], ("re:a re:b", "re:c"), [["a", "c"], ["b"]]),
        ([many("a", "b"), one("c")], ("re:a re:b", "re:c"), [["a", "b", "c"]]),
        ([one("a"), one(), many("b")], ("re:a", "", "re:b"), [["a", "b"]]),
        ([many(), one("a")], ("", "re:a"), [["a"]]),
    ],
    ids=["none", "silent", "two", "uneven", "several at once", "mixed", "asks nothing"],
)
def test_independent_dialogues_are_advanced_in_rounds(
    dialogues: list[Dialogue[str]], results: tuple[str, ...], rounds: list[list[str]]
) -> None:
    assert drive(together(dialogues)) == (results, rounds)


def test_a_failed_call_is_thrown_into_the_dialogue_that_asked() -> None:
    results, _ = drive(together([one("a"), careful("down"), one("b")]))

    assert results == ("re:a", "no route", "re:b")


def test_a_failed_call_among_several_is_handed_over() -> None:
    assert drive(together([many("a", "down")]))[0] == ("re:a fault",)


def test_rounds_nest() -> None:
    inner = together([one("a", "b"), one("c")])

    results, rounds = drive(together([inner, one("d")]))

    assert results == (("re:a re:b", "re:c"), "re:d")
    assert rounds == [["a", "c", "d"], ["b"]]
