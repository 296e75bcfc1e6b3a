"""What commands write: the only module that writes to the terminal."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from evalkit.errors import UsageError
from evalkit.report.console import clean


def echo(text: str, *, error: bool = False) -> None:
    """Write text and a line's end to stdout or stderr.

    A closed pipe is no error: its reader has seen enough. Raises UsageError on any other.
    """
    stream = sys.stderr if error else sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    shown = clean(text).encode(encoding, "backslashreplace").decode(encoding)
    try:
        click.echo(shown, err=error)
    except OSError as failure:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(failure, BrokenPipeError):
            raise UsageError(f"cannot write the output: {failure.strerror}") from failure


def to_json(value: object) -> str:
    """Give ASCII JSON that `echo` leaves as it is, whatever its texts hold."""
    return json.dumps(value, indent=2).replace("##", r"#\u0023")


def table(rows: Iterable[Sequence[str]]) -> str:
    """Align fields in columns, one row a line."""
    cells = [[clean(field, single_line=True) for field in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def write(path: Path, text: str) -> None:
    """Write a file, and its folder where it is missing; raises UsageError where that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"cannot write {str(path)!r}: {error.strerror}") from error
