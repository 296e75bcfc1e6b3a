"""The mistakes found so far, each with the source line of its place."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from evalkit.errors import Mistake
from evalkit.loader.page import Page
from evalkit.source import Span

LEAST_HIDDEN = 4
"""Characters of a text that is hidden, at least: a shorter one stands everywhere."""


@dataclass
class Findings:
    """Collects mistakes; `pages` are the texts of the files that places may lie in."""

    pages: dict[str, Page] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)
    _hidden: set[str] = field(default_factory=set)
    _spoiled: set[tuple[str, int]] = field(default_factory=set)

    def add(self, span: Span, message: str, *hints: str) -> None:
        """Note a mistake at `span`, unless its line is spoiled."""
        if (span.file, span.line) in self._spoiled:
            return
        page = self.pages.get(span.file)
        mistake = page.mistake(span, message, *hints) if page else Mistake(span, message, "", hints)
        self.mistakes.append(mistake)

    def warn(self, span: Span, message: str, *hints: str) -> None:
        """Note what an author should look at, though it is no mistake."""
        self.warnings.append(self.quote(Mistake(span, message, "", hints, warning=True)))

    def spoil(self, mistakes: Iterable[Mistake]) -> None:
        """Take over what was found while a file was read; its lines are worth no second mistake."""
        for mistake in mistakes:
            self.mistakes.append(mistake)
            self._spoiled.add((mistake.span.file, mistake.span.line))

    def quote(self, mistake: Mistake) -> Mistake:
        """Give a mistake that was found elsewhere with its source line."""
        page = self.pages.get(mistake.span.file)
        if page is None or mistake.text:
            return mistake
        return self._mask(replace(mistake, text=page.line(mistake.span.line)))

    def hide(self, text: str) -> None:
        """Show a text in no source line: it is a secret that should not be where it is."""
        if len(text) >= LEAST_HIDDEN:
            self._hidden.add(text)

    def told(self) -> tuple[Mistake, ...]:
        """Give the mistakes as they are shown."""
        return tuple(map(self._mask, self.mistakes))

    def _mask(self, mistake: Mistake) -> Mistake:
        text = mistake.text
        for secret in self._hidden:
            text = text.replace(secret, "*" * len(secret))
        return replace(mistake, text=text)

    def fresh(self) -> "Findings":
        """Give an empty collection that knows the same files."""
        return Findings(self.pages, _hidden=self._hidden, _spoiled=self._spoiled)
