"""One file of a record, read as far as it can be trusted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import ValidationError

from evalkit.errors import RecordError
from evalkit.model.data import Recorded
from evalkit.model.outcome import Outcome
from evalkit.model.run import Note, Plan, RunEnd, RunStart
from evalkit.records.field_names import FieldNames
from evalkit.records.files import open_regular
from evalkit.records.line import VERSION, BadLine, Line, decode

MAX_LINE = 256 * 1024 * 1024
"""How many bytes a line may have."""

MAX_NAMED = 20
"""How many bad lines of a file are named one by one."""

P = TypeVar("P", bound=Recorded)


@dataclass
class Part:
    """What a file of a record holds, and in `damage` what of it could not be read."""

    name: str
    start: RunStart | None = None
    plans: list[Plan] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    end: RunEnd | None = None
    damage: list[str] = field(default_factory=list)


def read_part(path: Path) -> Part:
    """Read a file of a record; raises RecordError where none of it can be understood."""
    return Follower(path).finish()


class Follower:
    """Reads a file of a record, also while it grows; raises RecordError as `read_part` does."""

    def __init__(self, path: Path) -> None:
        self.part = Part(path.name)
        self._path = path
        self._reading = _Reading(self.part)
        self._file: BinaryIO | None = None
        self._number = 0

    def advance(self) -> bool:
        """Read the next line; False where it is not written to its end yet."""
        with self._told():
            file = self._opened()
            at = file.tell()
            raw = file.readline(MAX_LINE)
            if not raw.endswith(b"\n"):
                file.seek(at)
                return False
        self._take(raw)
        return True

    def finish(self) -> Part:
        """Read what is left, the torn end of a line too."""
        with self._told(), self._opened() as file:
            for raw in _lines(file):
                self._take(raw)
        return self._reading.finish()

    def close(self) -> None:
        """Read no more."""
        if self._file is not None:
            self._file.close()

    def _take(self, raw: bytes) -> None:
        self._number += 1
        self._reading.take(self._number, raw)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = open_regular(self._path)
        return self._file

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"{self._path} cannot be read: {error.strerror or error}"
            raise RecordError(message) from error


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Give each line with its newline; of one that is too long, only its start."""
    while raw := file.readline(MAX_LINE):
        yield raw
        while len(raw) == MAX_LINE and not raw.endswith(b"\n"):
            raw = file.readline(MAX_LINE)


class _Reading:
    def __init__(self, part: Part) -> None:
        self._part = part
        self._next = 0
        self._bad = 0
        self._names = FieldNames()

    def take(self, number: int, raw: bytes) -> None:
        if not raw.endswith(b"\n") and len(raw) < MAX_LINE:
            self._tear(number, raw)
            return
        try:
            line = _decode(raw)
        except BadLine as bad:
            self._next += 1
            self._skip(number, bad)
            return
        self._follow(number, line)
        try:
            self._keep(line)
        except BadLine as bad:
            self._skip(number, bad)

    def finish(self) -> Part:
        if self._bad > MAX_NAMED:
            self._part.damage.append(f"{self._part.name}: {self._bad} lines are skipped in all")
        if self._part.end is None:
            self._part.damage.append(f"{self._part.name} has no end: the run is incomplete")
        return self._part

    def _tear(self, number: int, raw: bytes) -> None:
        torn = f"the torn last line, {len(raw)} bytes, is dropped"
        self._part.damage.append(f"{self._part.name}:{number}: {torn}")

    def _skip(self, number: int, bad: BadLine) -> None:
        self._bad += 1
        if self._bad <= MAX_NAMED:
            self._part.damage.append(f"{self._part.name}:{number} is skipped: {bad}")

    def _follow(self, number: int, line: Line) -> None:
        if line.version > VERSION:
            raise RecordError(
                f"{self._part.name} was written by a newer evalkit: its format is version"
                f" {line.version}, this one reads up to {VERSION}"
            )
        if line.seq != self._next:
            self._part.damage.append(
                f"{self._part.name}:{number} is line {line.seq} of the record"
                f" where line {self._next} is due"
            )
        self._next = line.seq + 1

    def _keep(self, line: Line) -> None:
        match line.type:
            case "run_start":
                self._part.start = _payload(RunStart, line)
            case "plan":
                self._part.plans.append(_payload(Plan, line))
            case "outcome":
                self._part.outcomes.append(_payload(Outcome, line))
                self._names.share(self._part.outcomes[-1])
            case "note":
                self._part.notes.append(_payload(Note, line))
            case "run_end":
                self._part.end = _payload(RunEnd, line)


def _decode(raw: bytes) -> Line:
    if not raw.endswith(b"\n"):
        raise BadLine(f"it has more than {MAX_LINE} bytes")
    return decode(raw[:-1])


def _payload(model: type[P], line: Line) -> P:
    try:
        return model.model_validate(line.data)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"][:6])
        raise BadLine(f"its {line.type} is not understood at {where!r}") from error
