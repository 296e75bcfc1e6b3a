"""The report that is made ready while replies are awaited is the one that the record gives."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from evalkit.harness.ahead import Ahead
from evalkit.harness.reports import publish
from evalkit.model.chat import Attachment, ChatReply, ImagePart, Message, TextPart
from evalkit.model.outcome import Outcome
from evalkit.model.run import Plan, PlannedItem, RunEnd, RunStart
from evalkit.model.transcript import Exchange, Transcript
from evalkit.records.writer import Writer
from evalkit.source import Span

PICTURE = Attachment(name="a.png", media_type="image/png", size=3, sha256="0" * 64)
FILES = ("report.html", "summary.md", "summary.json")


def item(name: str, repeat: int = 1) -> PlannedItem:
    return PlannedItem(
        id=f"a.yaml::{name}[d]",
        suite="a.yaml",
        conversation=name,
        deployment="d",
        span=Span("a.yaml", 3),
        repeat=repeat,
    )


def outcome(planned: PlannedItem, attempt: int = 1, *, picture: bool = False) -> Outcome:
    parts = (TextPart(text="hi"), *((ImagePart(attachment=PICTURE),) if picture else ()))
    exchange = Exchange(
        turn=0, added=(Message(role="user", parts=parts),), reply=ChatReply(text="<b>hi</b>")
    )
    return Outcome(
        trial=f"{planned.id}#{attempt}",
        item=planned.id,
        attempt=attempt,
        status="passed",
        transcript=Transcript(exchanges=(exchange,)),
    )


ONCE, TWICE, SEEN, LOST = item("once"), item("twice", 2), item("seen"), item("lost")
ITEMS = (ONCE, TWICE, SEEN, LOST)
OUTCOMES = (outcome(ONCE), outcome(TWICE), outcome(SEEN, picture=True), outcome(TWICE, 2))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Writer(tmp_path) as writer:
        writer.start(RunStart(id="r", evalkit="0", started=1.0))
        writer.plan(Plan(items=ITEMS))
        for one in OUTCOMES:
            writer.outcome(one)
        writer.end(RunEnd(ended=2.0, counts={"passed": 4}))
    return tmp_path


def texts(folder: Path) -> Sequence[str]:
    return [(folder / name).read_text() for name in FILES]


@pytest.mark.parametrize("pieces", [0, 1, 3, 4, 6, 99])
def test_however_much_was_done_ahead_the_reports_are_the_same(folder: Path, pieces: int) -> None:
    publish(folder)
    alone = texts(folder)
    ahead = Ahead(folder)
    for _ in range(pieces):
        ahead.work()
    publish(folder, ahead)

    assert texts(folder) == alone


def test_an_item_is_rendered_once_all_its_attempts_are_there(folder: Path) -> None:
    ahead = Ahead(folder)
    seen = []
    while ahead.work():
        seen.append([key.partition("::")[2] for key in ahead.bodies])
    ahead.close()

    assert seen[3:] == [["once[d]"], ["once[d]"], ["once[d]", "twice[d]"], ["once[d]", "twice[d]"]]


def test_pictures_are_left_to_the_page_which_shows_each_once(folder: Path) -> None:
    ahead = Ahead(folder)
    while ahead.work():
        continue
    ahead.close()

    assert SEEN.id not in ahead.bodies


def test_a_line_that_is_not_written_to_its_end_is_waited_for(folder: Path) -> None:
    record = folder / "run.jsonl"
    whole = record.read_bytes()
    record.write_bytes(whole[:-5])
    ahead = Ahead(folder)
    pieces = 0
    while ahead.work():
        pieces += 1
    with record.open("ab") as file:
        file.write(whole[-5:])

    assert (pieces, ahead.work(), ahead.work()) == (6, True, False)
    assert ahead.run().damage == ()
