"""A reply judged as JSON: the value, or the cause why there is none, and what was left out."""

from collections.abc import Callable

from evalkit.model.check import Evidence, Verdict, View
from evalkit.model.data import Json
from evalkit.reading.excerpt import ending, shorten
from evalkit.reading.json_ladder import NotJson, Read, of_view

SHOWN = 200
"""The characters of a reply, or of what was left out of it, that evidence shows."""


def judge_json(view: View, judge: Callable[[Json], Verdict]) -> Verdict:
    """Judge the value of a reply; one that is no JSON fails with the cause."""
    reading = of_view(view)
    if isinstance(reading, NotJson):
        return not_json(view, reading)
    verdict = judge(reading.value)
    if not reading.stripped:
        return verdict
    return verdict.model_copy(update={"evidence": (*verdict.evidence, *left_out(reading))})


def not_json(view: View, reading: NotJson) -> Verdict:
    """Fail a reply that is no JSON; the cause is the reason, and its place is the evidence."""
    text = view.reply.text or view.reply.refusal or ""
    cause = Evidence(message=reading.reason, excerpt=ending(text, SHOWN))
    reason = f"reply is not JSON: {reading}"
    return Verdict(status="failed", reason=reason, evidence=reading.evidence or (cause,))


def left_out(reading: Read) -> tuple[Evidence, ...]:
    """Show what of the reply is not part of the value, if anything."""
    if not reading.stripped:
        return ()
    message = f"left out, read as {reading.how}"
    return (Evidence(message=message, excerpt=shorten(reading.stripped, SHOWN)),)
