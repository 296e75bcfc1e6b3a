"""Outcomes of trials that were judged, skipped, interrupted or broken."""

from collections.abc import Callable

import pytest

from evalkit.model.chat import ChatReply, Timing
from evalkit.model.outcome import Outcome
from evalkit.model.transcript import Exchange, Transcript
from evalkit.model.trial import Item
from evalkit.runner import outcomes


def test_a_judged_trial_has_its_transcript_and_status(make_item: Callable[..., Item]) -> None:
    dialogue = outcomes.judged(make_item(says=["Hi"], unchecked=True).trials[0])
    dialogue.send(None)
    with pytest.raises(StopIteration) as stop:
        dialogue.send(ChatReply(text="Hello", finish_reason="stop"))
    outcome = stop.value.value
    assert (outcome.status, outcome.transcript.exchanges[0].reply.text) == ("passed", "Hello")


def test_a_trial_s_time_is_its_own_without_what_it_queued() -> None:
    reply = ChatReply(timing=Timing(total=1, queued=2.5))
    exchange = Exchange(turn=0, added=(), reply=reply)
    outcome = Outcome(
        trial="a#1", item="a", status="passed", transcript=Transcript(exchanges=(exchange,) * 2)
    )
    timed = outcomes.timed(outcome, started=1_000.0, elapsed=8.0)
    assert (timed.started, timed.seconds) == (1_000.0, 3.0)


def test_a_skipped_item_has_one_outcome(make_item: Callable[..., Item]) -> None:
    assert outcomes.expected(make_item(skip="not today", repeat=5)) == 1


def test_every_attempt_has_an_outcome(make_item: Callable[..., Item]) -> None:
    assert outcomes.expected(make_item(repeat=5)) == 5


def test_a_skipped_trial_gives_the_item_s_reason(make_item: Callable[..., Item]) -> None:
    outcome = outcomes.skipped(make_item(skip="not today").trials[0])
    assert (outcome.status, outcome.reason) == ("skipped", "not today")


def test_a_broken_trial_says_what_was_raised_and_where(make_item: Callable[..., Item]) -> None:
    def fail() -> None:
        raise KeyError("calories")

    with pytest.raises(KeyError) as raised:
        fail()
    outcome = outcomes.broken(make_item().trials[0], raised.value)
    assert outcome.reason.startswith("internal error: KeyError: 'calories' (test_outcomes.py:")


def test_a_withheld_outcome_keeps_nothing_that_was_said() -> None:
    exchange = Exchange(turn=0, added=(), reply=ChatReply(text="hunter2"))
    outcome = Outcome(
        trial="a#1", item="a", status="passed", transcript=Transcript(exchanges=(exchange,))
    )
    withheld = outcomes.withheld(outcome, "could not redact: KeyError")
    assert (withheld.status, withheld.transcript) == ("error", Transcript())
