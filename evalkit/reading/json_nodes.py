"""The walk of a JSONPath query through a value: from node to node, by segments and selectors."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Optional, TypeAlias

from evalkit.model.data import Json
from evalkit.reading.bounded import Budget
from evalkit.reading.excerpt import shorten
from evalkit.reading.schema_document import Path, pointer
from evalkit.reading.steps import Steps

LONGEST = 500
"""The most characters of a pointer."""


class Node(NamedTuple):
    """A value at its place: in which node, under which key or index."""

    value: Json
    parent: Optional["Node"] = None
    key: str | int = ""

    @property
    def path(self) -> Path:
        steps: list[str | int] = []
        node = self
        while node.parent is not None:
            steps.append(node.key)
            node = node.parent
        return tuple(reversed(steps))

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer, cut where a model's keys make it too long to be told."""
        return shorten(pointer(self.path), LONGEST)


class Search(NamedTuple):
    """One use of a query: the value that `$` means, and what it may take."""

    root: Json
    steps: Steps
    budget: Budget

    def run(self, start: Json, segments: "Iterable[Segment]") -> list[Node]:
        nodes = [Node(start)]
        for segment in segments:
            nodes = segment.apply(nodes, self)
        return nodes


Selector: TypeAlias = Callable[[Node, Search], Iterable[Node]]

Test: TypeAlias = Callable[[Json, Search], bool]
"""Whether something holds of the current value, `@`."""


class Segment(NamedTuple):
    """What is selected of each node, or of each node and all that it holds."""

    selectors: tuple[Selector, ...]
    descends: bool

    def apply(self, nodes: list[Node], search: Search) -> list[Node]:
        found: list[Node] = []
        for node in nodes:
            for one in descendants(node, search) if self.descends else (node,):
                for selector in self.selectors:
                    selected = selector(one, search)
                    found += selected
                    search.steps.take()
        return found


def descendants(node: Node, search: Search) -> Iterator[Node]:
    """Give a node and all that it holds, each before what it holds itself."""
    pending = [node]
    while pending:
        found = pending.pop()
        yield found
        if isinstance(found.value, dict | list):
            pending += reversed(children(found, search))


def children(node: Node, search: Search) -> list[Node]:
    value = node.value
    if isinstance(value, dict):
        search.steps.take(len(value))
        return [Node(child, node, name) for name, child in value.items()]
    if isinstance(value, list):
        search.steps.take(len(value))
        return [Node(child, node, index) for index, child in enumerate(value)]
    return []


def member(name: str, node: Node, _: Search) -> tuple[Node, ...]:
    value = node.value
    return (Node(value[name], node, name),) if isinstance(value, dict) and name in value else ()


def element(index: int, node: Node, _: Search) -> tuple[Node, ...]:
    value = node.value
    if not isinstance(value, list) or not -len(value) <= index < len(value):
        return ()
    return (Node(value[index], node, index % len(value)),)


def section(wanted: slice, node: Node, search: Search) -> list[Node]:
    value = node.value
    if not isinstance(value, list) or wanted.step == 0:
        return []
    indices = range(*wanted.indices(len(value)))
    search.steps.take(len(indices))
    return [Node(value[index], node, index) for index in indices]


def chosen(test: Test, node: Node, search: Search) -> list[Node]:
    return [child for child in children(node, search) if test(child.value, search)]
