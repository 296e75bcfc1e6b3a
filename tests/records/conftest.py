"""A small run to record: a header, a plan, three outcomes, a note and a footer."""

from pathlib import Path

import pytest

from evalkit.model.chat import ChatReply, Message, TextPart, Timing, Usage
from evalkit.model.outcome import Outcome
from evalkit.model.run import Note, Plan, PlannedItem, RunEnd, RunStart
from evalkit.model.transcript import Exchange, Transcript
from evalkit.records.writer import Writer
from evalkit.source import Span


@pytest.fixture
def start() -> RunStart:
    return RunStart(id="r1", evalkit="0.1.0", started=1_795_546_862.0, command=("evalkit", "run"))


@pytest.fixture
def plan() -> Plan:
    item = PlannedItem(
        id="suites/a.yaml::hello[maas]",
        suite="suites/a.yaml",
        conversation="hello",
        deployment="maas",
        span=Span("suites/a.yaml", 3, 5),
        repeat=3,
    )
    return Plan(items=(item,))


@pytest.fixture
def outcomes(plan: Plan) -> tuple[Outcome, ...]:
    item = plan.items[0].id
    asked = Message(role="user", parts=(TextPart(text="grüße 😀"),))
    reply = ChatReply(text="hi\u2028", usage=Usage(prompt=3), timing=Timing(total=0.25))
    transcript = Transcript(exchanges=(Exchange(turn=0, added=(asked,), reply=reply),))
    return tuple(
        Outcome(
            trial=f"{item}#{attempt}",
            item=item,
            attempt=attempt,
            status="passed",
            transcript=transcript,
        )
        for attempt in (1, 2, 3)
    )


@pytest.fixture
def record(tmp_path: Path, start: RunStart, plan: Plan, outcomes: tuple[Outcome, ...]) -> Path:
    """Give the folder of the whole run, recorded."""
    with Writer(tmp_path) as writer:
        writer.start(start)
        writer.plan(plan)
        for outcome in outcomes:
            writer.outcome(outcome)
        writer.note(Note(text="one note"))
        writer.end(RunEnd(ended=1_795_546_900.0, counts={"passed": 3}))
    return tmp_path
