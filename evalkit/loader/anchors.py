"""Anchors and what their aliases repeat, counted so that no alias bomb goes off."""

from dataclasses import dataclass
from typing import Final

from evalkit.errors import did_you_mean
from evalkit.loader.nodes import Items, Node, Scalar
from evalkit.loader.notes import Notes
from evalkit.source import Span

MOST_REPEATED: Final = 100_000
DEEPEST: Final = 100
TOO_DEEP: Final = f"nested more than {DEEPEST} levels deep"


@dataclass(frozen=True, slots=True)
class Extent:
    """How many nodes a tree has with its aliases written out, and how many levels."""

    nodes: int
    levels: int


@dataclass(slots=True)
class Anchor:
    """A named node; `node` is None until its end is reached. A `kept` one may stay unused."""

    span: Span
    kept: bool
    node: Node | None = None
    used: bool = False


class Anchors:
    """The anchors of a document, and how many nodes were reached through their aliases."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._known: dict[str, Anchor] = {}
        self._extents: dict[int, Extent] = {}
        self._repeated = 0

    def define(self, name: str, span: Span, *, kept: bool) -> None:
        if name in self._known:
            first = self._known[name].span.line
            self._notes.add(span, f"duplicate anchor {name!r}, first on line {first}")
        self._known[name] = Anchor(span, kept)

    def close(self, name: str, node: Node) -> None:
        self._known[name].node = node

    def use(self, name: str, span: Span, depth: int) -> Node:
        """Give what an alias at `depth` stands for; raises Stop where it would never end."""
        anchor = self._known.get(name)
        if anchor is None:
            hint = "put quotes around text that starts with '*'"
            near = did_you_mean(name, self._known)
            self._notes.add(span, f"unknown anchor {name!r}", *near, hint)
            return Scalar(None, name, plain=False, span=span)
        anchor.used = True
        if anchor.node is None:
            self._notes.stop(span, f"the alias {name!r} stands inside what it repeats")
        self._count(anchor.node, span, depth)
        return anchor.node

    def demand_use(self) -> None:
        """Note every anchor that no alias uses."""
        hint = "remove it, or put quotes around text that starts with '&'"
        for name, anchor in self._known.items():
            if not (anchor.used or anchor.kept):
                self._notes.add(anchor.span, f"no alias uses the anchor {name!r}", hint)

    def _count(self, node: Node, span: Span, depth: int) -> None:
        extent = self._extents[id(node)] = self._measure(node)
        self._repeated += extent.nodes
        if self._repeated > MOST_REPEATED:
            self._notes.stop(span, f"aliases repeat more than {MOST_REPEATED:,} values")
        if depth + extent.levels > DEEPEST:
            self._notes.stop(span, TOO_DEEP)

    def _measure(self, node: Node) -> Extent:
        if id(node) in self._extents:
            return self._extents[id(node)]
        if isinstance(node, Scalar):
            return Extent(1, 0)
        children = node.nodes if isinstance(node, Items) else node.entries.values()
        inner = [self._measure(child) for child in children]
        nodes = 1 + sum(extent.nodes for extent in inner)
        return Extent(nodes, 1 + max((extent.levels for extent in inner), default=0))
