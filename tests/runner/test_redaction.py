"""Outcomes with and without secrets in them."""

import pytest

from evalkit.model.chat import ChatReply, Fault, Message, TextPart, WireWarning
from evalkit.model.check import Evidence, Verdict
from evalkit.model.outcome import Outcome
from evalkit.model.transcript import Exchange, Transcript
from evalkit.runner.redaction import redaction
from evalkit.secrets import Redactor, Secret
from evalkit.source import Span

KEY = "sk-1234567890abcdef"

redact = redaction(Redactor([Secret(KEY, "API_KEY")]))


def outcome(
    *, reply: ChatReply | None = None, fault: Fault | None = None, asked: str = "Hi"
) -> Outcome:
    said = Message(role="user", parts=(TextPart(text=asked),))
    exchange = Exchange(turn=0, added=(said,), params={"seed": 1}, reply=reply, fault=fault)
    verdict = Verdict(status="passed", reason="it says so", span=Span("suites/hello.yaml", 3, 5))
    return Outcome(
        trial="hello#1",
        item="hello",
        status="passed",
        transcript=Transcript(exchanges=(exchange,)),
        verdicts=(verdict,),
        seconds=1.5,
    )


def test_an_outcome_without_secrets_stays_the_same_object() -> None:
    clean = outcome(reply=ChatReply(text="Hello"))
    assert redact(clean) is clean


@pytest.mark.parametrize(
    "told",
    [
        outcome(reply=ChatReply(text=f"your key is {KEY}")),
        outcome(reply=ChatReply(reasoning=KEY)),
        outcome(reply=ChatReply(headers={"x-echo": KEY})),
        outcome(reply=ChatReply(warnings=(WireWarning(name="odd", detail=KEY),))),
        outcome(fault=Fault(kind="auth", message=f"{KEY} is not known")),
        outcome(asked=KEY),
        outcome().model_copy(update={"reason": f"reply does not contain {KEY!r}"}),
        outcome().model_copy(
            update={
                "verdicts": (
                    Verdict(status="failed", reason="no", evidence=(Evidence(excerpt=KEY),)),
                )
            }
        ),
    ],
    ids=["text", "reasoning", "headers", "warnings", "fault", "asked", "reason", "evidence"],
)
def test_a_secret_is_taken_out_wherever_it_stands(told: Outcome) -> None:
    assert KEY not in redact(told).model_dump_json()


def test_all_else_is_kept() -> None:
    told = outcome(reply=ChatReply(text=f"your key is {KEY}", finish_reason="stop"))
    kept = outcome(reply=ChatReply(text="", finish_reason="stop"))
    replies = [exchange.reply for exchange in redact(told).transcript.exchanges]
    bare = [reply and reply.model_copy(update={"text": ""}) for reply in replies]
    assert bare == [exchange.reply for exchange in kept.transcript.exchanges]
    assert redact(told).verdicts == kept.verdicts


def test_a_lone_surrogate_beside_a_secret_is_kept() -> None:
    told = outcome(reply=ChatReply(text=f"\ud800 {KEY}"))
    reply = redact(told).transcript.exchanges[0].reply
    assert reply is not None
    assert reply.text.startswith("\ud800 ")
    assert KEY not in reply.text
