"""The text of an author's file, checked to be readable, and mistakes at places in it."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from evalkit.errors import Mistake, Mistakes
from evalkit.source import Span

MOST_BYTES: Final = 20_000_000
MARKS_OF_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
BYTE_ORDER_MARK: Final = "\ufeff"
LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
UNSEEN: Final = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Characters that YAML refuses, and the line breaks that only YAML takes for such."""


@dataclass(frozen=True)
class Page:
    """A file of an author: its path under the root and its text."""

    file: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return LINE_BREAK.split(self.text)

    def line(self, number: int) -> str:
        """Give line `number`, counted from 1, or nothing behind the last one."""
        return self.lines[number - 1] if number <= len(self.lines) else ""

    def rest(self, index: int) -> str:
        """Give what stands from `index` to the end of its line."""
        end = self.text.find("\n", index)
        return self.text[index : None if end < 0 else end].rstrip()

    def mistake(self, span: Span, message: str, *hints: str) -> Mistake:
        return Mistake(span, message, self.line(span.line), hints)

    def span(self, index: int, width: int = 1) -> Span:
        """Give the place of the character at `index`."""
        before = LINE_BREAK.split(self.text[:index])
        return Span(self.file, len(before), len(before[-1]) + 1, width)


def decode(data: bytes, file: str) -> str:
    """Read the bytes of a file as UTF-8; raises Mistakes where they are none or too many."""
    whole = Span(file)
    if len(data) > MOST_BYTES:
        raise Mistakes([Mistake(whole, _too_large(len(data)))])
    if data.startswith(MARKS_OF_UTF16):
        raise Mistakes([Mistake(whole, "the file is UTF-16", hints=("save it as UTF-8",))])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        page = Page(file, data.decode("utf-8", "replace"))
        place = page.span(len(data[: error.start].decode("utf-8")))
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise Mistakes([page.mistake(place, message, "save the file as UTF-8")]) from error


def open_page(text: str, file: str) -> Page:
    """Make a page of a file's text; raises Mistakes where it holds what no editor shows."""
    if len(text) > MOST_BYTES:
        raise Mistakes([Mistake(Span(file), _too_large(len(text)))])
    page = Page(file, text.removeprefix(BYTE_ORDER_MARK))
    unseen = UNSEEN.search(page.text)
    if unseen is None:
        return page
    code = ord(unseen[0])
    message = f"a file cannot hold the character U+{code:04X}"
    hint = f'remove it, or write it as "\\u{code:04x}" in double quotes'
    raise Mistakes([page.mistake(page.span(unseen.start()), message, hint)])


def _too_large(size: int) -> str:
    return f"the file has {size / 1e6:.1f} MB, more than {MOST_BYTES / 1e6:.0f} MB"
