"""Patterns of Python's `re` under a time limit; this module alone may start a child process.

`re` cannot be interrupted, so a pattern that may take long is matched in a child that is killed.
"""

import atexit
import json
import re
import select
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple, cast

from evalkit.errors import CheckError
from evalkit.reading.backtracking import growth
from evalkit.reading.excerpt import shorten

SECONDS = 1.5
STEPS = 200_000_000
"""What `re` takes in about a fifth of a second: up to this, a match needs no child process."""

STRIKES = 3
START = 30.0
"""The seconds that a child process may take to start."""

MATCHER = Path(__file__).with_name("matcher.py")


class Match(NamedTuple):
    """What a pattern found: from where to where."""

    text: str
    start: int
    end: int


class Unmatchable(CheckError):
    """The child process cannot match: what it was given is no pattern of its `re`."""


class Question(NamedTuple):
    """What the child process is asked, as it is sent."""

    pattern: str
    text: str
    flags: int
    seconds: float


class Budget:
    """The seconds that all matches of one check may take together."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self.left = seconds

    def search(self, pattern: str, text: str, flags: int = 0) -> Match | None:
        """Find the first match; raises CheckError `check_timeout` once the seconds are used up."""
        started = time.monotonic()
        try:
            span = self._span(pattern, text, flags)
        finally:
            self.left -= time.monotonic() - started
        return Match(text[span[0] : span[1]], *span) if span else None

    def is_pattern(self, text: str) -> bool:
        """Whether a text is a pattern: to compile a stranger's may take as long as to match it."""
        started = time.monotonic()
        try:
            self._ask(text, "", 0)
        except Unmatchable:
            return False
        finally:
            self.left -= time.monotonic() - started
        return True

    def _span(self, pattern: str, text: str, flags: int) -> tuple[int, int] | None:
        if self.left > 0 and is_quick(pattern, len(text), flags):
            match = compiled(pattern, flags).search(text)
            return match and match.span()
        return self._ask(pattern, text, flags)

    def _ask(self, pattern: str, text: str, flags: int) -> tuple[int, int] | None:
        if self.left <= 0:
            raise timed_out(pattern, f"had no time left: {self.seconds:g} s for all of the check")
        return _CHILD.search(Question(pattern, text, flags, self.left))


def search(pattern: str, text: str, flags: int = 0, *, seconds: float = SECONDS) -> Match | None:
    """Find the first match within `seconds`; raises CheckError of kind `check_timeout`."""
    return Budget(seconds).search(pattern, text, flags)


@lru_cache(maxsize=4096)
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a pattern; raises ValueError that names the place of what is wrong in it."""
    try:
        with warnings.catch_warnings():  # what a later Python may read otherwise is no mistake yet
            warnings.simplefilter("ignore", FutureWarning)
            return re.compile(pattern, flags)
    except re.error as error:
        place = "" if error.pos is None else f" at position {error.pos + 1}"
        raise ValueError(f"{pattern!r} is no pattern: {error.msg}{place}") from error
    except (OverflowError, RecursionError) as error:
        raise ValueError(f"{pattern!r} is too large or too deeply nested a pattern") from error


def is_quick(pattern: str, length: int, flags: int = 0) -> bool:
    """Whether a search in a text of so many characters is sure to end soon."""
    bound = None if flags & re.VERBOSE else growth(pattern)
    return bound is not None and bound.steps(length) <= STEPS


def timed_out(pattern: str, what: str) -> CheckError:
    return CheckError("check_timeout", f"pattern {shorten(pattern, 200)!r} {what}")


class Child:
    """A child process that matches, started at its first use and again after it was killed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.strikes: Counter[tuple[str, int]] = Counter()

    def search(self, question: Question) -> tuple[int, int] | None:
        """Give the span of the first match; raises CheckError."""
        name = question.pattern, question.flags
        with self.lock:
            if self.strikes[name] >= STRIKES:
                met = f"met its time limit {STRIKES} times and is not tried again"
                raise timed_out(question.pattern, met)
            try:
                found = self._ask(question)
            except TimeoutError:
                self.strikes[name] += 1
                what = f"did not end within {question.seconds:.2g} s"
                raise timed_out(question.pattern, what) from None
        if isinstance(found, str):
            raise Unmatchable("check_bug", f"{question.pattern!r} could not be matched: {found}")
        return (found[0], found[1]) if found else None

    def close(self) -> None:
        """End the process, whatever it does."""
        process, self.process = self.process, None
        if process:
            process.kill()
            process.communicate()

    def _ask(self, question: Question) -> str | list[int] | None:
        process = self._running()
        try:
            questions = cast("IO[bytes]", process.stdin)
            questions.write(json.dumps(question).encode() + b"\n")
            questions.flush()
            return _receive(process, question.seconds)
        except BaseException:  # an answer that nobody waits for must not be taken for the next one
            self.close()
            raise

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process and self.process.poll() is None:
            return self.process
        self.close()
        self.process = subprocess.Popen(  # noqa: S603 - our own script, and no arguments
            [sys.executable, "-I", "-S", str(MATCHER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _receive(self.process, START)
        return self.process


def _receive(process: subprocess.Popen[bytes], seconds: float) -> str | list[int] | None:
    """Read a line of JSON; raises TimeoutError."""
    answers = cast("IO[bytes]", process.stdout)
    ready = select.poll()
    ready.register(answers, select.POLLIN)
    if not ready.poll(seconds * 1000):
        raise TimeoutError
    line = answers.readline()
    if not line:
        raise CheckError("check_bug", "the process that matches patterns ended")
    answer: str | list[int] | None = json.loads(line)
    return answer


_CHILD = Child()
atexit.register(_CHILD.close)
