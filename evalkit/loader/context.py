"""What every stage of the loader shares: the root, the files read, the mistakes, the registries."""

from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from evalkit.errors import Mistakes
from evalkit.loader.content import Attachments
from evalkit.loader.mistakes import Findings
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.sources import Sources
from evalkit.model.api import Api
from evalkit.model.check import Check

P_co = TypeVar("P_co", covariant=True)


class Catalogue(Protocol[P_co]):
    """Plugins by the name that authors write."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def get(self) -> "Getter[P_co]": ...

    def __contains__(self, name: object) -> bool: ...


class Getter(Protocol[P_co]):
    def __call__(self, name: str, /) -> type[P_co]: ...


@dataclass(frozen=True)
class Context:
    """The surroundings of a load; without `python` no code of the author's is imported."""

    sources: Sources
    attachments: Attachments
    found: Findings
    checks: Catalogue[Check]
    apis: Catalogue[Api]
    python: bool = True

    def later(self) -> "Context":
        """Give the same surroundings with no mistakes yet, for what is built after the load."""
        return replace(self, found=self.found.fresh())

    def load(self, holds: str, written: Scalar) -> Node | None:
        """Read a named file; None where that is a mistake, which is noted."""
        try:
            return self.sources.load(holds, written)
        except Mistakes as mistakes:
            self.found.mistakes += mistakes.mistakes
            return None

    def file_text(self, node: Node) -> Scalar | None:
        """Read the text that `{file: path}` stands for; None where `node` is no such mapping."""
        path = file_path(node)
        read = None if path is None else self.load("text", path)
        return read if isinstance(read, Scalar) else None


def file_path(node: Node) -> Scalar | None:
    """Give the path of a `{file: path}`, None for any other value."""
    if not isinstance(node, Table) or list(node.entries) != ["file"]:
        return None
    path = node.entries["file"]
    return path if isinstance(path, Scalar) and isinstance(path.value, str) else None
