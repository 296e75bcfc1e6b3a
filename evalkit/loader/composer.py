"""The events of a YAML parser made into a tree; what the format refuses is noted on the way."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import yaml

from evalkit.errors import Mistake, Mistakes
from evalkit.loader.anchors import DEEPEST, TOO_DEEP, Anchors
from evalkit.loader.events import AliasEvent, Event, NodeEvent, ScalarEvent, StartEvent
from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.loader.notes import Flawed, Notes, Stop
from evalkit.loader.page import Page
from evalkit.loader.scalars import meaning
from evalkit.loader.syntax import explain
from evalkit.source import Span

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
COMMENT: Final = " #"
KEY_IS_TEXT: Final = ("a key must be text", "put quotes around it")


@dataclass(slots=True)
class OpenItems:
    """A list whose end is not reached."""

    start: StartEvent
    nodes: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class OpenTable:
    """A mapping whose end is not reached; `key` waits for its value, and ends at `key_end`."""

    start: StartEvent
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Span] = field(default_factory=dict)
    key: str | None = None
    key_end: int = 0


Open: TypeAlias = OpenItems | OpenTable


class Composer:
    """Reads the one document of a page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._file = page.file
        self._notes = Notes(page)
        self._anchors = Anchors(self._notes)
        self._open: list[Open] = []
        self._root: Node | None = None

    def run(self, loader: Any = LOADER) -> Node:  # noqa: ANN401 - PyYAML's two parsers share no type
        """Give the document's tree; raises Mistakes, and Flawed where the tree is whole."""
        try:
            with suppress(Stop):
                self._read(loader)
                self._anchors.demand_use()
        except yaml.MarkedYAMLError as error:
            self._notes.keep(explain(error, self._page))
        if self._root is None and not self._notes.mistakes:
            self._notes.keep(Mistake(Span(self._file), "the file is empty"))
        if self._root is None:
            raise Mistakes(self._notes.mistakes)
        if self._notes.mistakes:
            raise Flawed(self._notes.mistakes, self._root)
        return self._root

    def _read(self, loader: Any) -> None:  # noqa: ANN401 - the same
        handlers: Mapping[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._start_items,
            yaml.MappingStartEvent: self._start_table,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
            yaml.DocumentStartEvent: self._document,
        }
        for event in iter(loader(self._page.text).get_event, None):
            if handler := handlers.get(type(event)):
                handler(event)

    def _document(self, event: Event) -> None:
        if self._root is not None:
            hint = "a file holds one document; put the others in files of their own"
            self._notes.stop(self._span(event), "a second document starts here", hint)

    def _scalar(self, event: ScalarEvent) -> None:
        opened = self._open[-1] if self._open else None
        source, span = event.value, self._span(event)
        if isinstance(opened, OpenTable) and opened.key is None:
            self._key(opened, event, span)
            return
        if event.style:
            node = Scalar(source, source, plain=False, span=span)
        else:
            comment = self._page.text.startswith(COMMENT, event.end_mark.index)
            node = Scalar(meaning(source), source, plain=True, span=span, comment=comment)
        if event.tag is not None or event.anchor is not None:
            self._adorn(event, span)
        if not source and not event.style and event.tag is None:
            self._refuse_empty(event, span)
        if event.anchor is not None:
            self._anchors.close(event.anchor, node)
        self._add(node)

    def _key(self, opened: OpenTable, event: ScalarEvent, span: Span) -> None:
        key = opened.key = event.value
        opened.key_end = event.end_mark.index
        if key in opened.keys:
            first = opened.keys[key].line
            self._notes.add(span, f"duplicate key {key!r}, first on line {first}")
            return
        opened.keys[key] = span
        if event.tag is not None or event.anchor is not None:
            self._notes.add(span, "a key has neither tag nor anchor", "put quotes around the key")
        elif key == "<<" and not event.style:
            hint = "write the keys out, or use 'defaults'"
            self._notes.add(span, "merging with '<<' is not supported", hint)
        elif not key and not event.style:
            self._notes.add(span, *KEY_IS_TEXT)

    def _alias(self, event: AliasEvent) -> None:
        self._add(self._anchors.use(event.anchor, self._span(event), len(self._open)))

    def _start_items(self, event: StartEvent) -> None:
        self._deepen(event)
        self._open.append(OpenItems(event))

    def _start_table(self, event: StartEvent) -> None:
        self._deepen(event)
        if event.flow_style and self._opens_twice(event):
            span = Span(self._file, event.start_mark.line + 1, event.start_mark.column, 2)
            self._notes.spoil(span, "unquoted text cannot start with '{{'", "put quotes around it")
        self._open.append(OpenTable(event))

    def _deepen(self, event: StartEvent) -> None:
        if event.tag is not None or event.anchor is not None:
            self._adorn(event, self._span(event))
        if len(self._open) >= DEEPEST:
            self._notes.stop(self._span(event), TOO_DEEP)

    def _end(self, event: Event) -> None:
        opened = self._open.pop()
        node = self._close(opened, event)
        if opened.start.anchor is not None:
            self._anchors.close(opened.start.anchor, node)
        self._add(node)

    def _close(self, opened: Open, event: Event) -> Node:
        if isinstance(opened, OpenTable) and opened.keys and not opened.start.flow_style:
            return Table(opened.entries, opened.keys, next(iter(opened.keys.values())))
        start, end = opened.start.start_mark, event.end_mark
        width = end.column - start.column if end.line == start.line else 1
        span = Span(self._file, start.line + 1, start.column + 1, max(width, 1))
        if isinstance(opened, OpenItems):
            return Items(opened.nodes, span)
        return Table(opened.entries, opened.keys, span)

    def _add(self, node: Node) -> None:
        opened = self._open[-1] if self._open else None
        if opened is None:
            self._root = node
        elif isinstance(opened, OpenItems):
            opened.nodes.append(node)
        elif opened.key is None:
            self._notes.add(node.span, *KEY_IS_TEXT)
            opened.key = ""
            opened.keys[""] = node.span
        else:
            opened.entries[opened.key] = node
            opened.key = None

    def _adorn(self, event: NodeEvent, span: Span) -> None:
        """Refuse a tag, and define an anchor; those below a top-level `x-` key may stay unused."""
        if event.tag is not None:
            written = self._page.rest(event.start_mark.index).split(maxsplit=1)[0]
            hint = "put quotes around text that starts with '!'"
            self._notes.add(span, f"the tag {written!r} is not supported", hint)
        if event.anchor is not None:
            top = self._open[0] if self._open else None
            kept = isinstance(top, OpenTable) and (top.key or "").startswith("x-")
            self._anchors.define(event.anchor, span, kept=kept)

    def _refuse_empty(self, event: ScalarEvent, span: Span) -> None:
        """Note that nothing stands where a value must, which often is a text that YAML lost."""
        if event.anchor is not None:
            hint = "put quotes around text that starts with '&'"
            self._notes.spoil(span, f"the anchor {event.anchor!r} names nothing", hint)
            return
        opened = self._open[-1] if self._open else None
        if self._page.rest(event.start_mark.index).lstrip().startswith("#"):
            hint = "put quotes around text that starts with '#'"
        elif isinstance(opened, OpenTable) and self._follows_comma(opened, event):
            hint = "put quotes around text with a comma in it"
        else:
            hint = 'write "", null or [] where that is meant'
        if isinstance(opened, OpenTable) and opened.key:
            self._notes.add(opened.keys[opened.key], f"{opened.key!r} has no value", hint)
        elif isinstance(opened, OpenItems):
            self._notes.add(span, "a list entry has no value", hint)

    def _follows_comma(self, opened: OpenTable, event: ScalarEvent) -> bool:
        colon = ":" in self._page.text[opened.key_end : event.start_mark.index]
        return bool(opened.entries) and not colon

    def _opens_twice(self, event: StartEvent) -> bool:
        opened = self._open[-1] if self._open else None
        if not isinstance(opened, OpenTable) or not opened.start.flow_style:
            return False
        return opened.start.start_mark.index == event.start_mark.index - 1

    def _span(self, event: Event) -> Span:
        start, end = event.start_mark, event.end_mark
        line, column = start.line, start.column
        width = end.column - column if end.line == line else len(self._page.rest(start.index))
        return Span(self._file, line + 1, column + 1, width or 1)
