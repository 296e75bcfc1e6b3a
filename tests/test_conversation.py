"""Conversations played by hand: what each turn sends, and what is kept of the answers."""

from typing import Any, NamedTuple

import pytest

from evalkit.conversation import play
from evalkit.model.chat import (
    CallError,
    ChatReply,
    ChatRequest,
    Fault,
    ImagePart,
    Message,
    TextPart,
    ToolCall,
)
from evalkit.model.check import Check, Expectation, Verdict, View
from evalkit.model.deployment import Deployment
from evalkit.model.dialogue import Ask, Call, Dialogue, Question
from evalkit.model.outcome import Played
from evalkit.model.suite import Conversation, Suite, Turn
from evalkit.model.trial import Item, Trial
from evalkit.source import Span

PLACE = Span("suites/hello.yaml")
Spoken = str | ChatReply | CallError
LOST = CallError(Fault(kind="connect", message="connection refused"))


class Says(Check):
    """The reply is this text."""

    text: str

    def evaluate(self, view: View) -> Verdict:
        return Verdict.when(view.reply.text == self.text, yes="it says so", no="it does not")


class Broken(Check):
    """A check that cannot judge."""

    def evaluate(self, view: View) -> Verdict:
        return Verdict.error("check_bug", f"cannot judge {view.reply.text!r}")


class Asks(Check):
    """The deployment itself says yes."""

    def judge(self, view: View) -> Dialogue[Verdict]:
        reply = yield Ask("hello", view.transcript.request(0))
        return Verdict.when(reply.text == "yes", yes="it agrees", no="it does not agree")


def text(content: str) -> tuple[TextPart]:
    return (TextPart(text=content),)


def user(content: str, check: Check | None = None, **keys: Any) -> Turn:
    expect = (Expectation("check", PLACE, check),) if check else ()
    return Turn(span=PLACE, user=text(content), expect=expect, **keys)


def assistant(content: str) -> Turn:
    return Turn(span=PLACE, assistant=text(content))


def trial(*turns: Turn, deployment: Deployment | None = None, **keys: Any) -> Trial:
    called = deployment or Deployment(name="hello", span=PLACE)
    conversation = Conversation(id="hello", span=PLACE, turns=turns, **keys)
    suite = Suite(file=PLACE.file, span=PLACE)
    return Trial(Item("hello", suite, conversation, called.name, called), attempt=1)


class Asked(NamedTuple):
    """A chat that was asked for, and of whom."""

    deployment: str
    request: ChatRequest


class Performance(NamedTuple):
    """A conversation played to its end: what it asked, and what came of it."""

    asked: list[Asked]
    played: Played


def perform(script: Trial, *answers: Spoken) -> Performance:
    """Play a conversation that asks as many questions as there are answers."""
    program = play(script)
    asked: list[Asked] = []
    question = program.send(None)
    for answer in answers:
        asked += map(_chat, question if isinstance(question, tuple) else (question,))
        try:
            question = _answer(program, question, answer)
        except StopIteration as stop:
            assert len(asked) == len(answers), "the conversation ended early"
            return Performance(asked, stop.value)
    message = f"not answered: {question}"
    raise AssertionError(message)


def _chat(question: Ask | Call) -> Asked:
    assert isinstance(question, Ask)
    assert isinstance(question.request, ChatRequest)
    return Asked(question.deployment, question.request)


def _answer(program: Dialogue[Played], question: Question, answer: Spoken) -> Question:
    said = answer if isinstance(answer, ChatReply | CallError) else ChatReply(text=answer)
    if isinstance(question, tuple):
        return program.send((said,))
    return program.throw(said) if isinstance(said, CallError) else program.send(said)


def said(messages: tuple[Message, ...]) -> list[str]:
    return [f"{message.role}: {message.text}" for message in messages]


def test_the_system_message_goes_before_the_first_turn() -> None:
    asked = perform(trial(user("Hi"), system=text("Be brief")), "Hello").asked
    assert said(asked[0].request.messages) == ["system: Be brief", "user: Hi"]


def test_without_a_system_message_only_the_turn_is_sent() -> None:
    asked = perform(trial(user("Hi")), "Hello").asked
    assert said(asked[0].request.messages) == ["user: Hi"]


def test_the_item_s_deployment_is_asked() -> None:
    candidate = Deployment(name="candidate", span=PLACE)
    asked = perform(trial(user("Hi"), deployment=candidate), "Hello").asked
    assert asked[0].deployment == "candidate"


def test_the_deployment_s_own_replies_are_the_history() -> None:
    asked = perform(trial(user("Hi"), user("And?"), user("Bye")), "one", "two", "three").asked
    assert said(asked[2].request.messages) == [
        "user: Hi",
        "assistant: one",
        "user: And?",
        "assistant: two",
        "user: Bye",
    ]


def test_a_reply_s_tool_calls_stay_in_the_history() -> None:
    reply = ChatReply(tool_calls=(ToolCall(id="1", name="look"),))
    asked = perform(trial(user("Hi"), user("And?")), reply, "two").asked
    assert asked[1].request.messages[1].tool_calls == reply.tool_calls


def test_a_scripted_assistant_turn_answers_the_turn_before_it() -> None:
    script = trial(user("Hi"), assistant("Hello, how can I help?"), user("Refund"))
    asked = perform(script, "Sure").asked
    assert [said(ask.request.messages) for ask in asked] == [
        ["user: Hi", "assistant: Hello, how can I help?", "user: Refund"]
    ]


def test_an_opening_assistant_turn_is_sent_as_it_stands() -> None:
    asked = perform(trial(assistant("Welcome"), user("Hi")), "Hello").asked
    assert said(asked[0].request.messages) == ["assistant: Welcome", "user: Hi"]


def test_a_system_turn_goes_where_it_stands() -> None:
    late = Turn(span=PLACE, system=text("Be rude"))
    asked = perform(trial(user("Hi"), late, user("And?")), "one", "two").asked
    assert said(asked[1].request.messages) == [
        "user: Hi",
        "assistant: one",
        "system: Be rude",
        "user: And?",
    ]


def test_a_conversation_that_asks_nothing_ends_at_once() -> None:
    program = play(trial(user("Hi"), assistant("Hello")))
    with pytest.raises(StopIteration) as stop:
        program.send(None)
    assert stop.value.value == Played(stop.value.value.transcript)


def test_every_part_of_a_message_is_sent() -> None:
    parts = (*text("What is this?"), ImagePart(url="https://example.com/a.png"))
    asked = perform(trial(Turn(span=PLACE, user=parts)), "A burger").asked
    assert asked[0].request.messages[0].parts == parts


def test_a_turn_s_params_go_over_the_conversation_s_for_that_turn_alone() -> None:
    script = trial(
        user("Hi", params={"seed": 2, "top_p": 1}),
        user("And?"),
        params={"seed": 1, "temperature": 0},
    )
    asked = perform(script, "one", "two").asked
    assert [ask.request.params for ask in asked] == [
        {"seed": 2, "temperature": 0, "top_p": 1},
        {"seed": 1, "temperature": 0},
    ]


def test_the_deployment_s_params_are_left_to_its_dialect() -> None:
    candidate = Deployment(name="candidate", span=PLACE, params={"temperature": 1})
    asked = perform(trial(user("Hi"), deployment=candidate), "Hello").asked
    assert asked[0].request.params == {}


def test_the_response_format_goes_with_every_request() -> None:
    script = trial(user("Hi"), user("And?"), response_format={"type": "json_object"})
    asked = perform(script, "{}", "{}").asked
    assert [ask.request.response_format for ask in asked] == [{"type": "json_object"}] * 2


@pytest.mark.parametrize(
    ("deployment", "conversation", "streams"),
    [(False, None, False), (True, None, True), (True, False, False), (False, True, True)],
)
def test_the_conversation_s_stream_goes_over_the_deployment_s(
    *, deployment: bool, conversation: bool | None, streams: bool
) -> None:
    called = Deployment(name="candidate", span=PLACE, stream=deployment)
    asked = perform(trial(user("Hi"), deployment=called, stream=conversation), "Hello").asked
    assert asked[0].request.stream is streams


def test_an_exchange_keeps_only_the_messages_that_are_new() -> None:
    script = trial(user("Hi"), assistant("Hello"), user("Refund"), user("Now"), system=text("Be"))
    transcript = perform(script, "Sure", "Done").played.transcript
    assert [said(exchange.added) for exchange in transcript.exchanges] == [
        ["system: Be", "user: Hi", "assistant: Hello", "user: Refund"],
        ["user: Now"],
    ]


def test_an_exchange_names_the_turn_that_asked() -> None:
    script = trial(user("Hi"), assistant("Hello"), user("Refund"), user("Now"))
    transcript = perform(script, "Sure", "Done").played.transcript
    assert [exchange.turn for exchange in transcript.exchanges] == [2, 3]


def test_a_transcript_tells_every_request_as_it_was_sent() -> None:
    script = trial(user("Hi", params={"seed": 2}), user("And?"), params={"n": 1}, stream=True)
    asked, result = perform(script, "one", "two")
    requests = [result.transcript.request(index) for index in range(2)]
    assert requests == [ask.request for ask in asked]


def test_a_failed_call_ends_the_conversation_with_its_fault() -> None:
    result = perform(trial(user("Hi"), user("And?"), user("Bye")), "one", LOST).played
    replies = [(exchange.reply, exchange.fault) for exchange in result.transcript.exchanges]
    assert replies == [(ChatReply(text="one"), None), (None, LOST.fault)]


def test_a_failed_call_keeps_what_was_asked() -> None:
    result = perform(trial(user("Hi", params={"seed": 2})), LOST).played
    exchange = result.transcript.exchanges[0]
    assert (said(exchange.added), exchange.params) == (["user: Hi"], {"seed": 2})


def test_a_failed_turn_does_not_hold_up_those_after_it() -> None:
    script = trial(user("Hi", Says(text="yes")), user("And?"))
    result = perform(script, "no", "two").played
    assert (len(result.transcript.exchanges), result.graded) == (2, frozenset())


def stopping(check: Check) -> Trial:
    return trial(user("Hi", check), user("And?"), user("Bye"), on_turn_failure="stop")


@pytest.mark.parametrize("check", [Says(text="yes"), Broken()], ids=["failed", "erred"])
def test_a_required_verdict_stops_the_conversation(check: Check) -> None:
    result = perform(stopping(check), "no").played
    assert [exchange.turn for exchange in result.transcript.exchanges] == [0]


def test_an_optional_verdict_stops_nothing() -> None:
    result = perform(stopping(Says(text="yes", optional=True)), "no", "two", "three").played
    assert [exchange.turn for exchange in result.transcript.exchanges] == [0, 1, 2]


def test_verdicts_given_on_the_way_are_kept() -> None:
    result = perform(stopping(Says(text="yes")), "yes", "two", "three").played
    assert [verdict.status for verdict in result.verdicts if verdict.turn == 0] == ["passed"]


def test_turns_judged_on_the_way_are_named() -> None:
    result = perform(stopping(Says(text="yes")), "yes", "two", "three").played
    assert result.graded == {0, 1, 2}


def test_a_turn_whose_call_failed_is_not_judged_on_the_way() -> None:
    result = perform(stopping(Says(text="yes")), "yes", LOST).played
    assert result.graded == {0}


def test_a_check_may_ask_between_two_turns() -> None:
    script = trial(user("Hi", Asks()), user("And?"), on_turn_failure="stop")
    asked = perform(script, "one", "yes", "two").asked
    assert said(asked[2].request.messages) == ["user: Hi", "assistant: one", "user: And?"]
