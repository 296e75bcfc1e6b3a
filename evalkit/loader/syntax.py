"""What a YAML parser complains about, in words that say what to change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from evalkit.errors import Mistake
from evalkit.loader.anchors import TOO_DEEP
from evalkit.loader.events import Mark
from evalkit.loader.page import Page
from evalkit.source import Span

QUOTE: Final = "put quotes around the text"
INSIDE_QUOTES: Final = {
    "'": "quote the whole text; inside '…' a quote is written twice: ''",
    '"': 'quote the whole text; inside "…" a quote is written \\"',
}
OPENING: Final = {"]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A parser's complaint: where it gave up, and where the thing it was reading starts."""

    page: Page
    problem: str
    here: Mark
    start: Mark

    @property
    def line(self) -> str:
        return self.page.line(self.here.line + 1)

    @property
    def character(self) -> str:
        """The character where the parser gave up, nothing at the end of a line."""
        return self.line[self.here.column : self.here.column + 1]

    @property
    def before(self) -> str:
        """What stands before it on its line, without the spaces between."""
        return self.line[: self.here.column].rstrip()

    @property
    def touches(self) -> bool:
        """Whether no space stands before it."""
        return len(self.before) == self.here.column > 0

    @property
    def opening(self) -> str:
        """The character that starts what was being read."""
        return self.page.line(self.start.line + 1)[self.start.column : self.start.column + 1]

    def note(self, message: str, *hints: str) -> Mistake:
        """Say it where the parser gave up."""
        return self._at(self.here, message, hints)

    def note_start(self, message: str, *hints: str) -> Mistake:
        """Say it where the thing that was being read starts."""
        return self._at(self.start, message, hints)

    def _at(self, mark: Mark, message: str, hints: tuple[str, ...]) -> Mistake:
        return self.page.mistake(
            Span(self.page.file, mark.line + 1, mark.column + 1), message, *hints
        )


Reading: TypeAlias = Callable[[Fault], Mistake]


def explain(error: yaml.MarkedYAMLError, page: Page) -> Mistake:
    """Translate the error that ended the reading of `page`."""
    here: Mark | None = error.problem_mark
    if here is None:
        return page.mistake(Span(page.file), f"invalid YAML: {error.problem}")
    problem = f"{error.context}: {error.problem}"
    fault = Fault(page, problem, here, error.context_mark or here)
    if fault.character == "\t":
        return fault.note("a tab cannot indent a line", "indent with spaces")
    for words, reading in READINGS.items():
        if words in problem:
            return reading(fault)
    return fault.note(f"invalid YAML: {error.problem}")


def _start_character(fault: Fault) -> Mistake:
    return fault.note(f"unquoted text cannot start with {fault.character!r}", QUOTE)


def _name(fault: Fault) -> Mistake:
    return fault.note_start(f"unquoted text cannot start with {fault.opening!r}", QUOTE)


def _tag(fault: Fault) -> Mistake:
    hint = "put quotes around text that starts with '!'"
    return fault.note_start("tags are not supported", hint)


def _directive(fault: Fault) -> Mistake:
    return fault.note_start("a line cannot start with '%'", QUOTE)


def _depth(fault: Fault) -> Mistake:
    return fault.note(TOO_DEEP)


def _open_quote(fault: Fault) -> Mistake:
    return fault.note_start(
        f"the quote {fault.opening} is never closed", INSIDE_QUOTES[fault.opening]
    )


def _escape(fault: Fault) -> Mistake:
    column = fault.line.rfind("\\", 0, fault.here.column + 1)
    place = Span(fault.page.file, fault.here.line + 1, column + 1, 2)
    written = fault.line[column : column + 2]
    hint = "in double quotes a backslash is written \\\\; single quotes take text as it is"
    return fault.page.mistake(place, f"double quotes know no escape {written}", hint)


def _character_code(fault: Fault) -> Mistake:
    return fault.note("this escape is no character", "write the character itself")


def _block_text(fault: Fault) -> Mistake:
    hint = "start the text on the next line, or put quotes around the whole"
    return fault.note(f"text cannot follow {fault.opening!r} on its line", hint)


def _lone_line(fault: Fault) -> Mistake:
    hint = "write 'key: value', or indent the line if it continues the text above"
    return fault.note_start("this line is no 'key: value'", hint)


def _colon(fault: Fault) -> Mistake:
    if ": " in fault.before:
        return fault.note("unquoted text cannot contain ': '", QUOTE)
    hint = "align it with the keys it belongs to, or quote the text above if it goes on here"
    return fault.note("a key cannot stand below a finished value", hint)


def _tight_colon(fault: Fault) -> Mistake:
    hint = "write ': ' behind a key, or put quotes around the text"
    return fault.note("inside braces a space must follow ':'", hint)


def _dash(fault: Fault) -> Mistake:
    hint = "start the list on the next line, or put quotes around text that starts with '- '"
    return fault.note("a list cannot start behind a key", hint)


def _question(fault: Fault) -> Mistake:
    return fault.note("unquoted text cannot start with '? '", QUOTE)


def _missing_value(fault: Fault) -> Mistake:
    if not fault.character:
        return fault.note("the file ends inside brackets or braces")
    hint = f"put quotes around text that starts with {fault.character!r}"
    return fault.note(f"a value is missing before {fault.character!r}", hint)


def _braces(fault: Fault) -> Mistake:
    """Explain why neither a comma nor the end came inside `{…}` or `[…]`."""
    if fault.before.endswith(("'", '"')):
        return _behind_quote(fault)
    if fault.touches and fault.character in ("[", "{"):
        lost = "${" if fault.before.endswith("$") else fault.character
        return fault.note(f"unquoted text inside braces cannot contain {lost!r}", QUOTE)
    if fault.character and fault.before.endswith(("]", "}")):
        return _behind_bracket(fault)
    if fault.before and fault.character in ("[", "{"):
        return fault.note(f"unquoted text inside braces cannot contain {fault.character!r}", QUOTE)
    if fault.here.line == fault.start.line and fault.character == ":":
        return fault.note("unquoted text inside braces cannot contain ': '", QUOTE)
    return fault.note_start(f"{fault.opening!r} is never closed")


def _block(fault: Fault) -> Mistake:
    """Explain what continues neither a mapping nor the value before it."""
    if fault.before.endswith(("'", '"')):
        return _behind_quote(fault)
    if fault.before.endswith(("]", "}")):
        return _behind_bracket(fault)
    if fault.character == ":":
        return fault.note("a key is missing before ':'")
    if fault.before:
        return fault.note("this text continues no value", QUOTE)
    if " #" in fault.page.line(fault.here.line) and ":" not in fault.line:
        return fault.note("a comment ended the text above", "put quotes around the whole text")
    hint = "align it with the keys it belongs to"
    return fault.note("this line is indented like none above it", hint)


def _behind_quote(fault: Fault) -> Mistake:
    quote = fault.before[-1]
    return fault.note(f"text stands behind the closing quote {quote}", INSIDE_QUOTES[quote])


def _behind_bracket(fault: Fault) -> Mistake:
    opening = OPENING[fault.before[-1]]
    message = f"unquoted text cannot start with {opening!r} and go on behind {fault.before[-1]!r}"
    return fault.note(message, QUOTE)


def _entry(fault: Fault) -> Mistake:
    hint = "start it with '- ', or indent it to belong to the entry above"
    return fault.note("a key cannot stand among list entries", hint)


READINGS: Final[dict[str, Reading]] = {
    "nesting depth": _depth,
    "unexpected end of stream": _open_quote,
    "unexpected document": _open_quote,
    "unknown escape": _escape,
    "escape code": _character_code,
    "hexdecimal": _character_code,
    "escape sequence": _character_code,
    "scanning a block scalar": _block_text,
    "alphabetic or numeric": _name,
    " tag": _tag,
    "directive": _directive,
    "could not find expected ':'": _lone_line,
    "unexpected ':'": _tight_colon,
    "cannot start any token": _start_character,
    "mapping values are not allowed": _colon,
    "sequence entries are not allowed": _dash,
    "mapping keys are not allowed": _question,
    "node content": _missing_value,
    "expected ',' or": _braces,
    "'-' indicator": _entry,
    "parsing a block collection": _entry,
    "expected key": _block,
    "expected <block end>": _block,
    "document start>": _block,
}
"""What a complaint contains, in libyaml's words and in PyYAML's own, and how it is read."""
