"""The mistakes found while a file is read, at most one a line where a trap spoiled it."""

from collections.abc import Iterable
from typing import NoReturn

from evalkit.errors import Mistake, Mistakes
from evalkit.loader.nodes import Node
from evalkit.loader.page import Page
from evalkit.source import Span


class Flawed(Mistakes):
    """A whole file was read, and something in it is refused; `node` is its tree all the same."""

    def __init__(self, mistakes: Iterable[Mistake], node: Node) -> None:
        super().__init__(mistakes)
        self.node = node


class Stop(Exception):
    """A mistake was noted behind which the rest of the file makes no sense."""


class Notes:
    """Collects the mistakes of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.mistakes: list[Mistake] = []
        self._spoiled: set[int] = set()

    def add(self, span: Span, message: str, *hints: str) -> None:
        self.keep(self.page.mistake(span, message, *hints))

    def keep(self, mistake: Mistake) -> None:
        if mistake.span.line not in self._spoiled:
            self.mistakes.append(mistake)

    def spoil(self, span: Span, message: str, *hints: str) -> None:
        """Note a mistake that brings others on its line, which are not worth telling."""
        self.add(span, message, *hints)
        self._spoiled.add(span.line)

    def stop(self, span: Span, message: str, *hints: str) -> NoReturn:
        """Note a mistake and give up; raises Stop."""
        self.add(span, message, *hints)
        raise Stop
