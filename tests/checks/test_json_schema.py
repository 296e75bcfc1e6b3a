"""The check `json_schema`."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.json_schema import JsonSchema
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

FOOD = {
    "type": "object",
    "properties": {
        "dish": {"type": "string", "pattern": "^[a-z]+$"},
        "calories": {"type": "number", "minimum": 0},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}, "uniqueItems": True},
    },
    "required": ["dish", "calories"],
    "additionalProperties": False,
    "$defs": {
        "part": {
            "oneOf": [
                {"properties": {"kind": {"const": "bun"}, "seeds": {"type": "integer"}}},
                {"properties": {"kind": {"const": "sauce"}, "hot": {"type": "boolean"}}},
            ]
        }
    },
}
DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def check(schema: Any, **keys: Any) -> JsonSchema:
    return JsonSchema.model_validate({"schema": schema, **keys})


@pytest.mark.parametrize(
    "value",
    [
        {"dish": "bun", "calories": 0},
        {"dish": "bun", "calories": 1.5, "note": None},
        {"dish": "bun", "calories": 1, "parts": [{"kind": "bun", "seeds": 3}]},
    ],
    ids=["zero", "null", "branch"],
)
def test_a_reply_that_fits_passes(value: Any, judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(FOOD), turn_of(json.dumps(value)))

    assert (verdict.status, verdict.reason) == ("passed", "reply fits the schema")


def test_evidence_shows_the_value_that_fits_and_what_was_left_out(
    judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check({}), turn_of("Sure: [1]", json_from="extracted"))

    assert [(one.message, one.excerpt) for one in verdict.evidence] == [
        ("fits the schema", "[1]"),
        ("left out, read as extracted", "Sure:"),
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"calories": "400"}, '/calories: expected number, got "400"'),
        ({"calories": -1}, "/calories: expected at least 0, got -1"),
        ({"dish": "Bun"}, "/dish: expected a text that matches '^[a-z]+$', got \"Bun\""),
        ({"note": 5}, "/note: expected string or null, got 5"),
        (
            {"parts": [{"kind": "bun", "seeds": {"many": "yes"}}]},
            '/parts/0/seeds: expected integer, got {"many": "yes"}',
        ),
        (
            {"note": {"text": "x"}},
            '/note: expected string or null, got {"text": "x"}',
        ),
        ({"parts": [1, True, 1.0]}, "/parts: expected no item twice, got [1, true, 1.0]"),
        ({"a/b~c": 1}, "additional properties are not allowed ('a/b~c' was unexpected)"),
    ],
    ids=["type", "limit", "pattern", "any of", "branch", "no branch", "unique", "extra"],
)
def test_a_violation_tells_its_place_what_is_expected_and_what_is_there(
    changed: dict[str, Any], told: str, judge: Judge, turn_of: Turn
) -> None:
    value = {"dish": "bun", "calories": 1, **changed}

    verdict = judge(check(FOOD), turn_of(json.dumps(value)))

    assert verdict.status == "failed"
    assert told in [
        f"{one.pointer}{': ' if one.pointer else ''}{one.message}"[: len(told)]
        for one in verdict.evidence
    ]


def test_the_first_violation_is_the_reason_and_all_are_evidence(
    judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(FOOD), turn_of('{"dish": 1, "calories": "x", "note": 5}'))

    assert verdict.reason == (
        'reply does not fit the schema: /calories: expected number, got "x" (and 2 more)'
    )
    assert [one.pointer for one in verdict.evidence] == ["/calories", "/dish", "/note"]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"x": "bad"}, '/x: expected integer, got "bad" (the nearest of 2 branches)'),
        (7, "expected object or null, got 7"),
    ],
    ids=["the same kind of value", "no kind of value"],
)
def test_the_branch_whose_kind_of_value_is_there_is_nearest(
    value: Any, told: str, judge: Judge, turn_of: Turn
) -> None:
    schema = {
        "anyOf": [
            {"type": "object", "properties": {"x": {"type": "integer"}}},
            {"type": "null"},
        ]
    }

    verdict = judge(check(schema), turn_of(json.dumps(value)))

    assert verdict.reason == f"reply does not fit the schema: {told}"


def test_branches_that_are_equally_near_are_all_told(judge: Judge, turn_of: Turn) -> None:
    schema = {"oneOf": [{"required": ["a"]}, {"properties": {"b": {"type": "null"}}}]}

    verdict = judge(check(schema), turn_of('{"b": 1}'))

    assert verdict.evidence[0].message == (
        "expected to fit one of 2 branches: "
        "'a' is a required property; /b: expected null, got {\"b\": 1}"
    )


def test_a_value_that_fits_several_branches_of_one_of_is_told_so(
    judge: Judge, turn_of: Turn
) -> None:
    schema = {"oneOf": [{"type": "number"}, {"type": "integer"}]}

    verdict = judge(check(schema), turn_of("1"))

    assert verdict.evidence[0].message == (
        "expected to fit exactly one of 2 branches, not several, got 1"
    )


def test_of_many_violations_twenty_are_shown_and_the_rest_is_counted(
    judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check({"items": {"type": "string"}}), turn_of(json.dumps([1] * 50)))

    assert len(verdict.evidence) == 21
    assert verdict.evidence[-1].message == "and 30 more"


def test_a_pointer_is_escaped(judge: Judge, turn_of: Turn) -> None:
    schema = {"additionalProperties": {"type": "string"}}

    verdict = judge(check(schema), turn_of('{"a/b~c": 1}'))

    assert verdict.evidence[0].pointer == "/a~1b~0c"


@pytest.mark.parametrize("value", ["0", "false", "null", '""', "[]", "{}"])
def test_falsy_values_are_values(value: str, judge: Judge, turn_of: Turn) -> None:
    assert judge(check({}), turn_of(value)).status == "passed"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ('{"dish": "b', "reply is not JSON: the text ends inside a string at 1:10"),
        (
            {"text": '{"dish": "b', "finish_reason": "length"},
            (
                "reply is not JSON: "
                "reply was cut by max_tokens (finish_reason length): raise max_tokens"
            ),
        ),
        ({"refusal": "no"}, "reply is not JSON: reply is a refusal: 'no'"),
        (
            "```json\n{}\n```",
            (
                "reply is not JSON: a code fence or quote around the value at 1:1 "
                "(json_from: fenced would read it)"
            ),
        ),
    ],
    ids=["syntax", "cut", "refused", "fenced"],
)
def test_a_reply_that_is_no_json_fails_with_the_cause(
    reply: Any, reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(FOOD), turn_of(reply))

    assert (verdict.status, verdict.reason) == ("failed", reason)


def test_the_reading_that_the_conversation_allows_is_used(judge: Judge, turn_of: Turn) -> None:
    view = turn_of('```json\n{"dish": "bun", "calories": 1}\n```', json_from="fenced")

    assert judge(check(FOOD), view).status == "passed"


def test_true_means_the_schema_that_was_sent(judge: Judge, turn_of: Turn) -> None:
    sent = {"type": "json_schema", "json_schema": {"name": "food", "schema": FOOD}}

    verdict = judge(check(schema=True), turn_of('{"dish": "bun"}', response_format=sent))

    assert verdict.reason.startswith("reply does not fit the schema: 'calories' is a required")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (None, "no schema was sent as response_format"),
        ({"type": "json_object"}, "no schema was sent as response_format"),
        (
            {"type": "json_schema", "json_schema": {"schema": {"type": "text"}}},
            'the schema that was sent is invalid: /type: expected one of ["array", "boolean"',
        ),
    ],
    ids=["nothing", "no schema", "an invalid one"],
)
def test_where_no_usable_schema_was_sent_true_is_an_error(
    sent: Any, reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(schema=True), turn_of("{}", response_format=sent))

    assert (verdict.status, verdict.kind) == ("error", "no_schema")
    assert verdict.reason.startswith(reason)


@pytest.mark.parametrize(
    ("keys", "status"), [({}, "passed"), ({"formats": True}, "failed")], ids=["off", "on"]
)
def test_a_format_counts_only_where_it_is_asked_for(
    keys: dict[str, Any], status: str, judge: Judge, turn_of: Turn
) -> None:
    schema = {"type": "string", "format": "date"}

    assert judge(check(schema, **keys), turn_of('"tomorrow"')).status == status


def test_the_draft_is_the_one_that_the_schema_names(judge: Judge, turn_of: Turn) -> None:
    ignored_before_2019 = {"$schema": DRAFT_7, "dependentRequired": {"a": ["b"]}}

    assert judge(check(ignored_before_2019), turn_of('{"a": 1}')).status == "passed"


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "text"}, '/type: expected one of ["array", "boolean", "integer"'),
        ({"properties": {"a": {"minLength": -1}}}, "/properties/a/minLength: expected at least 0"),
        ({"pattern": "("}, "/pattern: '(' is no pattern: missing ), unterminated"),
        ({"$schema": "urn:x"}, "/$schema: 'urn:x' is no draft of JSON Schema"),
        ({"$schema": 7}, "/$schema: 7 is no draft of JSON Schema"),
        ({"$ref": "#/$defs/x"}, "/$ref: '#/$defs/x' leads to nothing"),
        ({"items": {"$ref": "#x"}}, "/items/$ref: '#x' leads to nothing"),
        ({"$ref": "file:///etc/passwd"}, "/$ref: 'file:///etc/passwd' leads out of the schema"),
        (
            {"allOf": [{"$ref": "http://127.0.0.1/x"}]},
            "/allOf/0/$ref: 'http://127.0.0.1/x' leads out of the schema",
        ),
        ({"items": {"$dynamicRef": "../x"}}, "/items/$dynamicRef: '../x' leads out of the schema"),
        ({"items": {"$schema": DRAFT_7}}, "/items/$schema: only the outermost schema"),
        (False, "this cannot pass: write a schema"),
        ({"enum": list(range(100_001))}, "a schema may have 100,000 values at most"),
    ],
    ids=[
        "keyword",
        "pointer",
        "pattern",
        "draft",
        "draft is no text",
        "no such pointer",
        "no such anchor",
        "file",
        "network",
        "path",
        "inner draft",
        "false",
        "size",
    ],
)
def test_a_schema_that_cannot_be_used_is_a_mistake(schema: Any, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check(schema)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"$ref": {"type": "string"}}},
        {"const": {"$ref": "http://example.org"}},
        {"properties": {"default": {"type": "string"}}},
        {"$defs": {"a": {"$anchor": "x"}}, "$ref": "#x"},
        {"$id": "https://example.org/food", "$ref": "#/$defs/a", "$defs": {"a": {}}},
    ],
    ids=["key called $ref", "data", "key called default", "anchor", "root with $id"],
)
def test_a_schema_that_stays_in_itself_is_no_mistake(schema: Any) -> None:
    assert check(schema).own


def nested(depth: int) -> str:
    return '{"a": ' * depth + "1" + "}" * depth


HOSTILE: dict[str, tuple[Any, str, str]] = {
    "a reference to itself": ({"$ref": "#"}, "1", "check_bug"),
    "a deep value": ({"properties": {"a": {"$ref": "#"}}}, nested(490), "check_bug"),
    "many branches": (
        {"anyOf": [{"properties": {"a": {"$ref": "#"}}, "required": ["b"]}] * 2},
        nested(30),
        "check_timeout",
    ),
    "a slow pattern": ({"pattern": "^(a+)+c?$"}, f'"{"a" * 30}!"', "check_timeout"),
    "a slow pattern of a key": (
        {"patternProperties": {"^(b+)+$": {}}, "additionalProperties": False},
        f'{{"{"b" * 30}!": 1}}',
        "check_timeout",
    ),
    "a slow pattern behind a reference to the root": (
        {"$schema": DRAFT_7, "properties": {"a": {"$ref": "#"}}, "pattern": "^(c+)+$"},
        f'{{"a": "{"c" * 30}!"}}',
        "check_timeout",
    ),
    "a large value": ({}, json.dumps([0] * 100_001), "too_large"),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("schema", "reply", "kind"), HOSTILE.values(), ids=list(HOSTILE))
def test_what_takes_too_much_is_an_error(
    schema: Any, reply: str, kind: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(schema), turn_of(reply))

    assert (verdict.status, verdict.kind) == ("error", kind)


def test_unique_items_need_no_comparison_of_all_with_all(judge: Judge, turn_of: Turn) -> None:
    items = [{"n": number} for number in range(40_000)]

    assert judge(check({"uniqueItems": True}), turn_of(json.dumps(items))).status == "passed"


AUDIT = """
import sys
from evalkit.checks.json_schema import JsonSchema
from evalkit.reading.schema import Schema

Schema({"type": "string"}).violations("warm")
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event in WATCHED else None)
for reference in REFERENCES:
    try:
        JsonSchema.model_validate({"schema": {"$ref": reference}})
    except ValueError:
        pass
inner = {"$id": "http://127.0.0.1:9/x", "items": {"$id": "y", "$ref": "#/nothing"}}
try:
    Schema(inner).violations([1])
except Exception:
    pass
print(seen)
"""


def test_no_reference_opens_a_file_or_a_socket() -> None:
    watched = ["open", "socket.__new__", "socket.connect", "socket.getaddrinfo", "urllib.Request"]
    references = ["file:///etc/passwd", "http://127.0.0.1:9/x", "../../x", "https://example.org"]
    program = AUDIT.replace("WATCHED", repr(watched)).replace("REFERENCES", repr(references))

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.stdout, done.returncode) == ("[]\n", 0)
