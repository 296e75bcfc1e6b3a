"""The program of the child process that matches patterns: a line of JSON in, a line out.

It is run as a script, by its path, and imports nothing of evalkit.
"""

import json
import re
import signal
import sys
from typing import BinaryIO

GRACE = 1.0
"""The seconds that a match may outlive its limit: an orphan must not run on for ever."""


def answer(line: bytes) -> bytes:
    """Match one question, `[pattern, text, flags, seconds]`: `[start, end]`, null, or an error."""
    pattern, text, flags, seconds = json.loads(line)
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
    try:
        match = re.compile(pattern, flags).search(text)
    except (re.error, OverflowError, RecursionError, MemoryError) as error:
        return _line(f"{type(error).__name__}: {error}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return _line(match and match.span())


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Say that it is there, then answer until the questions end."""
    answers.write(_line("ready"))
    answers.flush()
    for question in questions:
        answers.write(answer(question))
        answers.flush()


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
