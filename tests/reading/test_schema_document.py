"""A JSON Schema as a document."""

from typing import Any

import pytest

from evalkit.reading.schema_document import Path, pointer, size, subschemas


@pytest.mark.parametrize(
    ("path", "written"),
    [((), ""), (("a", 0), "/a/0"), (("a/b", "c~d"), "/a~1b/c~0d"), (("",), "/")],
    ids=["root", "key and index", "escaped", "empty key"],
)
def test_a_path_is_written_as_a_json_pointer(path: Path, written: str) -> None:
    assert pointer(path) == written


@pytest.mark.parametrize(("value", "count"), [(1, 1), ([], 1), ([1, [2]], 4), ({"a": {"b": 1}}, 3)])
def test_a_value_is_as_large_as_all_that_is_in_it(value: Any, count: int) -> None:
    assert size(value) == count


def test_a_deep_value_is_measured_without_recursion() -> None:
    value: Any = 1
    for _ in range(10_000):
        value = [value]

    assert size(value) == 10_001


def test_every_schema_is_found_where_schemas_stand_and_nowhere_else() -> None:
    document: Any = {
        "properties": {"const": {"type": "string"}, "enum": {"items": {"minimum": 1}}},
        "anyOf": [{"const": {"type": "data"}}, True],
        "not": {"enum": [{"type": "data"}]},
        "$defs": {"part": {"default": {"type": "data"}}},
        "additionalProperties": False,
        "examples": [{"type": "data"}],
    }

    assert sorted(pointer(path) for path, _ in subschemas(document)) == [
        "",
        "/$defs/part",
        "/anyOf/0",
        "/not",
        "/properties/const",
        "/properties/enum",
        "/properties/enum/items",
    ]
