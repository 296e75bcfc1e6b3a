"""YAML text in, a tree of its data with the place of every key and value out."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from evalkit.loader.composer import Composer
from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.loader.page import decode, open_page
from evalkit.model.data import Json

__all__ = ["Items", "Node", "Scalar", "Table", "compose", "decode", "to_data"]


def compose(text: str, file: str) -> Node:
    """Read the one YAML document in `text`; raises Mistakes that names all it can find."""
    page = open_page(text, file)
    with _uncollected():
        return Composer(page).run()


def to_data(node: Node) -> Json:
    """Give the JSON value of a tree; what several aliases share is copied for each."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [to_data(child) for child in node.nodes]
    return {key: to_data(child) for key, child in node.entries.items()}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the garbage collector: a tree under construction has no garbage, only many objects."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()
