"""The reader: an exact prefix of whatever was written, and a sentence for what is missing."""

import json
import zlib
from pathlib import Path

import pytest

from evalkit.errors import RecordError
from evalkit.model.outcome import Outcome
from evalkit.model.run import Plan, Run, RunEnd, RunStart
from evalkit.records import part
from evalkit.records.reader import read
from evalkit.records.writer import Writer


def rewrite(record: Path, data: bytes) -> Path:
    (record / "run.jsonl").write_bytes(data)
    return record


def lines(record: Path) -> list[bytes]:
    return (record / "run.jsonl").read_bytes().splitlines(keepends=True)


def signed(**keys: object) -> bytes:
    body = json.dumps({"v": 1, "seq": 0, "t": 0, **keys}).encode()
    return body[:-1] + b',"crc":%d}\n' % zlib.crc32(body)


def test_a_whole_record_is_read_without_damage(
    record: Path, start: RunStart, plan: Plan, outcomes: tuple[Outcome, ...]
) -> None:
    run = read(record)

    assert (run.start, run.items, run.outcomes) == (start, plan.items, outcomes)
    assert run.end == RunEnd(ended=1_795_546_900.0, counts={"passed": 3})
    assert [note.text for note in run.notes] == ["one note"]
    assert run.damage == ()


def test_a_record_cut_at_any_byte_is_an_exact_prefix(
    record: Path, outcomes: tuple[Outcome, ...]
) -> None:
    whole = (record / "run.jsonl").read_bytes()
    first = whole.index(b"\n") + 1

    for offset in range(first, len(whole)):
        run = read(rewrite(record, whole[:offset]))
        complete = whole[:offset].count(b"\n")
        assert run.outcomes == outcomes[: max(0, complete - 2)]
        assert run.end is None
        assert len(run.damage) == (1 if whole[:offset].endswith(b"\n") else 2)


def test_a_zero_filled_tail_is_an_exact_prefix(record: Path, outcomes: tuple[Outcome, ...]) -> None:
    whole = (record / "run.jsonl").read_bytes()
    first = whole.index(b"\n") + 1

    for offset in range(first, len(whole), 7):
        run = read(rewrite(record, whole[:offset] + b"\0" * 512))
        complete = whole[:offset].count(b"\n")
        assert run.outcomes == outcomes[: max(0, complete - 2)]


def test_a_cut_inside_the_header_leaves_nothing_to_read(record: Path) -> None:
    whole = (record / "run.jsonl").read_bytes()

    for offset in range(whole.index(b"\n") + 1):
        with pytest.raises(RecordError, match="nothing of the record can be read"):
            read(rewrite(record, whole[:offset]))


def test_a_torn_tail_is_one_sentence(record: Path) -> None:
    run = read(rewrite(record, (record / "run.jsonl").read_bytes() + b'{"v":1,'))

    assert run.damage == ("run.jsonl:8: the torn last line, 7 bytes, is dropped",)


def test_a_record_without_its_end_says_so(record: Path) -> None:
    run = read(rewrite(record, b"".join(lines(record)[:-1])))

    assert run.damage == ("run.jsonl has no end: the run is incomplete",)


def test_a_bad_line_in_the_middle_is_skipped_by_its_number(
    record: Path, outcomes: tuple[Outcome, ...]
) -> None:
    whole = lines(record)
    whole[3] = whole[3].replace(b"passed", b"failed")

    run = read(rewrite(record, b"".join(whole)))

    assert run.damage == ("run.jsonl:4 is skipped: the checksum does not match",)
    assert run.outcomes == (outcomes[0], outcomes[2])


def test_a_missing_line_in_the_middle_is_noticed(record: Path) -> None:
    whole = lines(record)

    run = read(rewrite(record, b"".join(whole[:3] + whole[4:])))

    assert run.damage == ("run.jsonl:4 is line 4 of the record where line 3 is due",)


def test_many_bad_lines_are_counted_not_listed(record: Path) -> None:
    whole = lines(record)

    run = read(rewrite(record, b"".join([*whole[:3], b"?\n" * 500, *whole[3:]])))

    assert len(run.damage) == part.MAX_NAMED + 2
    assert "run.jsonl: 500 lines are skipped in all" in run.damage


def test_a_lost_header_is_made_up_from_the_folder(record: Path, tmp_path: Path) -> None:
    whole = lines(record)
    folder = tmp_path / "20261124T190102Z-ab-12"
    folder.mkdir()
    (folder / "run.jsonl").write_bytes(b"?\n" + b"".join(whole[1:]))

    run = read(folder)

    assert run.start.id == "ab-12"
    assert "the header of the record is lost" in run.damage


def test_items_of_a_lost_plan_are_made_up_from_their_outcomes(record: Path, plan: Plan) -> None:
    whole = lines(record)
    whole[1] = b"?\n"

    run = read(rewrite(record, b"".join(whole)))

    assert [(item.id, item.deployment, item.repeat) for item in run.items] == [
        (plan.items[0].id, "maas", 3)
    ]
    assert "the plan does not name 1 of the items that were run" in run.damage


def test_types_and_keys_of_a_newer_evalkit_are_ignored(record: Path, start: RunStart) -> None:
    header = signed(type="run_start", colour="blue", **start.model_dump())
    foreign = signed(seq=1, type="weather", sky="clear")

    assert read(rewrite(record, header + foreign)).start == start


def test_a_newer_format_is_refused(record: Path) -> None:
    with pytest.raises(RecordError, match="written by a newer evalkit: its format is version 2"):
        read(rewrite(record, signed(v=2, type="run_start")))


def test_a_payload_that_is_not_understood_is_a_bad_line(record: Path, start: RunStart) -> None:
    header = signed(type="run_start", **start.model_dump())
    outcome = signed(seq=1, type="outcome", trial="t", item="i", status="splendid")

    run = read(rewrite(record, header + outcome))

    assert run.damage[0] == "run.jsonl:2 is skipped: its outcome is not understood at 'status'"


def test_a_folder_without_a_record_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="holds no record"):
        read(tmp_path)


def test_a_record_that_is_a_link_is_not_read(record: Path) -> None:
    (record / "run.jsonl").rename(record / "other.jsonl")
    (record / "run.jsonl").symlink_to("other.jsonl")

    with pytest.raises(RecordError, match="cannot be read"):
        read(record)


def write_worker(
    folder: Path, number: int, start: RunStart, outcomes: tuple[Outcome, ...], *, ended: bool = True
) -> None:
    with Writer(folder, part=f"gw{number}") as writer:
        writer.start(start)
        for outcome in outcomes:
            writer.outcome(outcome)
        if ended:
            writer.end(RunEnd(ended=number, counts={"passed": len(outcomes)}))


def test_the_parts_of_all_workers_are_one_record(
    tmp_path: Path, start: RunStart, plan: Plan, outcomes: tuple[Outcome, ...]
) -> None:
    with Writer(tmp_path) as writer:
        writer.start(start)
        writer.plan(plan)
        writer.end(RunEnd(ended=99, interrupted=True))
    write_worker(tmp_path, 10, start, outcomes[2:])
    write_worker(tmp_path, 2, start, outcomes[:2])

    run = read(tmp_path)

    assert (run.items, run.outcomes) == (plan.items, outcomes)
    assert run.end == RunEnd(ended=99, counts={"passed": 3}, interrupted=True)
    assert run.damage == ()


def test_one_worker_without_an_end_leaves_the_run_incomplete(
    tmp_path: Path, start: RunStart, outcomes: tuple[Outcome, ...]
) -> None:
    write_worker(tmp_path, 0, start, outcomes[:2])
    write_worker(tmp_path, 1, start, outcomes[2:], ended=False)

    run = read(tmp_path)

    assert run.end is None
    assert "run.gw1.jsonl has no end: the run is incomplete" in run.damage


def test_a_part_of_another_run_is_named(tmp_path: Path, start: RunStart) -> None:
    write_worker(tmp_path, 0, start, ())
    write_worker(tmp_path, 1, start.model_copy(update={"id": "r2"}), ())

    assert read(tmp_path).damage == ("run.gw1.jsonl belongs to another run",)


def test_of_a_trial_recorded_twice_the_later_outcome_counts(
    tmp_path: Path, start: RunStart, outcomes: tuple[Outcome, ...]
) -> None:
    again = outcomes[0].model_copy(update={"status": "error"})
    write_worker(tmp_path, 0, start, (outcomes[0], again))

    assert [outcome.status for outcome in read(tmp_path).outcomes] == ["error"]


def test_a_long_text_of_an_attacker_is_read_as_data(tmp_path: Path, start: RunStart) -> None:
    hostile = "<script>alert(1)</script>\ud800\x1b[2J" * 1000
    write_worker(
        tmp_path, 0, start, (Outcome(trial=hostile, item=hostile, status="failed"),), ended=False
    )

    run: Run = read(tmp_path)

    assert run.outcomes[0].trial == hostile
