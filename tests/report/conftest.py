"""Small runs to report on, every text of which can be chosen."""

import hashlib
from collections.abc import Callable

import pytest

from evalkit.model.chat import (
    Attachment,
    ChatReply,
    ChatRequest,
    Fault,
    ImagePart,
    Message,
    TextPart,
    Timing,
    ToolCall,
    Try,
    Usage,
    WireWarning,
)
from evalkit.model.check import Evidence, Verdict
from evalkit.model.consultation import Consultation
from evalkit.model.outcome import Outcome
from evalkit.model.run import CalledDeployment, Note, PlannedItem, Run, RunEnd, RunStart
from evalkit.model.transcript import Exchange, Transcript
from evalkit.source import Span

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"

Say = Callable[[str], Run]
Count = Callable[..., Run]


@pytest.fixture
def say() -> Say:
    """Give a maker of a run in which every text that others choose is the given one."""

    def say(text: str) -> Run:
        items = (_item(text, "one"), _item(text, "two"))
        answered = Outcome(
            trial=text,
            item="one",
            status="failed",
            reason=text,
            transcript=Transcript(exchanges=(_exchange(text, reply=_reply(text)),)),
            verdicts=(_verdict(text, 0), _verdict(text, None)),
        )
        fault = Fault(kind="server", message=text, request_id=text, partial=_reply(text))
        broken = Outcome(
            trial=text + "2",
            item="two",
            status="error",
            reason=text,
            transcript=Transcript(exchanges=(_exchange(text, fault=fault),)),
        )
        called = CalledDeployment(name=text, api=text, base_url=text, model=text)
        return Run(
            start=RunStart(
                id=text, evalkit=text, started=0, command=(text,), deployments=(called,)
            ),
            items=items,
            outcomes=(answered, broken),
            end=RunEnd(ended=1),
            damage=(text,),
            blob={hashlib.sha256(PNG).hexdigest(): PNG}.__getitem__,
            notes=(Note(text=text),),
        )

    return say


@pytest.fixture
def count() -> Count:
    """Give a maker of a run of many small items, some of which fail."""

    def count(passed: int, failed: int = 0, *, length: int = 10) -> Run:
        items = []
        outcomes = []
        for number in range(passed + failed):
            id = f"suites/a.yaml::c{number}[maas]"  # noqa: A001 - the model's own word
            span = Span("suites/a.yaml", number + 1)
            items.append(
                PlannedItem(
                    id=id,
                    suite="suites/a.yaml",
                    conversation=f"c{number}",
                    deployment="maas",
                    span=span,
                )
            )
            words = hashlib.shake_256(id.encode()).hexdigest(length // 2)
            outcomes.append(
                Outcome(
                    trial=f"{id}#1",
                    item=id,
                    status="passed" if number < passed else "failed",
                    reason="" if number < passed else f"reason {number}",
                    transcript=Transcript(
                        exchanges=(Exchange(turn=0, added=(), reply=ChatReply(text=words)),)
                    ),
                )
            )
        start = RunStart(id="r1", evalkit="0.1.0", started=0)
        blobs: dict[str, bytes] = {}
        return Run(start, tuple(items), tuple(outcomes), RunEnd(ended=1), (), blobs.__getitem__)

    return count


def _item(text: str, id: str) -> PlannedItem:  # noqa: A002 - the model's own word
    return PlannedItem(
        id=id,
        suite=text,
        conversation=text + id,
        deployment=text,
        description=text,
        tags=(text,),
        span=Span(text),
        repeat=1,
        labels=(text,),
    )


def _reply(text: str) -> ChatReply:
    return ChatReply(
        text=text,
        reasoning=text,
        refusal=text,
        tool_calls=(ToolCall(name=text, arguments=text),),
        finish_reason=text,
        usage=Usage(prompt=1),
        model=text,
        warnings=(WireWarning(name=text, detail=text),),
        timing=Timing(total=1),
        tries=(Try(status=500, request_id=text), Try(status=200)),
    )


def _exchange(text: str, reply: ChatReply | None = None, fault: Fault | None = None) -> Exchange:
    picture = Attachment(
        name=text, media_type=text, size=len(PNG), sha256=hashlib.sha256(PNG).hexdigest()
    )
    missing = picture.model_copy(update={"sha256": "0" * 64})
    parts = (
        TextPart(text=text),
        ImagePart(attachment=picture),
        ImagePart(attachment=missing),
        ImagePart(url=text),
    )
    return Exchange(
        turn=0,
        added=(Message(role="user", parts=parts),),
        params={text: text},
        reply=reply,
        fault=fault,
    )


def _verdict(text: str, turn: int | None) -> Verdict:
    evidence = (Evidence(pointer=text, message=text, excerpt=text),)
    inner = Verdict(status="passed", reason=text, check=text, label=text, evidence=evidence)
    said = Message(role="user", parts=(TextPart(text=text),))
    asked = Consultation(
        deployment=text, request=ChatRequest(messages=(said,)), reply=ChatReply(text=text)
    )
    holder = Verdict(status="failed", reason=text, check=text, parts=(inner,), asked=(asked,))
    if turn is None:
        return holder
    return Verdict(
        status="failed",
        reason=text,
        check=text,
        label=text,
        turn=turn,
        evidence=evidence,
        span=Span(text),
    )
