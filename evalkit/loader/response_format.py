"""`response_format` in its short forms, made into what OpenAI's API takes."""

import re
from pathlib import PurePosixPath

from evalkit.loader.context import Context
from evalkit.loader.document import to_data
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.wording import found
from evalkit.model.data import JsonObject

KEYS = ("json_schema", "strict", "name")
UNNAMED = "response"


def read_format(node: Node, context: Context) -> JsonObject | None:
    """Read a response format; None where it is a mistake, which is noted."""
    if isinstance(node, Scalar) and node.value == "json_object":
        return {"type": "json_object"}
    if not isinstance(node, Table):
        message = f"'response_format' must be json_object or a mapping, not {found(node)}"
        context.found.add(node.span, message, "for a schema write {json_schema: schemas/food.json}")
        return None
    if "type" in node.entries:
        sent = to_data(node)
        return sent if isinstance(sent, dict) else None
    node = refuse_unknown(node, KEYS, context.found)
    if "json_schema" not in node.entries:
        context.found.add(node.span, "missing key 'json_schema'", "or give OpenAI's own mapping")
        return None
    return _with_schema(node, context)


def _with_schema(node: Table, context: Context) -> JsonObject | None:
    written = node.entries["json_schema"]
    named, read = UNNAMED, written
    if isinstance(written, Scalar) and isinstance(written.value, str):
        loaded = context.load("json", written)
        if loaded is None:
            return None
        named, read = PurePosixPath(written.value).stem, loaded
    schema = to_data(read)
    if not isinstance(schema, dict):
        message = f"'json_schema' must be a path or a schema, not {found(read)}"
        context.found.add(written.span, message)
        return None
    name, strict = _name(node, named, context), _strict(node, context)
    inner: JsonObject = {"name": name, "schema": schema}
    return {
        "type": "json_schema",
        "json_schema": inner | ({} if strict is None else {"strict": strict}),
    }


def _name(node: Table, default: str, context: Context) -> str:
    written = node.entries.get("name")
    if written is None:
        return re.sub(r"[^A-Za-z0-9_-]", "_", default)[:64]
    if isinstance(written, Scalar) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", written.source):
        return written.source
    message = f"'name' must be letters, digits, '_' and '-', not {found(written)}"
    context.found.add(written.span, message)
    return default


def _strict(node: Table, context: Context) -> bool | None:
    written = node.entries.get("strict")
    if written is None:
        return None
    if isinstance(written, Scalar) and isinstance(written.value, bool):
        return written.value
    context.found.add(written.span, f"'strict' must be true or false, not {found(written)}")
    return None
