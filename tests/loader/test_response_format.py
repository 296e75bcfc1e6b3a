"""`response_format` in its forms, and what is told of those that cannot be sent."""

from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import Mistakes
from evalkit.loader.load import Loaded, load

SUITE = """\
deployments: {main: {base_url: "https://api.example.com/v1"}}
conversations:
  - id: one
    unchecked: true
    response_format: %s
    turns: [{user: hello}]
"""

FILES = {
    "food.json": '{"type": "object"}',
    "my meal.v2.json": "{}",
    "bom.json": "\ufeff{}",
    "list.json": "[1]",
    "text.json": '"x"',
    "empty.json": "",
    "comma.json": '{"a": 1,\n "b": }',
    "twice.json": '{"a": 1, "a": 2}',
    "nan.json": '{"a": NaN}',
    "large.json": '{"a": 1e999}',
    "digits.json": '{"a": %s}' % ("1" * 5000),
    "deep.json": '{"a": ' * 200 + "1" + "}" * 200,
    "deepest.json": "[" * 100_000,
}


def load_format(root: Path, written: str) -> Loaded:
    for name, text in {**FILES, "a.yaml": SUITE % written}.items():
        (root / name).write_text(text, encoding="utf-8")
    return load(root, [root / "a.yaml"])


def sent(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, **more}}


FORMS = [
    pytest.param("json_object", {"type": "json_object"}, id="a word"),
    pytest.param("{type: json_object}", {"type": "json_object"}, id="the mapping of the api"),
    pytest.param("{type: text, more: [1]}", {"type": "text", "more": [1]}, id="any such mapping"),
    pytest.param(
        "{type: json_schema, json_schema: {name: a, schema: {}}}",
        sent("a", {}),
        id="the mapping of the api with a schema",
    ),
    pytest.param("{json_schema: food.json}", sent("food", {"type": "object"}), id="a path"),
    pytest.param(
        "{json_schema: food.json, strict: true}",
        sent("food", {"type": "object"}, strict=True),
        id="strict",
    ),
    pytest.param(
        "{json_schema: food.json, strict: false, name: meal-1}",
        sent("meal-1", {"type": "object"}, strict=False),
        id="a name",
    ),
    pytest.param(
        "{json_schema: my meal.v2.json}", sent("my_meal_v2", {}), id="a stem that is no name"
    ),
    pytest.param("{json_schema: bom.json}", sent("bom", {}), id="a byte order mark"),
    pytest.param(
        "{json_schema: {type: object}}",
        sent("response", {"type": "object"}),
        id="the schema itself",
    ),
]


@pytest.mark.parametrize(("written", "form"), FORMS)
def test_a_form_is_made_into_that_of_the_api(
    tmp_path: Path, written: str, form: dict[str, Any]
) -> None:
    (suite,) = load_format(tmp_path, written).suites

    assert suite.conversations[0].response_format == form


FOR_SCHEMA = "for a schema write {json_schema: schemas/food.json}"
OWN = "or give OpenAI's own mapping"

REFUSED = [
    pytest.param(
        "json",
        "json",
        "'response_format' must be json_object or a mapping, not 'json'",
        FOR_SCHEMA,
        id="another word",
    ),
    pytest.param(
        "[json_object]",
        "[json_object]",
        "'response_format' must be json_object or a mapping, not a list",
        FOR_SCHEMA,
        id="a list",
    ),
    pytest.param("{}", "{}", "missing key 'json_schema'", OWN, id="an empty mapping"),
    pytest.param(
        "{strict: true}", "{strict: true}", "missing key 'json_schema'", OWN, id="no schema"
    ),
    pytest.param(
        "{json_schma: food.json}",
        "json_schma",
        "unknown key 'json_schma'",
        "did you mean 'json_schema'?",
        id="a slip",
    ),
    pytest.param(
        "{json_schema: food.json, stict: true}",
        "stict",
        "unknown key 'stict'",
        "did you mean 'strict'?",
        id="another slip",
    ),
    pytest.param(
        "{json_schema: fod.json}",
        "fod.json",
        "there is no file 'fod.json'",
        "did you mean 'food.json'?",
        id="a slip in the path",
    ),
    pytest.param(
        "{json_schema: ../food.json}",
        "../food.json",
        "'../food.json' lies outside the root",
        "",
        id="a path that leaves the root",
    ),
    pytest.param(
        "{json_schema: 7}",
        "7",
        "'json_schema' must be a path or a schema, not 7",
        "",
        id="a number",
    ),
    pytest.param(
        "{json_schema: list.json}",
        "list.json",
        "'json_schema' must be a path or a schema, not a list",
        "",
        id="a list in the file",
    ),
    pytest.param(
        "{json_schema: text.json}",
        "text.json",
        "'json_schema' must be a path or a schema, not 'x'",
        "",
        id="a text in the file",
    ),
    pytest.param(
        "{json_schema: {file: food.json}}",
        "{file: food.json}",
        "'json_schema' takes a path without 'file'",
        "write json_schema: food.json",
        id="a path as it stands elsewhere",
    ),
    pytest.param(
        "{type: json_schema, json_schema: food.json}",
        "food.json",
        "'json_schema' beside 'type' must be a mapping, not 'food.json'",
        "for a path leave out 'type'",
        id="a path in the mapping of the api",
    ),
    pytest.param(
        "{json_schema: food.json, name: a b}",
        "a b",
        "'name' must be letters, digits, '_' and '-', not 'a b'",
        "",
        id="a name with a space",
    ),
    pytest.param(
        "{json_schema: food.json, strict: yes}",
        "yes",
        "'strict' must be true or false, not 'yes'",
        "",
        id="a strictness of yes",
    ),
]


@pytest.mark.parametrize(("written", "at", "message", "hint"), REFUSED)
def test_what_cannot_be_sent_is_told(
    tmp_path: Path, written: str, at: str, message: str, hint: str
) -> None:
    column = written.index(at)
    lines = [
        f"a.yaml:5:{22 + column}: {message}",
        f"    5 |     response_format: {written}",
        f"                             {' ' * column}{'^' * len(at)}",
        *([f"  hint: {hint}"] if hint else []),
    ]

    loaded = load_format(tmp_path, written)

    assert str(Mistakes(loaded.mistakes)) == "\n".join(lines)


UNREADABLE = {
    "empty.json": "empty.json:1:1: this is no JSON: expecting value",
    "comma.json": "comma.json:2:7: this is no JSON: expecting value",
    "twice.json": "twice.json:1:1: this is no JSON: duplicate key 'a'",
    "nan.json": "nan.json:1:1: this is no JSON: NaN is no number that can be read",
    "large.json": "large.json:1:1: this is no JSON: 1e999 is no number that can be read",
    "digits.json": "digits.json:1:1: this is no JSON: "
    "11111111111111111111… is no number that can be read",
    "deep.json": "deep.json:1:1: nested more than 100 levels deep",
    "deepest.json": "deepest.json:1:1: nested more than 100 levels deep",
}


@pytest.mark.parametrize(("file", "message"), UNREADABLE.items(), ids=list(UNREADABLE))
def test_a_file_that_is_no_json_is_told_in_the_file(
    tmp_path: Path, file: str, message: str
) -> None:
    (mistake,) = load_format(tmp_path, f"{{json_schema: {file}}}").mistakes

    assert f"{mistake.span}: {mistake.message}" == message


LAX = "{type: object, properties: {dish: {type: string}}}"
REFUSES = "a.yaml:5:LINE: warning: a strict response_format refuses this schema"


@pytest.mark.parametrize(
    ("written", "column"),
    [
        (f"{{json_schema: {LAX}, strict: true}}", 36),
        ("{json_schema: food.json, strict: true}", 36),
        (f"{{type: json_schema, json_schema: {{strict: true, name: x, schema: {LAX}}}}}", 55),
    ],
    ids=["written out", "a file", "as it is sent"],
)
def test_what_a_strict_format_refuses_is_a_warning(
    written: str, column: int, tmp_path: Path
) -> None:
    loaded = load_format(tmp_path, written)

    assert (loaded.mistakes, len(loaded.suites)) == ((), 1)
    assert str(loaded.warnings[0]).startswith(REFUSES.replace("LINE", str(column)))


@pytest.mark.parametrize(
    "written",
    [
        f"{{json_schema: {LAX}}}",
        f"{{json_schema: {LAX}, strict: false}}",
        "{json_schema: {type: object, additionalProperties: false}, strict: true}",
        "json_object",
    ],
    ids=["not strict", "expressly not", "allowed", "no schema"],
)
def test_anything_else_is_sent_without_a_warning(written: str, tmp_path: Path) -> None:
    assert load_format(tmp_path, written).warnings == ()
