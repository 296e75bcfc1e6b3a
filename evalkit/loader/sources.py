"""The author's text files: suites, and what they name; each is read once."""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from evalkit.errors import Mistakes
from evalkit.loader.anchors import DEEPEST, TOO_DEEP
from evalkit.loader.document import compose, decode
from evalkit.loader.mistakes import Findings
from evalkit.loader.nodes import Node, Scalar
from evalkit.loader.page import Page, open_page
from evalkit.loader.paths import Unreadable, locate, read_bytes
from evalkit.loader.scalars import MOST_DIGITS
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
        try:
            return self._tree(file, file)
        except Unreadable as error:
            raise self._at(Span(file), str(error), *error.hints) from error

    def forget(self, file: str) -> None:
        """Let go of the tree of a file that nothing is to be read from any more; its text stays."""
        self._trees.pop(file, None)

    def _tree(self, file: str, written: str) -> Node:
        """Compose a YAML file that was named as `written`; raises Unreadable too."""
        if file not in self._trees:
            try:
                self._trees[file] = compose(self._page(file, written).text, file)
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
                return self._tree(file, written.source)
            page = self._page(file, written.source)
        except Unreadable as error:
            raise self._at(written.span, str(error), *error.hints) from error
        return _json(page, written.span) if holds == "json" else text_node(page)

    def _page(self, file: str, written: str) -> Page:
        """Read a file once; raises Unreadable, and Mistakes where it holds no text."""
        if file not in self.pages:
            data = read_bytes((self.root / file).resolve(), written)
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
            page.text,
            object_pairs_hook=_unique,
            parse_constant=_refuse_number,
            parse_float=_finite,
            parse_int=_whole,
        )
        _refuse_depth(value)
    except json.JSONDecodeError as error:
        span = Span(page.file, error.lineno, error.colno)
        raise Mistakes([page.mistake(span, f"this is no JSON: {_lower(error.msg)}")]) from error
    except RecursionError as error:
        raise Mistakes([page.mistake(Span(page.file), TOO_DEEP)]) from error
    except ValueError as error:
        raise Mistakes([page.mistake(Span(page.file), f"this is no JSON: {error}")]) from error
    return grow(value, named)


def _refuse_depth(value: Json) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [child for part in level for child in _children(part)]
    if level:
        raise RecursionError(DEEPEST)


def _children(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        message = f"duplicate key {twice!r}"
        raise ValueError(message)
    return value


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse_number(digits)


def _whole(digits: str) -> int:
    return int(digits) if len(digits) <= MOST_DIGITS else _refuse_number(f"{digits[:20]}…")


def _refuse_number(word: str) -> NoReturn:
    message = f"{word} is no number that can be read"
    raise ValueError(message)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
