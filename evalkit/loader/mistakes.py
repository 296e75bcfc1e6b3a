"""The mistakes found so far, each with the source line of its place."""

from dataclasses import dataclass, field

from evalkit.errors import Mistake
from evalkit.loader.page import Page
from evalkit.source import Span


@dataclass
class Findings:
    """Collects mistakes; `pages` are the texts of the files that places may lie in."""

    pages: dict[str, Page] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, span: Span, message: str, *hints: str) -> None:
        """Note a mistake at `span`."""
        page = self.pages.get(span.file)
        mistake = page.mistake(span, message, *hints) if page else Mistake(span, message, "", hints)
        self.mistakes.append(mistake)

    def quote(self, mistake: Mistake) -> Mistake:
        """Give a mistake that was found elsewhere with its source line."""
        page = self.pages.get(mistake.span.file)
        if page is None or mistake.text:
            return mistake
        return page.mistake(mistake.span, mistake.message, *mistake.hints)

    def fresh(self) -> "Findings":
        """Give an empty collection that knows the same files."""
        return Findings(self.pages)
