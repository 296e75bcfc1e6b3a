"""The author's text files: suites, and what they name; each is read once."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from evalkit.errors import Mistakes
from evalkit.loader.document import compose, decode
from evalkit.loader.mistakes import Findings
from evalkit.loader.nodes import Node, Scalar
from evalkit.loader.page import Page, open_page
from evalkit.loader.paths import Unreadable, locate, read_bytes
from evalkit.loader.tree import grow
from evalkit.model.data import Json
from evalkit.source import Span


class Sources:
    """The text files below `root`; `pages` are those read so far, by their path under it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages: dict[str, Page] = {}
        self._trees: dict[str, Node | Mistakes] = {}

    def tree(self, file: str) -> Node:
        """Compose a YAML file; raises Mistakes, the same ones each time."""
        if file not in self._trees:
            try:
                self._trees[file] = compose(self._page(file).text, file)
            except Mistakes as mistakes:
                self._trees[file] = mistakes
        tree = self._trees[file]
        if isinstance(tree, Mistakes):
            raise tree
        return tree

    def load(self, holds: str, written: Scalar) -> Node:
        """Read the file that `written` names, as what it holds: json, yaml or text.

        Raises Mistakes: at `written` where it cannot be read, else in the file.
        """
        try:
            path = locate(self.root, written.span.file, written.source)
            file = path.relative_to(self.root.resolve()).as_posix()
            if holds == "yaml":
                return self.tree(file)
            page = self._page(file)
        except Unreadable as error:
            raise self._at(written.span, str(error), *error.hints) from error
        return _json(page, written.span) if holds == "json" else text_node(page)

    def _page(self, file: str) -> Page:
        if file not in self.pages:
            try:
                data = read_bytes((self.root / file).resolve(), file)
            except Unreadable as error:
                raise self._at(Span(file), str(error), *error.hints) from error
            self.pages[file] = open_page(decode(data, file), file)
        return self.pages[file]

    def _at(self, span: Span, message: str, *hints: str) -> Mistakes:
        found = Findings(self.pages)
        found.add(span, message, *hints)
        return Mistakes(found.mistakes)


def text_node(page: Page) -> Scalar:
    """Give a file's whole text as a value, without the line break at its end."""
    text = page.text.removesuffix("\n").removesuffix("\r")
    span = Span(page.file, width=max(len(page.line(1)), 1))
    return Scalar(text, text, plain=False, span=span)


def _json(page: Page, named: Span) -> Node:
    """Read strict JSON: no duplicate keys, no NaN; every place in it is where it was named."""
    try:
        value: Json = json.loads(
            page.text, object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        span = Span(page.file, error.lineno, error.colno)
        raise Mistakes([page.mistake(span, f"this is no JSON: {_lower(error.msg)}")]) from error
    except (ValueError, RecursionError) as error:
        message = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise Mistakes([page.mistake(Span(page.file), f"this is no JSON: {message}")]) from error
    return grow(value, named)


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        message = f"duplicate key {twice!r}"
        raise ValueError(message)
    return value


def _refuse_constant(word: str) -> NoReturn:
    message = f"{word} is no JSON number"
    raise ValueError(message)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
