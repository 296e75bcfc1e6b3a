"""Where an author wrote something: the file, the place in it, and a caret under it."""

from dataclasses import dataclass


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
    """Show the source line `text` of `span` with carets under what is meant, over two lines."""
    gutter = f"{span.line:>5} | "
    before = "".join("\t" if character == "\t" else " " for character in text[: span.column - 1])
    return f"{gutter}{text}\n{' ' * len(gutter)}{before}{'^' * span.width}"
