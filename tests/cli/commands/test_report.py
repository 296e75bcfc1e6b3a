"""`evalkit report`: reports made again from a record."""

import json
from pathlib import Path

import pytest

from evalkit.cli.main import call
from evalkit.model.outcome import Outcome
from evalkit.model.run import Plan, PlannedItem, RunEnd, RunStart
from evalkit.records.writer import Writer
from evalkit.source import Span

ITEM = "suites/a.yaml::hello[live]"


def record(folder: Path) -> Path:
    """Write the record of a run of one passed item; give its folder."""
    place = Span("suites/a.yaml")
    planned = PlannedItem(
        id=ITEM, suite=place.file, conversation="hello", deployment="live", span=place
    )
    folder.mkdir(parents=True)
    with Writer(folder) as writer:
        writer.start(RunStart(id=folder.name, evalkit="0.1.0", started=1_795_546_862.0))
        writer.plan(Plan(items=(planned,)))
        writer.outcome(Outcome(trial=f"{ITEM}#1", item=ITEM, status="passed"))
        writer.end(RunEnd(ended=1_795_546_900.0, counts={"passed": 1}))
    return folder


def written(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} & {"report.html", "summary.md", "summary.json"}


def test_every_report_is_written_beside_the_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path / "run")

    code = call(["report", str(folder)])

    assert (code, len(capsys.readouterr().out.splitlines())) == (0, 3)
    assert written(folder) == {"report.html", "summary.md", "summary.json"}


def test_the_newest_record_is_taken_by_default(tmp_path: Path) -> None:
    older, newer = (record(tmp_path / f"2026112{day}T000000Z-a1b2c3") for day in (3, 4))
    (tmp_path / "20261129T000000Z-nothing").mkdir()

    code = call(["report", "--reports", str(tmp_path), "--format", "json"])

    assert (code, written(older), written(newer)) == (0, set(), {"summary.json"})


def test_one_format_can_go_elsewhere(tmp_path: Path) -> None:
    folder = record(tmp_path / "run")
    output = tmp_path / "out" / "summary.json"

    code = call(["report", str(folder), "--format", "json", "-o", str(output)])

    assert (code, written(folder)) == (0, set())
    assert json.loads(output.read_text(encoding="utf-8"))


def test_damage_is_told_and_the_report_written_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = record(tmp_path / "run")
    log = folder / "run.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace("passed", "failed", 1), "utf-8")

    code = call(["report", str(folder)])

    assert (code, len(written(folder))) == (8, 3)
    assert capsys.readouterr().err.startswith("damaged: ")


REFUSED: dict[str, tuple[list[str], tuple[int, str]]] = {
    "a file without a format": (["-o", "x.html"], (4, "-o names one file")),
    "no record": (["--reports", "."], (4, "no record in '.'")),
    "no such folder": (["nowhere"], (4, "invalid value for '[RUN]'")),
    "a folder without a record": (["."], (4, "'.' holds no record")),
}


@pytest.mark.parametrize(("arguments", "told"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_reported_is_one_message(
    arguments: list[str],
    told: tuple[int, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    code = call(["report", *arguments])

    shown = capsys.readouterr().err
    assert (code, shown[: len(told[1])], "Traceback" in shown) == (*told, False)
