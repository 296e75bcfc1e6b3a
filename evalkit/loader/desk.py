"""What every step of building a suite shares: the files read, the attachments, the mistakes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from evalkit.errors import Mistakes
from evalkit.loader.content import Attachments
from evalkit.loader.fields import marked
from evalkit.loader.mistakes import Findings
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.sources import Sources
from evalkit.loader.tree import with_entry
from evalkit.model.data import FromFile, FromPython, Json

T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """The author's files, and the mistakes found in them so far."""

    sources: Sources
    attachments: Attachments
    found: Findings

    @classmethod
    def at(cls, root: Path) -> "Desk":
        sources = Sources(root)
        return cls(sources, Attachments(root), Findings(sources.pages))

    def attempt(self, read: Callable[[], T]) -> T | None:
        """Give what `read` gives; None where it raises Mistakes, which are noted."""
        try:
            return read()
        except Mistakes as error:
            self.found.mistakes += error.mistakes
            return None

    def text(self, node: Node) -> Scalar | None:
        """Read the `{file: path}` that may stand for any text; None where `node` is none."""
        named = node.entries.get("file") if isinstance(node, Table) else None
        if not isinstance(named, Scalar) or not isinstance(node, Table) or len(node.entries) > 1:
            return None
        read = self.attempt(lambda: self.sources.load("text", named))
        return read if isinstance(read, Scalar) else Scalar("", "", plain=False, span=named.span)

    def fill(self, model: type[BaseModel], table: Table) -> Table | None:
        """Put the contents of named files in their fields; None where one cannot be read."""
        whole = True
        for key, marker in marked(model, FromFile):
            node = table.entries.get(key)
            if isinstance(node, Scalar) and isinstance(node.value, str):
                read = self._load(marker.holds, node)
                whole = whole and read is not None
                table = table if read is None else with_entry(table, key, read)
        return table if whole else None

    def _load(self, holds: str, node: Scalar) -> Node | None:
        return self.attempt(lambda: self.sources.load(holds, node))

    def callables(self, model: type[BaseModel], table: Table) -> Mapping[str, object] | None:
        """Find the Python callables that fields name; None where one cannot be found."""
        from evalkit.loader.python import find

        given: dict[str, object] = {}
        for key, _ in marked(model, FromPython):
            node = table.entries.get(key)
            if isinstance(node, Scalar):
                try:
                    given[key] = find(node.source, self.sources.root)
                except ValueError as error:
                    self.found.add(node.span, str(error))
                    return None
        return given


def mapping(data: Json) -> dict[str, Json]:
    """Narrow the data of a Table."""
    if not isinstance(data, dict):
        raise TypeError(data)
    return data
