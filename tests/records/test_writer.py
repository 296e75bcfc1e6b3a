"""The writer: every line stored in order, or a RecordError that nobody can miss."""

import errno
import hashlib
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from evalkit.errors import RecordError
from evalkit.model.outcome import Outcome
from evalkit.model.run import RunEnd, RunStart
from evalkit.records.log import Disk
from evalkit.records.reader import read
from evalkit.records.writer import Writer

PNG = b"\x89PNG"
SHA256 = hashlib.sha256(PNG).hexdigest()


class Counting(Disk):
    """A disk that counts, and fails from the given call on as it is told to."""

    def __init__(self, write_at: int = 1000, sync_at: int = 1000, short: int | None = None) -> None:
        self.writes = 0
        self.syncs = 0
        self._write_at, self._sync_at, self._short = write_at, sync_at, short

    def write(self, descriptor: int, data: bytes) -> int:
        self.writes += 1
        if self.writes < self._write_at:
            return super().write(descriptor, data)
        if self._short is not None:
            return super().write(descriptor, data[: self._short])
        raise OSError(errno.ENOSPC, "No space left on device")

    def sync(self, descriptor: int) -> None:
        self.syncs += 1
        if self.syncs >= self._sync_at:
            raise OSError(errno.EIO, "Input/output error")
        super().sync(descriptor)


def test_lines_are_numbered_without_a_gap(record: Path) -> None:
    lines = [json.loads(line) for line in (record / "run.jsonl").read_text().splitlines()]

    assert [line["seq"] for line in lines] == list(range(7))


def test_lines_stand_in_the_order_of_the_calls(record: Path) -> None:
    lines = [json.loads(line) for line in (record / "run.jsonl").read_text().splitlines()]

    assert [line["type"] for line in lines] == [
        "run_start",
        "plan",
        "outcome",
        "outcome",
        "outcome",
        "note",
        "run_end",
    ]


def test_a_record_is_readable_by_its_owner_alone(record: Path) -> None:
    assert (record / "run.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_line_carries_the_time_it_was_written(tmp_path: Path, start: RunStart) -> None:
    with Writer(tmp_path, now=lambda: 12.5) as writer:
        writer.start(start)

    assert json.loads((tmp_path / "run.jsonl").read_text())["t"] == 12.5


def test_a_worker_writes_a_part_of_its_own(tmp_path: Path, start: RunStart) -> None:
    with Writer(tmp_path, part="gw3") as writer:
        writer.start(start)

    assert [path.name for path in tmp_path.iterdir()] == ["run.gw3.jsonl"]


def test_a_record_that_exists_is_not_written_again(record: Path) -> None:
    with pytest.raises(RecordError, match="File exists"):
        Writer(record)


def test_an_outcome_is_synced_before_close(tmp_path: Path, outcomes: tuple[Outcome, ...]) -> None:
    disk = Counting()

    with Writer(tmp_path, disk=disk) as writer:
        writer.outcome(outcomes[0])

    assert disk.syncs == 1


def test_a_blob_is_stored_once(tmp_path: Path, start: RunStart) -> None:
    with Writer(tmp_path) as writer:
        writer.start(start)
        writer.blob(SHA256, PNG)
        writer.blob(SHA256, b"never looked at")

    assert read(tmp_path).blob(SHA256) == PNG


def test_closing_twice_is_no_error(tmp_path: Path, start: RunStart) -> None:
    writer = Writer(tmp_path)
    writer.start(start)
    writer.close()

    writer.close()

    assert read(tmp_path).start == start


FULL = {
    "nothing fits": lambda: Counting(write_at=3),
    "half a line fits": lambda: Counting(write_at=3, short=40),
    "no byte is taken": lambda: Counting(write_at=3, short=0),
}


@pytest.mark.parametrize("disk", FULL.values(), ids=FULL.keys())
def test_a_full_disk_leaves_whole_lines_alone(
    tmp_path: Path, start: RunStart, outcomes: tuple[Outcome, ...], disk: Callable[[], Disk]
) -> None:
    writer = Writer(tmp_path, disk=disk())
    writer.start(start)
    writer.outcome(outcomes[0])
    writer.outcome(outcomes[1])

    with pytest.raises(RecordError, match="after 1 outcomes"):
        writer.close()

    assert (tmp_path / "run.jsonl").read_bytes().endswith(b"}\n")
    assert read(tmp_path).outcomes == outcomes[:1]


def test_a_failed_sync_is_never_taken_for_success(
    tmp_path: Path, outcomes: tuple[Outcome, ...]
) -> None:
    writer = Writer(tmp_path, disk=Counting(sync_at=1))
    writer.outcome(outcomes[0])

    with pytest.raises(RecordError, match="Input/output error"):
        writer.close()


def test_the_call_after_a_failure_is_told(tmp_path: Path, outcomes: tuple[Outcome, ...]) -> None:
    writer = Writer(tmp_path, disk=Counting(write_at=1))
    writer.outcome(outcomes[0])
    with pytest.raises(RecordError):
        writer.close()

    with pytest.raises(RecordError, match="No space left"):
        writer.end(RunEnd(ended=0))


def test_a_folder_that_vanished_is_a_record_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="No such file"):
        Writer(tmp_path / "gone")


def test_a_real_limit_of_the_system_leaves_whole_lines(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import resource, sys
        from pathlib import Path
        from evalkit.errors import RecordError
        from evalkit.model.outcome import Outcome
        from evalkit.model.run import RunStart
        from evalkit.records.writer import Writer

        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
        writer = Writer(Path(sys.argv[1]))
        writer.start(RunStart(id="r1", evalkit="0", started=0))
        try:
            for number in range(100):
                writer.outcome(Outcome(trial=f"i#{number}", item="i", status="passed"))
            writer.close()
        except RecordError as error:
            sys.exit(error.exit_code)
    """)

    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)

    assert done.returncode == 8
    assert 10 < len(read(tmp_path).outcomes) < 30
    assert not any("torn" in sentence for sentence in read(tmp_path).damage)


def test_a_killed_process_loses_no_line_it_had_written(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from evalkit.model.outcome import Outcome
        from evalkit.model.run import RunStart
        from evalkit.records.log import Disk
        from evalkit.records.writer import Writer

        class Dying(Disk):
            def sync(self, descriptor):
                os.kill(os.getpid(), signal.SIGKILL)

        writer = Writer(Path(sys.argv[1]), disk=Dying())
        writer.start(RunStart(id="r1", evalkit="0", started=0))
        writer.outcome(Outcome(trial="i#1", item="i", status="passed"))
        writer.close()
    """)

    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)

    assert [outcome.trial for outcome in read(tmp_path).outcomes] == ["i#1"]
