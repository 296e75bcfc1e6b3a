"""The tree of a YAML file: its data, with a place for every key and value."""

from dataclasses import dataclass
from typing import TypeAlias

from evalkit.loader.scalars import Value
from evalkit.source import Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: its meaning in JSON, and its text as the author wrote it.

    `comment` is True where exactly one space and `#` follow an unquoted value, so that the author
    may have meant the rest of the line as text.
    """

    value: Value
    source: str
    plain: bool
    span: Span
    comment: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: list["Node"]
    span: Span


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping: the value of every key, and the place of the key itself."""

    entries: dict[str, "Node"]
    keys: dict[str, Span]
    span: Span


Node: TypeAlias = Scalar | Items | Table
