"""What checks cost beyond reading the reply: CPU seconds for 10,000 replies of 2 KB each."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from evalkit.checks import registry
from evalkit.model.chat import ChatReply, Usage
from evalkit.model.check import Check, View
from evalkit.model.dialogue import together
from evalkit.model.transcript import Exchange, Transcript

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

REPLIES = 10_000
SIZE = 2_000

PART = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["bun", "patty", "sauce"]},
        "grams": {"type": "number", "minimum": 0, "maximum": 1000},
        "note": {"type": "string", "pattern": "^[a-z ]+$"},
    },
    "required": ["kind", "grams"],
}
SCHEMA = {
    "$defs": {"part": PART},
    "type": "object",
    "properties": {
        "a": {"type": "integer", "minimum": 0},
        "dish": {"type": "string", "pattern": "^dish [0-9]+$"},
        "parts": {
            "type": "array",
            "items": {"$ref": "#/$defs/part"},
            "minItems": 1,
            "uniqueItems": True,
        },
        "origin": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["a", "dish", "parts"],
    "additionalProperties": False,
}
NAMED = ("properties", "$defs")
"""The keywords whose value maps names to schemas."""

CHECKS: Sequence[Mapping[str, Any]] = [
    {"contains": {"text": "patty"}},
    {"regex": {"pattern": r'"a": \d+'}},
    {"json_path": {"path": "$.a", "min": 0, "max": REPLIES}},
    {"tokens": {"total": {"max": 1_000}}},
    {"finish_reason": {"reason": "stop"}},
]


def keywords(schema: Any) -> int:
    """Count the keywords of a schema, those of the schemas in it too."""
    if isinstance(schema, list):
        return sum(map(keywords, schema))
    if not isinstance(schema, dict):
        return 0
    named = [one for name in NAMED for one in schema.get(name, {}).values()]
    others = [value for name, value in schema.items() if name not in NAMED]
    return len(schema) - ("$defs" in schema) + keywords(named) + keywords(others)


def build(written: Mapping[str, Any]) -> Check:
    ((name, fields),) = written.items()
    return registry.get(name).model_validate(fields, strict=False)


def reply(number: int) -> str:
    """Write a reply of JSON that is as long as the others."""
    part = {"kind": "patty", "note": "grilled over charcoal until it is done"}
    parts = [{**part, "grams": (number + grams) % 1000} for grams in range(21)]
    value = {"a": number, "dish": f"dish {number}", "parts": parts, "origin": None}
    return json.dumps(value).ljust(SIZE)


def view_of(text: str) -> View:
    usage = Usage(prompt=400, completion=500, total=900)
    answer = ChatReply(text=text, finish_reason="stop", usage=usage)
    exchange = Exchange(turn=0, added=(), reply=answer)
    return View(Transcript(exchanges=(exchange,)), (exchange,), turn=0)


def judged(checks: Sequence[Check], texts: Sequence[str]) -> float:
    """Judge every reply by every check; give the CPU seconds, those of making views left out."""
    views = [view_of(text) for text in texts]
    started = time.process_time()
    for view in views:
        dialogue = together([check.verdict(view) for check in checks])
        with pytest.raises(StopIteration) as ended:
            next(dialogue)
        assert [one.reason for one in ended.value.value if one.status != "passed"] == []
    return time.process_time() - started


def test_the_checks_of_10_000_replies_take_less_than_two_seconds() -> None:
    texts = [reply(number) for number in range(REPLIES)]
    checks = [build(written) for written in CHECKS]
    started = time.process_time()
    for text in texts:
        json.loads(text)
    parsing = time.process_time() - started

    seconds = judged(checks, texts)

    each = ", ".join(f"{check.key()} {judged([check], texts):.2f}" for check in checks)
    print(
        f"{REPLIES:,} replies of {len(texts[0]):,} characters, {len(checks)} checks each: "
        f"{seconds:.2f} s CPU = {seconds / parsing:.0f} x json.loads ({parsing:.2f} s); "
        f"alone: {each}"
    )
    assert seconds < 2


def test_a_schema_of_25_keywords_takes_less_than_ten_seconds_more() -> None:
    texts = [reply(number) for number in range(REPLIES)]
    checks = [build(written) for written in CHECKS]
    schema = build({"json_schema": {"schema": SCHEMA}})
    started = time.process_time()
    for text in texts:
        json.loads(text)
    parsing = time.process_time() - started

    seconds = judged([*checks, schema], texts)

    print(
        f"the same and json_schema of {keywords(SCHEMA)} keywords: "
        f"{seconds:.2f} s CPU = {seconds / parsing:.0f} x json.loads ({parsing:.2f} s)"
    )
    assert keywords(SCHEMA) == 25
    assert seconds < 10
