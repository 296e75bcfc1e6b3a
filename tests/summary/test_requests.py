"""The requests of a group: those sent, sent again, refused, and for nothing."""

from evalkit.model.chat import ChatReply, Fault, Try
from evalkit.model.outcome import Outcome
from evalkit.model.transcript import Exchange, Transcript
from evalkit.summary.requests import Requests, count_requests

BUSY = Try(status=429, kind="rate_limit")
CUT = Try(status=200, kind="stream_truncated", wasted=30)
FINE = Try(status=200)


def outcome(*exchanges: Exchange) -> Outcome:
    transcript = Transcript(exchanges=exchanges)
    return Outcome(trial="t", item="i", status="passed", transcript=transcript)


def replied(*tries: Try) -> Exchange:
    return Exchange(turn=0, added=(), reply=ChatReply(tries=tries))


def failed(*tries: Try) -> Exchange:
    return Exchange(turn=0, added=(), fault=Fault(kind="server", message="m", tries=tries))


def test_every_try_is_a_request_and_all_but_a_call_s_first_are_sent_again() -> None:
    found = count_requests(
        [outcome(replied(BUSY, BUSY, FINE), replied(FINE)), outcome(failed(CUT, BUSY))]
    )

    assert found == Requests(sent=6, again=3, refused=3, wasted=30)


def test_a_call_that_was_never_sent_is_no_request() -> None:
    assert count_requests([outcome(failed()), outcome()]) == Requests()
