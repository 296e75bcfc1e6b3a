"""`response_format` in its short forms, made into what OpenAI's API takes."""

import re
from pathlib import PurePosixPath

from evalkit.loader.bundle import bundle
from evalkit.loader.context import Context, file_path
from evalkit.loader.document import to_data
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.wording import found
from evalkit.model.data import Json, JsonObject
from evalkit.reading.strict_subset import lint
from evalkit.source import Span

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
        return _as_sent(node, context)
    known = refuse_unknown(node, KEYS, context.found)
    if "json_schema" in known.entries:
        return _with_schema(known, context)
    if known is node:
        context.found.add(node.span, "missing key 'json_schema'", "or give OpenAI's own mapping")
    return None


def _as_sent(node: Table, context: Context) -> JsonObject | None:
    """Take OpenAI's own mapping as it is; a path in it would be sent as a text."""
    schema = node.entries.get("json_schema")
    if schema is not None and not isinstance(schema, Table):
        message = f"'json_schema' beside 'type' must be a mapping, not {found(schema)}"
        context.found.add(schema.span, message, "for a path leave out 'type'")
    sent = to_data(node)
    inner = sent.get("json_schema") if isinstance(sent, dict) else None
    if isinstance(inner, dict) and inner.get("strict") is True and schema is not None:
        _warn(inner.get("schema"), schema.span, context)
    return sent if isinstance(sent, dict) else None


def _warn(schema: Json, span: Span, context: Context) -> None:
    """Warn of what a strict response format refuses, which a deployment would say at each turn."""
    for pointer, message in lint(schema) if isinstance(schema, dict) else ():
        where = f" at {pointer}" if pointer else ""
        context.found.warn(span, f"a strict response_format refuses this schema{where}: {message}")


def _with_schema(node: Table, context: Context) -> JsonObject | None:
    written = node.entries["json_schema"]
    named, read = UNNAMED, written
    if isinstance(written, Scalar) and isinstance(written.value, str):
        loaded = context.load("json", written)
        if loaded is None:
            return None
        named, read = PurePosixPath(written.value).stem, bundle(written, loaded, context)
    schema, path = to_data(read), file_path(read)
    if path is not None:
        message = "'json_schema' takes a path without 'file'"
        context.found.add(written.span, message, f"write json_schema: {path.source}")
    elif not isinstance(schema, dict):
        message = f"'json_schema' must be a path or a schema, not {found(read)}"
        context.found.add(written.span, message)
    if path is not None or not isinstance(schema, dict):
        return None
    name, strict = _name(node, named, context), _strict(node, context)
    if strict:
        _warn(schema, written.span, context)
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
