"""The tools that a conversation offers: OpenAI's definitions, written out or read from files."""

from collections.abc import Iterator

from evalkit.loader.context import Context
from evalkit.loader.document import to_data
from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.model.data import JsonObject

EXAMPLE = "write {type: function, function: {name: …, parameters: {…}}}"


def read_tools(node: Node | None, context: Context) -> tuple[JsonObject, ...]:
    """Read a path, a definition, or a list of either; what is none is noted and left out."""
    if node is None:
        return ()
    tools: dict[str, JsonObject] = {}
    for definition, place in _definitions(node, context):
        name = _name(definition)
        data = to_data(definition)
        if name is None or not isinstance(data, dict):
            context.found.add(place.span, "this is no definition of a tool", EXAMPLE)
        elif name in tools:
            context.found.add(place.span, f"the tool {name!r} is defined twice")
        else:
            tools[name] = data
    return tuple(tools.values())


def _definitions(node: Node, context: Context) -> Iterator[tuple[Node, Node]]:
    """Give each definition, with the node at whose place a mistake in it is told."""
    for written in node.nodes if isinstance(node, Items) else [node]:
        read: Node | None = written
        if isinstance(written, Scalar) and isinstance(written.value, str):
            read = context.load("json", written)
        for one in read.nodes if isinstance(read, Items) else [read]:
            if one is not None:
                yield one, written


def _name(definition: Node) -> str | None:
    """Give the name of a tool: that of its function, its own, or its type where it has none."""
    if not isinstance(definition, Table):
        return None
    function = definition.entries.get("function")
    if isinstance(function, Table):
        return _text(function, "name")
    return _text(definition, "name") or _other_type(definition)


def _other_type(definition: Table) -> str | None:
    """Give the type of a tool that the deployment brings along; a function needs a name."""
    kind = _text(definition, "type")
    return None if kind == "function" else kind


def _text(table: Table, key: str) -> str | None:
    written = table.entries.get(key)
    return written.source if isinstance(written, Scalar) and written.source else None
