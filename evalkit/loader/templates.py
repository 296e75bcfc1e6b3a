"""Templates in authored text: they compile, and every variable in them is defined."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from evalkit.errors import TemplateError, did_you_mean
from evalkit.loader.context import Context
from evalkit.loader.nodes import Scalar
from evalkit.source import Span
from evalkit.template import is_template, names


@dataclass(frozen=True)
class Templates:
    """Which variables there are; without `enabled` braces are only text.

    Where they are `closed`, an author cannot define others.
    """

    enabled: bool
    known: Collection[str]
    closed: bool = False

    def is_one(self, scalar: Scalar) -> bool:
        return self.enabled and isinstance(scalar.value, str) and is_template(scalar.value)

    def inspect(self, scalar: Scalar, context: Context) -> bool:
        """Note what is wrong with the template in a text; tell whether nothing is."""
        if not self.is_one(scalar):
            return True
        try:
            wanted = names(str(scalar.value))
        except TemplateError as error:
            told = () if error.hint is None else (error.hint,)
            context.found.add(_line_span(scalar, error.line, context), str(error), *told)
            return False
        undefined = sorted(wanted - set(self.known))
        for name in undefined:
            hints = did_you_mean(name, self.known) or (self._way_out(name),)
            span = _name_span(scalar, name, context)
            context.found.add(span, f"undefined variable {name!r}", *hints)
        return not undefined

    def _way_out(self, name: str) -> str:
        known = f"there are {', '.join(self.known)}"
        return known if self.closed else f"define {name!r} under 'vars'"


def _lines(scalar: Scalar, context: Context) -> list[Span]:
    """Give the lines of the file that hold the text, the first from where it starts."""
    span, page = scalar.span, context.found.pages.get(scalar.span.file)
    if page is None:
        return [span]
    start = page.line(span.line)[span.column - 1 :]
    spans = [Span(span.file, span.line, span.column, max(len(start), 1))]
    for number in range(span.line + 1, span.line + scalar.source.count("\n") + 2):
        text = page.line(number)
        indent = len(text) - len(text.lstrip())
        width = max(len(text) - indent, 1)
        spans.append(Span(span.file, number, indent + 1, width))
    block = not scalar.plain and start[:1] in ("|", ">") and not scalar.source.startswith(start)
    return spans[1:] if block else spans


def _line_span(scalar: Scalar, line: int | None, context: Context) -> Span:
    spans = _lines(scalar, context)
    if line is None or "\n" not in scalar.source:
        return scalar.span
    return spans[min(line, len(spans)) - 1]


def _name_span(scalar: Scalar, name: str, context: Context) -> Span:
    """Find where a variable stands between braces, else the whole text."""
    page = context.found.pages.get(scalar.span.file)
    used = re.compile(rf"\{{[{{%][^}}]*?(?<![\w.'\"]){re.escape(name)}(?!\w)")
    for span in _lines(scalar, context) if page else ():
        match = used.search(page.line(span.line) if page else "", span.column - 1)
        if match:
            return Span(span.file, span.line, match.end() - len(name) + 1, len(name))
    return scalar.span
