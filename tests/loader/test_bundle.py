"""Schemas that refer to other files of the project."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from evalkit.checks.json_schema import JsonSchema
from evalkit.model.suite import Conversation

Load = Callable[[str], Conversation]
Tell = Callable[[str], str]

SUITE = """\
conversations:
  - id: a
    turns: [{user: Hi, expect: [{json_schema: WRITTEN}]}]
"""
FILES: Mapping[str, Any] = {
    "schemas/meal.json": {
        "$ref": "parts/dish.json",
        "properties": {"price": {"$ref": "money.json#/$defs/amount"}},
    },
    "schemas/parts/dish.json": {
        "$id": "https://example.com/dish",
        "type": "object",
        "properties": {"name": {"$ref": "#/$defs/name"}, "side": {"$ref": "#"}},
        "$defs": {"name": {"type": "string"}},
    },
    "schemas/money.json": {"$defs": {"amount": {"type": "number", "minimum": 0}}},
    "schemas/tree.json": {"properties": {"left": {"$ref": "tree.json"}}, "type": "object"},
    "schemas/a.json": {"properties": {"b": {"$ref": "b.json"}}, "type": "object"},
    "schemas/b.json": {"properties": {"a": {"$ref": "a.json"}}, "type": "object"},
    "schemas/lost.json": {"$ref": "nowhere.json"},
    "schemas/out.json": {"$ref": "../../out.json"},
    "schemas/list.json": {"$ref": "../list.json"},
    "list.json": [1],
}


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(data), encoding="utf-8")


def violations(loaded: Conversation, value: Any) -> int:
    check = loaded.turns[0].expect[-1].check
    assert isinstance(check, JsonSchema)
    assert check.own
    return check.own.violations(value).total


@pytest.mark.parametrize(
    ("written", "fits", "misfits"),
    [
        ("schemas/meal.json", {"name": "bun", "price": 3}, {"name": 7}),
        ("schemas/meal.json", {"side": {"name": "dip"}}, {"side": {"name": 7}}),
        ("schemas/meal.json", {"price": 0}, {"price": -1}),
        ('{items: {$ref: "schemas/money.json#/$defs/amount"}}', [1], ["1"]),
        ("schemas/tree.json", {"left": {"left": {}}}, {"left": {"left": 7}}),
        ("schemas/a.json", {"b": {"a": {}}}, {"b": {"a": {"b": 7}}}),
    ],
    ids=[
        "a file",
        "into itself",
        "a part of a file",
        "from a suite",
        "its own name",
        "in a circle",
    ],
)
def test_references_lead_to_other_files(
    written: str, fits: Any, misfits: Any, conversation: Load
) -> None:
    loaded = conversation(SUITE.replace("WRITTEN", written))

    assert (violations(loaded, fits), violations(loaded, misfits)) == (0, 1)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("schemas/lost.json", "there is no file 'schemas/nowhere.json'"),
        ("schemas/out.json", "'../out.json' lies outside the root"),
        ("schemas/list.json", "'../list.json' holds no schema"),
        ('{$ref: "https://example.com/x.json"}', "leads out of the schema"),
        ('{$ref: "file:///etc/passwd"}', "leads out of the schema"),
        ('{$ref: "/etc/passwd"}', "leads out of the schema"),
        ('{$ref: "schemas/money.json#amount"}', "leads out of the schema"),
        ('{$ref: "schemas/money.json#/$defs/none"}', "leads to nothing"),
    ],
    ids=["missing", "outside", "no schema", "a URL", "a file URL", "absolute", "a name", "nothing"],
)
def test_what_cannot_be_followed_is_told(written: str, message: str, told: Tell) -> None:
    assert message in told(SUITE.replace("WRITTEN", written))


def test_a_schema_that_is_sent_brings_its_files_along(conversation: Load) -> None:
    text = SUITE.replace("WRITTEN", "true").replace(
        "    turns", "    response_format: {json_schema: schemas/meal.json}\n    turns"
    )

    sent: Any = conversation(text).response_format

    assert set(sent["json_schema"]["schema"]["$defs"]) == {
        "schemas/money.json",
        "schemas/parts/dish.json",
    }
