"""The events that PyYAML's two parsers give, as far as they are read: places are always there."""

from typing import Protocol


class Mark(Protocol):
    """A place in the text, each number counted from 0."""

    index: int
    line: int
    column: int


class Event(Protocol):
    start_mark: Mark
    end_mark: Mark


class AliasEvent(Event, Protocol):
    anchor: str


class NodeEvent(Event, Protocol):
    anchor: str | None
    tag: str | None


class ScalarEvent(NodeEvent, Protocol):
    """`style` is the quote or block character, nothing for a plain scalar."""

    value: str
    style: str | None


class StartEvent(NodeEvent, Protocol):
    """`flow_style` is true inside brackets or braces."""

    flow_style: bool | None
