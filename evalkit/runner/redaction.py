"""Outcomes without secrets: rebuilt from what the Redactor leaves of them, where it finds any."""

from collections.abc import Callable, Iterator

from evalkit.model.data import Json
from evalkit.model.outcome import Outcome
from evalkit.secrets import Redactor

BETWEEN = "\0"
"""Keeps texts apart that are searched together: it is part of no secret, and no word."""


def redaction(redactor: Redactor) -> Callable[[Outcome], Outcome]:
    """Give the function that takes secrets out of an outcome, reasons and evidence included."""

    def redact(outcome: Outcome) -> Outcome:
        if not _is_suspect(outcome, redactor):
            return outcome
        dumped: Json = outcome.model_dump(mode="json")
        everything = BETWEEN.join(_texts(dumped))
        if redactor.text(everything) == everything:
            return outcome
        return Outcome.model_validate(redactor.data(dumped))

    return redact


def _is_suspect(outcome: Outcome, redactor: Redactor) -> bool:
    """Whether to look closer: nearly every outcome is seen to hold no secret at first sight."""
    try:
        return redactor.suspects(outcome.model_dump_json())
    except ValueError:  # halves of surrogate pairs, which are no JSON
        return True


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
