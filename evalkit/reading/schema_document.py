"""A JSON Schema as a document: the mistakes that its metaschema does not see."""

from collections.abc import Iterator
from typing import TypeAlias

from evalkit.model.data import Json, JsonObject
from evalkit.reading.bounded import compiled

MOST_SCHEMAS = 5_000
"""The most schemas that a schema may consist of: each takes its time to be checked."""

MOST_VALUES = 100_000
"""The most values that a schema, or a reply that is held to it, may consist of."""

NAMED = frozenset(
    {"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
)
"""Keywords whose value maps names of the author's choice to schemas."""

DATA = frozenset({"const", "default", "enum", "examples"})
"""Keywords whose value is no schema."""

Path: TypeAlias = tuple[str | int, ...]


def pointer(path: Path) -> str:
    """Write a path as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def size(value: Json) -> int:
    """Count the values that a value consists of, itself included."""
    count, pending = 0, [value]
    while pending:
        found = pending.pop()
        count += 1
        if isinstance(found, dict):
            pending += found.values()
        elif isinstance(found, list):
            pending += found
    return count


def verify(document: JsonObject) -> None:
    """Raise ValueError for what no metaschema sees: size, odd patterns, another draft inside."""
    if size(document) > MOST_VALUES:
        raise ValueError(f"a schema may have {MOST_VALUES:,} values at most")
    for count, (path, schema) in enumerate(subschemas(document), start=1):
        if count > MOST_SCHEMAS:
            raise ValueError(f"a schema may consist of {MOST_SCHEMAS:,} schemas at most")
        try:
            _verify_one(schema)
        except ValueError as error:
            raise ValueError(f"{pointer(path)}{error}") from error
        if path and isinstance(schema.get("$schema"), str):
            raise ValueError(f"{pointer(path)}/$schema: only the outermost schema may have one")


def _verify_one(schema: JsonObject) -> None:
    for keyword, pattern in _patterns(schema):
        try:
            compiled(pattern)
        except ValueError as error:
            raise ValueError(f"/{keyword}: {error}") from error


def key_patterns(schema: JsonObject) -> tuple[str, ...]:
    """Give the patterns that one schema matches keys with."""
    found = schema.get("patternProperties")
    return tuple(found) if isinstance(found, dict) else ()


def _patterns(schema: JsonObject) -> Iterator[tuple[str, str]]:
    """Give all patterns of one schema, each with its keyword."""
    found = schema.get("pattern")
    if isinstance(found, str):
        yield "pattern", found
    for pattern in key_patterns(schema):
        yield "patternProperties", pattern


def subschemas(document: JsonObject) -> Iterator[tuple[Path, JsonObject]]:
    """Give every schema of a document with its path, the document itself first."""
    pending: list[tuple[Path, JsonObject]] = [((), document)]
    while pending:
        path, schema = pending.pop()
        yield path, schema
        pending += below(path, schema)


def below(path: Path, schema: JsonObject) -> Iterator[tuple[Path, JsonObject]]:
    """Give the schemas that stand in the keywords of one schema."""
    for keyword, value in schema.items():
        if keyword not in DATA:
            yield from _schemas((*path, keyword), value, named=keyword in NAMED)


def _schemas(path: Path, value: Json, *, named: bool) -> Iterator[tuple[Path, JsonObject]]:
    if isinstance(value, dict) and not named:
        yield path, value
    elif isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        for step, child in steps:
            if isinstance(child, dict):
                yield (*path, step), child
