"""The writer: every line stored in order, or a RecordError that nobody can miss."""

import errno
import hashlib
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from evalkit.errors import RecordError
from evalkit.model.outcome import Outcome
from evalkit.model.run import RunEnd, RunStart
from evalkit.records.line import encode
from evalkit.records.log import Disk
from evalkit.records.reader import read
from evalkit.records.writer import Writer

PNG = b"\x89PNG"
SHA256 = hashlib.sha256(PNG).hexdigest()


class Counting(Disk):
    """A disk that counts its syncs, and fails from the given one on."""

    def __init__(self, sync_at: int = 1000) -> None:
        self.syncs = 0
        self._sync_at = sync_at

    def sync(self, descriptor: int) -> None:
        self.syncs += 1
        if self.syncs >= self._sync_at:
            raise OSError(errno.EIO, "Input/output error")
        super().sync(descriptor)


class Full(Disk):
    """A disk with so many bytes left; of what does not fit it takes `short` bytes, or refuses."""

    def __init__(self, room: int, short: int | None = None) -> None:
        self._room, self._short = room, short

    def write(self, descriptor: int, data: bytes) -> int:
        if len(data) <= self._room - os.fstat(descriptor).st_size:
            return super().write(descriptor, data)
        if self._short is not None:
            return super().write(descriptor, data[: self._short])
        raise OSError(errno.ENOSPC, "No space left on device")


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


@pytest.mark.parametrize(
    "short", [None, 40, 0], ids=["nothing fits", "half a line fits", "no byte is taken"]
)
def test_a_full_disk_leaves_whole_lines_alone(
    tmp_path: Path, start: RunStart, outcomes: tuple[Outcome, ...], short: int | None
) -> None:
    kept = encode(0, 1.0, "run_start", start) + encode(1, 1.0, "outcome", outcomes[0])
    disk = Full(len(kept) + 50, short)
    writer = Writer(tmp_path, now=lambda: 1.0, disk=disk)
    writer.start(start)
    writer.outcome(outcomes[0])
    writer.outcome(outcomes[1])

    with pytest.raises(RecordError, match="after 1 outcomes"):
        writer.close()

    assert (tmp_path / "run.jsonl").read_bytes() == kept


def test_a_failed_sync_is_never_taken_for_success(
    tmp_path: Path, outcomes: tuple[Outcome, ...]
) -> None:
    writer = Writer(tmp_path, disk=Counting(sync_at=1))
    writer.outcome(outcomes[0])

    with pytest.raises(RecordError, match="Input/output error"):
        writer.close()


def test_the_call_after_a_failure_is_told(tmp_path: Path, outcomes: tuple[Outcome, ...]) -> None:
    writer = Writer(tmp_path, disk=Full(0))
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
