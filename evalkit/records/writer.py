"""The one writer of a record: a thread that appends a line for whatever it is handed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Self

from evalkit.errors import RecordError
from evalkit.model.data import Recorded
from evalkit.model.outcome import Outcome
from evalkit.model.run import Note, Plan, RunEnd, RunStart
from evalkit.records import blobs
from evalkit.records.line import LineType, encode
from evalkit.records.log import Disk, Log

BATCH = 256
"""How many jobs may share one write and one sync."""

LINGER = 0.02
"""Seconds for which a job may wait for others: each write takes the interpreter from the run."""


@dataclass(frozen=True, slots=True)
class _Entry:
    type: LineType
    payload: Recorded


@dataclass(frozen=True, slots=True)
class _Blob:
    sha256: str
    data: bytes


_Job = _Entry | _Blob


class Writer:
    """Appends to `run.jsonl`, or to `run.PART.jsonl` in a worker process, from a thread of its own.

    Calls only queue their work, in order, and may come from any thread. Outcomes that come within
    `LINGER` seconds share one write and one sync; from then on they survive the process and a power
    loss. After a failure to store, nothing more is written, `failed` says why, and every further
    call and `close` raise it. `now` gives seconds since the epoch.
    """

    def __init__(
        self,
        folder: Path,
        part: str | None = None,
        *,
        now: Callable[[], float] = time.time,
        disk: Disk | None = None,
    ) -> None:
        self.failed: RecordError | None = None
        self._folder = folder
        self._path = folder / (f"run.{part}.jsonl" if part else "run.jsonl")
        self._now = now
        self._seq = 0
        self._outcomes = 0
        self._stored: set[str] = set()
        try:
            self._log = Log(self._path, disk or Disk())
        except OSError as error:
            raise RecordError(f"{self._path} cannot be made: {error.strerror or error}") from error
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closing = Event()
        self._thread = Thread(target=self._work, name="evalkit-record", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, start: RunStart) -> None:
        self._put(_Entry("run_start", start))

    def plan(self, plan: Plan) -> None:
        self._put(_Entry("plan", plan))

    def outcome(self, outcome: Outcome) -> None:
        self._put(_Entry("outcome", outcome))

    def note(self, note: Note) -> None:
        self._put(_Entry("note", note))

    def end(self, end: RunEnd) -> None:
        self._put(_Entry("run_end", end))

    def blob(self, sha256: str, data: bytes) -> None:
        """Keep an attachment; one that was handed over before is not stored again."""
        if sha256 not in self._stored:
            self._stored.add(sha256)
            self._put(_Blob(sha256, data))

    def close(self) -> None:
        """Write what is queued and stop; raises RecordError where anything could not be stored."""
        if self._thread.is_alive():
            self._jobs.put(None)
            self._closing.set()
            self._thread.join()
        self._check()

    def _put(self, job: _Job) -> None:
        self._check()
        self._jobs.put(job)

    def _check(self) -> None:
        if self.failed is not None:
            raise self.failed

    def _work(self) -> None:
        going = True
        while going:
            batch = self._take()
            going = None not in batch
            if self.failed is None:
                self._store([job for job in batch if job is not None])
        self._log.close()

    def _take(self) -> list[_Job | None]:
        batch = [self._jobs.get()]
        self._closing.wait(LINGER)
        try:
            while len(batch) < BATCH and batch[-1] is not None:
                batch.append(self._jobs.get_nowait())
        except Empty:
            return batch
        return batch

    def _store(self, batch: list[_Job]) -> None:
        """Store jobs in order; the lines between two attachments are written at once."""
        lines: list[_Entry] = []
        try:
            for job in batch:
                if isinstance(job, _Entry):
                    lines.append(job)
                    continue
                self._write(lines)
                lines = []
                blobs.store(self._folder, job.sha256, job.data)
            self._write(lines)
            if any(isinstance(job, _Entry) and job.type in {"outcome", "run_end"} for job in batch):
                self._log.sync()
        except (OSError, ValueError) as error:
            self.failed = RecordError(
                f"{self._path}: the record cannot be stored any more after"
                f" {self._outcomes} outcomes: {getattr(error, 'strerror', None) or error}"
            )

    def _write(self, entries: list[_Entry]) -> None:
        """Write lines together; where they do not fit, those that do one by one, then raise."""
        numbered = enumerate(entries, self._seq)
        lines = [encode(seq, self._now(), one.type, one.payload) for seq, one in numbered]
        try:
            self._log.append(b"".join(lines))
        except OSError:
            for entry, line in zip(entries, lines, strict=True):
                self._log.append(line)
                self._count([entry])
            raise
        self._count(entries)

    def _count(self, written: list[_Entry]) -> None:
        self._seq += len(written)
        self._outcomes += sum(entry.type == "outcome" for entry in written)
