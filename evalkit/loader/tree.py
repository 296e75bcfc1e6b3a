"""Ways around a tree of nodes: find the place of a path, and make a changed copy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.model.data import Json
from evalkit.source import Span

Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: its last node that exists, and the key above it.

    `fork` is the path to the node at which the first step that is no key was met, None where every
    step is one. Validators name the branches of a union by such steps.
    """

    node: Node
    key: Span | None
    path: Path
    fork: Path | None = None


def find(root: Node, steps: Sequence[Step]) -> Place:
    """Follow `steps` from `root`, passing over those that are no key of the tree."""
    node, key, path, fork = root, None, (), None
    place = Place(node, key, path, fork)
    for step in steps:
        child = _child(place.node, step)
        if child is None:
            fork = place.path if place.fork is None else place.fork
            place = replace(place, fork=fork)
        else:
            key = place.node.keys[str(step)] if isinstance(place.node, Table) else None
            place = Place(child, key, (*place.path, step), place.fork)
    return place


def put(root: Node, path: Path, new: Node) -> Node:
    """Copy `root` with the node at `path` replaced."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(root, Table) and isinstance(step, str):
        return with_entry(root, step, put(root.entries[step], rest, new))
    if isinstance(root, Items) and isinstance(step, int):
        nodes = list(root.nodes)
        nodes[step] = put(nodes[step], rest, new)
        return Items(nodes, root.span)
    raise KeyError(step)


def with_entry(table: Table, key: str, node: Node) -> Table:
    """Copy `table` with one entry set; a new key's place is its value's."""
    keys = {**table.keys, key: table.keys.get(key, node.span)}
    return Table({**table.entries, key: node}, keys, table.span)


def without(table: Table, *keys: str) -> Table:
    """Copy `table` with some keys left out."""
    entries = {key: node for key, node in table.entries.items() if key not in keys}
    return Table(entries, table.keys, table.span)


def scalars(root: Node, path: Path = ()) -> Iterator[tuple[Path, Scalar]]:
    """Walk every single value, each with its path."""
    if isinstance(root, Scalar):
        yield path, root
    elif isinstance(root, Items):
        for index, child in enumerate(root.nodes):
            yield from scalars(child, (*path, index))
    else:
        for key, child in root.entries.items():
            yield from scalars(child, (*path, key))


def pair(data: Json, node: Node) -> Iterator[tuple[Json, Node]]:
    """Walk data and the tree it was made of side by side."""
    yield data, node
    if isinstance(node, Items) and isinstance(data, list):
        for value, child in zip(data, node.nodes, strict=True):
            yield from pair(value, child)
    elif isinstance(node, Table) and isinstance(data, dict):
        for key, child in node.entries.items():
            yield from pair(data[key], child)


def grow(value: Json, span: Span) -> Node:
    """Make a tree of a JSON value; every place in it is `span`."""
    if isinstance(value, dict):
        entries = {key: grow(child, span) for key, child in value.items()}
        return Table(entries, dict.fromkeys(entries, span), span)
    if isinstance(value, list):
        return Items([grow(child, span) for child in value], span)
    return Scalar(value, "" if value is None else str(value), plain=False, span=span)


def refill(root: Node, texts: Mapping[Path, str]) -> Node:
    """Copy `root` with the texts at some paths replaced."""
    for path, text in texts.items():
        old = find(root, path).node
        if isinstance(old, Scalar):
            root = put(root, path, replace(old, value=text, source=text))
    return root


def text_of(scalar: Scalar) -> str:
    """Give a scalar as text: what is not quoted, as the author wrote it."""
    return scalar.value if isinstance(scalar.value, str) else scalar.source


def _child(node: Node, step: Step) -> Node | None:
    if isinstance(node, Table):
        return node.entries.get(str(step))
    if isinstance(node, Items) and isinstance(step, int) and step < len(node.nodes):
        return node.nodes[step]
    return None
