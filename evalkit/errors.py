"""What can go wrong before or beside a verdict: the exception tree, mistakes, and did-you-mean.

EvalkitError
├── UsageError          known before the first request, nothing was sent: exit 4
│   └── Mistakes        every mistake of every file, in reading order
├── NothingSelected     no item to run: exit 5
├── RecordError         the record is damaged or could not be stored: exit 8
├── TemplateError       an authored text could not be compiled or rendered
├── CheckError          a check could not judge: an error verdict, never a failure
└── CallError           a deployment gave no answer (`evalkit.model.chat`)
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from evalkit.source import Span, excerpt

MOST_LOST = 3
"""Characters by which a misspelt word is shorter or longer at most."""


class EvalkitError(Exception):
    """An expected error: shown as one message, never as a traceback."""

    exit_code = 3


class UsageError(EvalkitError):
    """The suites, settings or environment cannot be used as they are."""

    exit_code = 4


class NothingSelected(EvalkitError):
    """There is no item to run."""

    exit_code = 5


class RecordError(EvalkitError):
    """The evidence is damaged or could not be stored."""

    exit_code = 8


class TemplateError(EvalkitError):
    """An authored text is no valid template, or rendering it was refused.

    `line` counts from 1 within the text, where the place is known.
    """

    def __init__(self, message: str, line: int | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.hint = hint


class CheckError(EvalkitError):
    """A check could not judge what it was shown.

    `kind` is the word that reports use, `detail` what does not fit into a line, as a traceback.
    """

    def __init__(self, kind: str, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing an author has to change, or with `warning` to look at, with its place.

    `text` is the source line of `span`, empty where the place is a whole file.
    """

    span: Span
    message: str
    text: str = ""
    hints: tuple[str, ...] = ()
    warning: bool = False

    def __str__(self) -> str:
        lines = [f"{self.span}: {'warning: ' if self.warning else ''}{self.message}"]
        if self.text:
            lines.append(excerpt(self.span, self.text))
        lines += [f"  hint: {hint}" for hint in self.hints]
        return "\n".join(lines)

    @property
    def order(self) -> tuple[str, int, int, str]:
        """Reading order over all files."""
        return (self.span.file, self.span.line, self.span.column, self.message)


class Mistakes(UsageError):
    """Every mistake found, once each, in reading order."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes), key=lambda mistake: mistake.order))
        super().__init__("\n\n".join(map(str, self.mistakes)))


def did_you_mean(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Give the hint that names the nearest known word, or none.

    A slip costs few characters, unless one word begins with the other.
    """
    alike = [one for one in known if _alike(one, word)]
    close = difflib.get_close_matches(word, alike, n=1, cutoff=0.6)
    return tuple(f"did you mean {match!r}?" for match in close)


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) <= MOST_LOST or long.startswith(short)
