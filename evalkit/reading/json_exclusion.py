"""The places of a JSON value that a comparison leaves out: by JSON pointer or by JSONPath."""

import re
from collections.abc import Iterable, Iterator

from evalkit.model.data import Json
from evalkit.reading.json_nodes import Node
from evalkit.reading.json_query import query_of

INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
ESCAPE = re.compile(r"~(?![01])")

Place = tuple[int, str | int]
"""An object or array, by identity, and a key or index of it."""


def verify(path: str) -> None:
    """Raise ValueError for what is neither a pointer nor a path, or leaves nothing to compare."""
    if path in ("", "/", "$"):
        hint = ": the key '' is $['']" if path == "/" else ""
        raise ValueError(f"{path!r} would exclude the whole value{hint}")
    if path.startswith("$"):
        query_of(path)
    elif not path.startswith("/"):
        raise ValueError(f"{path!r} is no place: write a JSON pointer /a/0 or a JSONPath $.a[*]")
    elif ESCAPE.search(path):
        raise ValueError(f"{path!r} is no JSON pointer: write ~0 for '~', ~1 for '/'")


def places(paths: Iterable[str], value: Json) -> Iterator[Place]:
    """Find the places of a value that paths mean; raises CheckError where that takes too much."""
    for path in paths:
        nodes = query_of(path).select(value) if path.startswith("$") else _follow(path, value)
        for node in nodes:
            if node.parent is not None:
                yield id(node.parent.value), node.key


def _follow(pointer: str, value: Json) -> tuple[Node, ...]:
    """Follow a JSON pointer (RFC 6901)."""
    node = Node(value)
    for step in pointer.split("/")[1:]:
        name, held = step.replace("~1", "/").replace("~0", "~"), node.value
        if isinstance(held, dict) and name in held:
            node = Node(held[name], node, name)
        elif isinstance(held, list) and INDEX.fullmatch(name) and int(name) < len(held):
            node = Node(held[int(name)], node, int(name))
        else:
            return ()
    return (node,)
