"""A JSON Schema whose references lead to other files of the project, made into one document."""

from copy import deepcopy
from pathlib import PurePosixPath
from posixpath import normpath

from evalkit.loader.context import Context
from evalkit.loader.document import to_data
from evalkit.loader.nodes import Node, Scalar
from evalkit.loader.paths import SCHEME
from evalkit.loader.tree import grow
from evalkit.model.data import Json, JsonObject
from evalkit.reading.schema_document import pointer, subschemas
from evalkit.source import Span

HOME = "$defs"
"""Where the other files stand in the document, by their paths under the root."""

OWN = ("$id", "$schema")
"""What a file says of itself, which has no place inside another document."""


def bundle(written: Node, read: Node, context: Context) -> Node:
    """Put the files that a schema refers to, and that they refer to, into it.

    `read` is the schema, `written` its path or the schema itself, where what cannot be read is
    noted. References elsewhere than to relative paths stay as they are: whoever compiles the schema
    refuses them.
    """
    document, file = to_data(read), written.span.file
    if not isinstance(document, dict):
        return read
    if isinstance(written, Scalar):
        file = normpath(str(PurePosixPath(file).parent / written.source))
    whole = _Bundle(file, written.span, context).of(document)
    return read if whole == document else grow(whole, written.span)


class _Bundle:
    def __init__(self, file: str, span: Span, context: Context) -> None:
        self._file = file
        self._span = span
        self._context = context
        self._parts: dict[str, Json] = {}

    def of(self, document: JsonObject) -> JsonObject:
        whole = self._rewritten(document, self._file)
        if not self._parts:
            return whole
        own = whole.get(HOME)
        return {**whole, HOME: {**(own if isinstance(own, dict) else {}), **self._parts}}

    def _rewritten(self, document: JsonObject, file: str) -> JsonObject:
        """Copy a schema with its references as they are inside the whole document."""
        copy = deepcopy(document)
        for _, schema in tuple(subschemas(copy)):
            reference = schema.get("$ref")
            if isinstance(reference, str):
                schema["$ref"] = self._inside(reference, file)
        return copy

    def _inside(self, reference: str, file: str) -> str:
        """Say where a reference in `file` leads to inside the whole document."""
        path, _, fragment = reference.partition("#")
        if path.startswith("/") or SCHEME.match(path):
            return reference
        named = normpath(str(PurePosixPath(file).parent / path)) if path else file
        if named != self._file and not self._take(named, path):
            return reference
        home = "" if named == self._file else pointer((HOME, named))
        return f"#{home}{fragment}" if not fragment or fragment.startswith("/") else reference

    def _take(self, named: str, written: str) -> bool:
        """Read another file, once; what is no schema is noted."""
        if named in self._parts:
            return True
        path = _relative(named, self._span.file)
        node = self._context.load("json", Scalar(path, path, plain=True, span=self._span))
        data = None if node is None else to_data(node)
        if isinstance(data, bool):
            self._parts[named] = data
        elif isinstance(data, dict):
            self._parts[named] = True  # it may refer to itself while it is read
            own = {key: value for key, value in data.items() if key not in OWN}
            self._parts[named] = self._rewritten(own, named)
        elif node is not None:
            self._context.found.add(self._span, f"{written!r} holds no schema")
        return named in self._parts


def _relative(named: str, beside: str) -> str:
    """Write a path under the root as one that is relative to the file `beside`."""
    ups = "../" * len(PurePosixPath(beside).parent.parts)
    return f"{ups}{named}"
