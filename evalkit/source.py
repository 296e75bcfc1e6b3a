"""Where an author wrote something: the file, the place in it, and a caret under it."""

from dataclasses import dataclass
from typing import Final

WIDTH: Final = 200
"""Characters of a source line that are shown."""

BEFORE: Final = 80
"""Of these, how many before the place that is meant, where a line is longer."""


@dataclass(frozen=True, slots=True)
class Span:
    """A place in an author's file.

    `file` is relative to the root, with forward slashes. `line` and `column` count from 1, columns
    in code points; `width` is the number of code points meant, at least 1, all on that line.
    """

    file: str
    line: int = 1
    column: int = 1
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def excerpt(span: Span, text: str) -> str:
    """Show the source line `text` of `span` with carets under what is meant, over two lines.

    Of a long line only the neighbourhood is shown.
    """
    first = max(0, span.column - 1 - BEFORE) if len(text) > WIDTH else 0
    cut = "…" if first else ""
    shown = f"{cut}{text[first : first + WIDTH]}"
    place = span.column - 1 - first + len(cut)
    rest = "…" if first + WIDTH < len(text) else ""
    carets = "^" * max(1, min(span.width, len(shown) - place))
    gutter = f"{span.line:>5} | "
    before = "".join("\t" if character == "\t" else " " for character in shown[:place])
    return f"{gutter}{shown}{rest}\n{' ' * len(gutter)}{before}{carets}"
