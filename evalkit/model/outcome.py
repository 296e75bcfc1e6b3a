"""What came of a trial: one line of the record."""

from dataclasses import dataclass
from typing import Literal

from evalkit.model.check import Verdict
from evalkit.model.data import Recorded
from evalkit.model.transcript import Transcript

Status = Literal["passed", "failed", "error", "skipped", "not_run"]


@dataclass(frozen=True)
class Played:
    """A transcript, and the verdicts already given while it was played.

    `graded` are the indexes of the turns that those verdicts cover.
    """

    transcript: Transcript
    verdicts: tuple[Verdict, ...] = ()
    graded: frozenset[int] = frozenset()


class Outcome(Recorded):
    """A trial's transcript and verdicts, and what they come to.

    `started` is seconds since the epoch, `seconds` the trial's own duration on a monotonic clock.
    `reason` says in a sentence why it is what it is.
    """

    trial: str
    item: str
    attempt: int = 1
    status: Status
    reason: str = ""
    transcript: Transcript = Transcript()
    verdicts: tuple[Verdict, ...] = ()
    started: float = 0.0
    seconds: float = 0.0
