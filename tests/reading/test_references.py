"""Where the references of a JSON Schema lead."""

from typing import Any

import pytest

from evalkit.errors import CheckError
from evalkit.reading.schema import Schema

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
INSIDE: dict[str, Any] = {
    "the whole": {"properties": {"a": {"$ref": "#"}}},
    "a pointer": {"$defs": {"a": {}}, "$ref": "#/$defs/a"},
    "a pointer to false": {"$defs": {"a": False}, "properties": {"x": {"$ref": "#/$defs/a"}}},
    "an anchor": {"$defs": {"a": {"$anchor": "x"}}, "$ref": "#x"},
    "its own name": {"$id": "https://example.org/a", "items": {"$ref": "https://example.org/a"}},
    "a part by its name": {
        "$id": "https://example.org/a/",
        "$defs": {"b": {"$id": "b"}},
        "$ref": "b",
    },
    "a part by its name in draft 4": {
        "$schema": DRAFT_4,
        "id": "https://example.org/a/",
        "definitions": {"b": {"id": "b"}},
        "$ref": "b#",
    },
    "a part of a part": {
        "$id": "https://example.org/a/",
        "$defs": {"b": {"$id": "b/", "$defs": {"c": {"$id": "c"}}}},
        "$ref": "b/c",
    },
    "a keyword's branch": {"anyOf": [{"type": "null"}, {"items": {"$ref": "#/anyOf/0"}}]},
}


@pytest.mark.parametrize("schema", INSIDE.values(), ids=list(INSIDE))
def test_a_reference_to_a_schema_within_is_followed(schema: Any) -> None:
    assert Schema(schema).violations(None).total == 0


REFUSED: dict[str, tuple[Any, str]] = {
    "a file": ({"$ref": "file:///etc/passwd"}, "leads out of the schema"),
    "the network": ({"$ref": "http://169.254.169.254/latest"}, "leads out of the schema"),
    "a path": ({"items": {"$ref": "../../x"}}, "/items/$ref: '../../x' leads out of the schema"),
    "a path behind an id": (
        {"$id": "file:///etc/a", "$ref": "passwd"},
        "/$ref: 'passwd' leads out of the schema",
    ),
    "a metaschema": ({"$ref": DRAFT_4}, "leads out of the schema"),
    "no pointer": ({"$ref": "#/$defs/a"}, "'#/$defs/a' leads to nothing"),
    "no anchor": ({"$dynamicRef": "#a"}, "/$dynamicRef: '#a' leads to nothing"),
    "a name in a list": ({"anyOf": [{}], "items": {"$ref": "#/anyOf/x"}}, "leads to nothing"),
    "behind a list": ({"anyOf": [{}], "items": {"$ref": "#/anyOf/1"}}, "leads to nothing"),
    "a text": ({"title": "x", "items": {"$ref": "#/title"}}, "'#/title' leads to no schema"),
    "a letter": ({"title": "x", "items": {"$ref": "#/title/0"}}, "leads to no schema"),
    "a list": ({"anyOf": [{}], "items": {"$ref": "#/anyOf"}}, "leads to no schema"),
    "data": ({"const": {"$schema": DRAFT_4}, "items": {"$ref": "#/const"}}, "leads to no schema"),
    "the root's parts from within a part": (
        {"$defs": {"a": {}, "b": {"$id": "urn:b", "$ref": "#/$defs/a"}}},
        "/$defs/b/$ref: '#/$defs/a' leads to nothing",
    ),
}


@pytest.mark.parametrize(("schema", "message"), REFUSED.values(), ids=list(REFUSED))
def test_any_other_reference_is_refused(schema: Any, message: str) -> None:
    with pytest.raises(ValueError, match="leads") as caught:
        Schema(schema)

    assert message in str(caught.value)


def test_a_reference_that_the_library_loses_on_its_way_is_an_error_of_the_check() -> None:
    schema = Schema({"not": {"$id": "urn:x", "$ref": "#/$defs/a", "$defs": {"a": {}}}})

    with pytest.raises(CheckError, match="a reference of the schema leads to nothing") as caught:
        schema.violations(1)

    assert caught.value.kind == "check_bug"
