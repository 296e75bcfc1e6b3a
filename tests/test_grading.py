"""Grading: verdicts of turns and of whole conversations, and what they come to."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from evalkit import grading
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Fault, TextPart
from evalkit.model.check import Check, Expectation, Recipe, Scope, Verdict, View
from evalkit.model.consultation import Consultation
from evalkit.model.data import Json
from evalkit.model.dialogue import Ask, Dialogue, Question
from evalkit.model.outcome import Played
from evalkit.model.suite import Conversation, Turn
from evalkit.model.transcript import Exchange, Transcript
from evalkit.source import Span

PLACE = Span("suites/a.yaml")
ASKED = ChatRequest(messages=())


class Says(Check):
    """The last reply in view is this text; tells how the view reads JSON."""

    scopes = frozenset[Scope]({"turn", "conversation"})

    text: str

    def evaluate(self, view: View) -> Verdict:
        told = f"{view.reply.text!r} of {len(view.exchanges)} as {view.json_from}"
        return Verdict.when(view.reply.text == self.text, yes=told, no=told)


class Asks(Check):
    """A model says yes."""

    def judge(self, view: View) -> Dialogue[Verdict]:
        reply = yield Ask("referee", ASKED.model_copy(update={"params": {"n": view.turn}}))
        return Verdict.when(reply.text == "yes", yes="it said yes", no="it said no")


class Breaks(Check):
    """Nothing that works."""

    def evaluate(self, view: View) -> Verdict:
        raise ZeroDivisionError(view.turn)


def expect(check: Check, name: str = "says", line: int = 1) -> Expectation:
    return Expectation(name, Span("suites/a.yaml", line), check)


def talk(*expectations: Sequence[Expectation], **keys: Any) -> Conversation:
    """Make a conversation with a user's turn for each list of expectations."""
    user = (TextPart(text="hi"),)
    turns = tuple(Turn(span=PLACE, user=user, expect=tuple(wanted)) for wanted in expectations)
    return Conversation(id="a", span=PLACE, turns=turns, **keys)


def said(*texts: str | Fault) -> Transcript:
    """Make a transcript with a reply, or a fault, for each turn."""
    return Transcript(
        exchanges=tuple(
            Exchange(turn=turn, added=(), fault=text)
            if isinstance(text, Fault)
            else Exchange(turn=turn, added=(), reply=ChatReply(text=text))
            for turn, text in enumerate(texts)
        )
    )


COMPLETE = {"check": "complete"}
FAULT = Fault(kind="server", message="status 503 after 4 tries")


def answer(dialogue: Dialogue[Any], reply: Callable[[Question], Any] = lambda _: "yes") -> Any:
    """Drive a dialogue to its end, every question answered by `reply`."""
    answers: Any = None
    try:
        while True:
            answers = reply(dialogue.send(answers))
    except StopIteration as stop:
        return stop.value


def say_yes(question: Question) -> Any:
    yes = ChatReply(text="yes")
    return tuple(yes for _ in question) if isinstance(question, tuple) else yes


def told(verdicts: Sequence[Verdict]) -> list[tuple[int | None, str]]:
    return [(verdict.turn, verdict.status) for verdict in verdicts]


def test_a_turn_is_judged_by_each_of_its_expectations_in_order() -> None:
    conversation = talk([expect(Says(text="a")), expect(Says(text="b")), expect(Says(text="a"))])

    verdicts = answer(grading.turn(conversation, 0, said("a")))

    assert [verdict.status for verdict in verdicts] == ["passed", "failed", "passed"]


def test_a_verdict_says_whose_it_is() -> None:
    check = Says(text="a", label="polite", weight=2, optional=True)
    conversation = talk([], [expect(check, "says", 7)])

    (verdict,) = answer(grading.turn(conversation, 1, said("x", "a")))

    assert verdict == Verdict(
        status="passed",
        reason="'a' of 1 as exact",
        check="says",
        label="polite",
        weight=2,
        optional=True,
        turn=1,
        span=Span("suites/a.yaml", 7),
    )


def test_a_turn_sees_its_own_exchanges_alone() -> None:
    conversation = talk([expect(Says(text="c"))])
    exchanges = (*said("a").exchanges, *said("b").exchanges, *said("x", "y").exchanges[1:])

    (verdict,) = answer(grading.turn(conversation, 0, Transcript(exchanges=exchanges)))

    assert verdict.reason == "'b' of 2 as exact"


@pytest.mark.parametrize(
    ("of_turn", "read_as"), [(None, "fenced"), ("extracted", "extracted")], ids=["inherited", "own"]
)
def test_json_is_read_as_the_turn_says_or_else_the_conversation(of_turn: Any, read_as: str) -> None:
    conversation = talk([expect(Says(text="a"))], json_from="fenced")
    turn = conversation.turns[0].model_copy(update={"json_from": of_turn})

    (verdict,) = answer(
        grading.turn(conversation.model_copy(update={"turns": (turn,)}), 0, said("a"))
    )

    assert verdict.reason == f"'a' of 1 as {read_as}"


@pytest.mark.parametrize(
    ("index", "transcript"),
    [(0, said(FAULT)), (0, said()), (1, said("a")), (1, said("a", FAULT))],
    ids=["fault", "nothing asked", "not reached", "fault later"],
)
def test_a_turn_without_a_reply_has_no_verdicts(index: int, transcript: Transcript) -> None:
    conversation = talk([expect(Says(text="a"))], [expect(Says(text="a"))])

    assert answer(grading.turn(conversation, index, transcript)) == ()


def test_what_the_checks_of_a_turn_ask_is_asked_at_once() -> None:
    asked: list[Question] = []

    def note(question: Question) -> Any:
        asked.append(question)
        return say_yes(question)

    answer(grading.turn(talk([expect(Asks()), expect(Asks())]), 0, said("a")), note)

    assert [len(question) for question in asked if isinstance(question, tuple)] == [2]


def test_a_check_that_breaks_is_an_error_and_the_others_go_on() -> None:
    conversation = talk([expect(Breaks()), expect(Says(text="a"))])

    verdicts = answer(grading.turn(conversation, 0, said("a")))

    assert [(verdict.status, verdict.kind) for verdict in verdicts] == [
        ("error", "check_bug"),
        ("passed", ""),
    ]


def test_a_check_that_still_waits_for_its_values_is_a_bug_of_the_caller() -> None:
    def build(authored: dict[str, Json]) -> Check:
        return Says.model_validate(authored)

    waiting = Expectation("says", PLACE, Recipe({"says": "{{ x }}"}, build))

    with pytest.raises(TypeError, match="says still waits for its values"):
        answer(grading.turn(talk([waiting]), 0, said("a")))


def test_the_whole_is_the_turns_in_order_and_then_the_conversation() -> None:
    wanted = [expect(Says(text="b"))]
    conversation = talk(wanted, wanted, expect=tuple(wanted))

    verdicts = answer(grading.whole(conversation, Played(said("a", "b"))))

    assert told(verdicts) == [(0, "failed"), (1, "passed"), (None, "passed")]


def test_the_conversation_is_judged_by_all_of_its_exchanges() -> None:
    conversation = talk([], [], expect=(expect(Says(text="b")),))

    (verdict,) = answer(grading.whole(conversation, Played(said("a", "b"))))

    assert verdict.reason == "'b' of 2 as exact"


def test_verdicts_that_were_given_while_playing_are_kept_in_their_place() -> None:
    wanted = [expect(Says(text="a"))]
    given = Verdict(status="error", reason="given before", turn=1)
    played = Played(said("a", "a", "a"), (given,), frozenset({1}))

    verdicts = answer(grading.whole(talk(wanted, wanted, wanted), played))

    assert told(verdicts) == [(0, "passed"), (1, "error"), (2, "passed")]
    assert verdicts[1] is given


@pytest.mark.parametrize(
    "transcript", [said("a", FAULT), said("a")], ids=["a call failed", "stopped early"]
)
def test_a_conversation_that_broke_off_is_judged_by_its_turns_alone(
    transcript: Transcript,
) -> None:
    wanted = [expect(Says(text="a"))]
    conversation = talk(wanted, wanted, expect=tuple(wanted))

    assert told(answer(grading.whole(conversation, Played(transcript)))) == [(0, "passed")]


def test_a_verdict_keeps_what_was_asked_for_it() -> None:
    conversation = talk([expect(Asks()), expect(Says(text="a"))])

    asking, silent = answer(grading.turn(conversation, 0, said("a")), say_yes)

    request = ASKED.model_copy(update={"params": {"n": 0}})
    yes = Consultation(deployment="referee", request=request, reply=ChatReply(text="yes"))
    assert (asking.asked, silent.asked) == ((yes,), ())


def test_a_verdict_keeps_the_fault_of_what_was_asked() -> None:
    conversation = talk([expect(Asks())])

    (verdict,) = answer(grading.turn(conversation, 0, said("a")), lambda _: (CallError(FAULT),))

    assert (verdict.status, verdict.kind) == ("error", "server")
    assert [one.fault for one in verdict.asked] == [FAULT]


def test_the_judges_of_all_turns_are_asked_at_once() -> None:
    asked: list[Question] = []

    def note(question: Question) -> Any:
        asked.append(question)
        return say_yes(question)

    wanted = [expect(Asks())]
    answer(grading.whole(talk(wanted, wanted, wanted), Played(said("a", "b", "c"))), note)

    assert len(asked) == 1


def verdict(status: Any, turn: int | None = 0, **keys: Any) -> Verdict:
    return Verdict(status=status, reason=f"it {status}", check="says", turn=turn, **keys)


@pytest.mark.parametrize(
    ("transcript", "verdicts", "expected"),
    [
        (said("a"), [verdict("passed")], ("passed", "1 required expectation holds")),
        (said("a"), [verdict("passed")] * 2, ("passed", "2 required expectations hold")),
        (said("a"), [], ("passed", "nothing is required")),
        (
            said("a"),
            [verdict("passed"), verdict("failed", 1)],
            ("failed", "turn 2: says: it failed"),
        ),
        (said("a"), [verdict("failed", None)], ("failed", "conversation: says: it failed")),
        (said("a"), [verdict("failed", label="polite")], ("failed", "turn 1: polite: it failed")),
        (said("a"), [verdict("error")], ("error", "turn 1: says: it error")),
        (
            said("a"),
            [verdict("error", 0), verdict("failed", 1)],
            ("failed", "turn 2: says: it failed"),
        ),
        (
            said("a", FAULT),
            [verdict("passed")],
            ("error", "turn 2: server: status 503 after 4 tries"),
        ),
        (said("a", FAULT), [verdict("failed")], ("failed", "turn 1: says: it failed")),
        (said("a", FAULT), [verdict("error")], ("error", "turn 1: says: it error")),
        (
            said("a"),
            [verdict("failed", optional=True), verdict("error", optional=True)],
            ("passed", "nothing is required"),
        ),
    ],
    ids=[
        "one holds",
        "two hold",
        "nothing required",
        "one fails",
        "of the conversation",
        "label",
        "one errs",
        "a failure counts before an error",
        "a call failed",
        "failed before a call did",
        "erred before a call failed",
        "optional ones never count",
    ],
)
def test_a_trial_comes_to_what_its_required_verdicts_say(
    transcript: Transcript, verdicts: list[Verdict], expected: tuple[str, str]
) -> None:
    assert grading.status(transcript, verdicts) == expected


HOLDS = "{} by weight holds, and 0.8 of it is required"


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([verdict("passed", weight=4), verdict("failed")], ("passed", HOLDS.format("4 of 5"))),
        (
            [verdict("passed", weight=3), verdict("failed")],
            ("failed", f"{HOLDS.format('3 of 4')}; turn 1: says: it failed"),
        ),
        ([verdict("passed", weight=0.1)] * 8 + [verdict("failed", weight=0.1)] * 2, ("passed", "")),
        ([verdict("passed", weight=4), verdict("error")], ("passed", HOLDS.format("4 of 5"))),
        (
            [verdict("passed", weight=3), verdict("error"), verdict("failed", weight=0.5)],
            (
                "error",
                (
                    f"{HOLDS.format('3 of 4.5')}, which 1 that could not be judged decides; "
                    "turn 1: says: it error"
                ),
            ),
        ),
        ([verdict("passed"), verdict("error"), verdict("failed")], ("failed", "")),
        ([verdict("failed", optional=True), verdict("passed")], ("passed", "")),
        ([verdict("failed", optional=True)], ("passed", "")),
        (
            [verdict("passed", weight=99), verdict("failed").model_copy(update=COMPLETE)],
            ("failed", "turn 1: complete: it failed"),
        ),
        ([verdict("passed").model_copy(update=COMPLETE)] * 9 + [verdict("failed")], ("failed", "")),
    ],
    ids=[
        "at the threshold",
        "below it",
        "at it in floating point",
        "an error that does not decide",
        "an error that decides",
        "an error that cannot save it",
        "optional ones weigh nothing",
        "nothing is required",
        "complete is never outweighed",
        "complete outweighs nothing",
    ],
)
def test_with_a_threshold_the_weight_of_what_holds_decides(
    verdicts: list[Verdict], expected: tuple[str, str]
) -> None:
    status, reason = grading.status(said("a"), verdicts, threshold=0.8)

    assert (status, reason if expected[1] else "") == expected


def test_with_a_threshold_a_call_that_failed_leaves_the_rest_unknown() -> None:
    status, _ = grading.status(said("a", FAULT), [verdict("failed")], threshold=0.8)

    assert status == "error"
