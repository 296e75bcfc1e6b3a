"""Defaults put under a conversation: what is nearer wins, lists are appended, mappings merged."""

from collections.abc import Sequence
from functools import reduce
from typing import Final

from evalkit.loader.fields import CONVERSATION_KEYS, DEFAULTS_KEYS
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.mistakes import Findings
from evalkit.loader.nodes import Items, Node, Table
from evalkit.loader.tree import without
from evalkit.loader.wording import found as describe

MERGED: Final = frozenset({"judge", "params", "vars"})
APPENDED: Final = frozenset({"each_turn", "expect", "tags", "tools"})
BARE: Final = "tools"
"""The one key of those appended that may hold a single value in place of a list."""
SINGLE: Final = ("id", "turns")
"""Keys that each conversation writes for itself."""


def read_defaults(node: Node | None, found: Findings, checks: Sequence[str]) -> Table | None:
    """Give the defaults that can be merged; keys that cannot are noted."""
    if node is None:
        return None
    if not isinstance(node, Table):
        found.add(node.span, f"'defaults' must be a mapping, not {describe(node)}")
        return None
    for key in SINGLE:
        if key in node.entries:
            found.add(node.keys[key], f"{key!r} cannot have a default")
    known = refuse_unknown(without(node, *SINGLE), DEFAULTS_KEYS, found, checks)
    return without(known, *(set(CONVERSATION_KEYS) - set(DEFAULTS_KEYS)))


def merge(layers: Sequence[Table]) -> Table:
    """Merge tables, the farthest first; every value keeps the place of the file that holds it."""
    return reduce(_over, layers)


def _over(far: Table, near: Table) -> Table:
    entries = dict(far.entries)
    for key, node in near.entries.items():
        entries[key] = _join(key, entries[key], node) if key in entries else node
    return Table(entries, {**far.keys, **near.keys}, near.span)


def _join(key: str, far: Node, near: Node) -> Node:
    """Join two values of a key; one of the wrong type outlasts the other, so that it is told."""
    if key in APPENDED:
        if key == BARE:
            far, near = _listed(far), _listed(near)
        if isinstance(far, Items) and isinstance(near, Items):
            return Items([*far.nodes, *near.nodes], near.span)
        return near if isinstance(far, Items) else far
    if key in MERGED:
        if isinstance(far, Table) and isinstance(near, Table):
            return Table({**far.entries, **near.entries}, {**far.keys, **near.keys}, near.span)
        return near if isinstance(far, Table) else far
    return near


def _listed(node: Node) -> Items:
    return node if isinstance(node, Items) else Items([node], node.span)
