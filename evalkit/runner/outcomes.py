"""What comes of a trial: judged, skipped, not run, or broken by a bug of evalkit's own."""

import traceback
from pathlib import Path

from evalkit import grading
from evalkit.conversation import play
from evalkit.model.dialogue import Dialogue
from evalkit.model.outcome import Outcome, Status
from evalkit.model.transcript import Transcript
from evalkit.model.trial import Item, Trial


def is_skipped(item: Item) -> bool:
    return item.skip is not None or item.called is None


def expected(item: Item) -> int:
    """Count the outcomes that an item will have."""
    return 1 if is_skipped(item) else item.conversation.repeat


def judged(trial: Trial) -> Dialogue[Outcome]:
    """Play a trial and judge it; its times are not known here."""
    conversation = trial.item.conversation
    played = yield from play(trial)
    verdicts = yield from grading.whole(conversation, played, trial.item.price)
    status, reason = grading.status(played.transcript, verdicts, conversation.threshold)
    return Outcome(
        trial=trial.id,
        item=trial.item.id,
        attempt=trial.attempt,
        status=status,
        reason=reason,
        transcript=played.transcript,
        verdicts=verdicts,
    )


def timed(outcome: Outcome, started: float, elapsed: float) -> Outcome:
    """Add a trial's times; what it waited for free places is not its own."""
    seconds = max(0.0, elapsed - _queued(outcome.transcript))
    return outcome.model_copy(update={"started": started, "seconds": seconds})


def skipped(trial: Trial) -> Outcome:
    return _bare(trial, "skipped", trial.item.skip or "the deployment's variables are not set")


def not_run(trial: Trial, reason: str) -> Outcome:
    return _bare(trial, "not_run", reason)


def withheld(outcome: Outcome, problem: str) -> Outcome:
    """Keep of an outcome only whose it is and when it was."""
    return Outcome(
        trial=outcome.trial,
        item=outcome.item,
        attempt=outcome.attempt,
        status="error",
        reason=f"internal error: {problem}",
        started=outcome.started,
        seconds=outcome.seconds,
    )


def broken(trial: Trial, error: BaseException) -> Outcome:
    """Say that evalkit itself failed, and where."""
    return _bare(trial, "error", f"internal error: {last_line(error)}")


def last_line(error: BaseException) -> str:
    """Give a traceback's last line, and the place it points at."""
    said = traceback.format_exception_only(error)[-1].strip()
    frames = traceback.extract_tb(error.__traceback__)
    return f"{said} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else said


def _bare(trial: Trial, status: Status, reason: str) -> Outcome:
    return Outcome(
        trial=trial.id, item=trial.item.id, attempt=trial.attempt, status=status, reason=reason
    )


def _queued(transcript: Transcript) -> float:
    replies = (exchange.reply for exchange in transcript.exchanges)
    return sum(reply.timing.queued for reply in replies if reply and reply.timing)
