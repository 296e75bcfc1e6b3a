"""Hostile schemas, patterns and replies: an exact verdict soon, and the turn's other checks too."""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from evalkit.model.check import JsonFrom

PROGRAM = Path(__file__).with_name("judge_in_bounds.py")
DRAFTS = {
    "draft 4": "http://json-schema.org/draft-04/schema#",
    "draft 6": "http://json-schema.org/draft-06/schema#",
    "draft 7": "http://json-schema.org/draft-07/schema#",
    "draft 2019-09": "https://json-schema.org/draft/2019-09/schema",
    "draft 2020-12": "https://json-schema.org/draft/2020-12/schema",
}
OUTSIDE = [
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:9/x",
    "../../x",
    "//127.0.0.1/x",
    "/etc/passwd#/a",
    "https://json-schema.org/draft/2020-12/schema",
]


class Case(NamedTuple):
    """A check, the reply that it judges, and what it comes to."""

    check: dict[str, Any]
    reply: Any
    outcome: str
    json_from: JsonFrom = "exact"


def schema(document: Any, value: Any, outcome: str, **keys: Any) -> Case:
    return Case({"json_schema": document, **keys}, json.dumps(value), outcome)


def refused(document: Any, message: str) -> Case:
    return schema(document, 1, f"refused: Value error, {message}")


def bad_pattern(pattern: str, message: str) -> Case:
    return Case({"regex": pattern}, "x", f"refused: Value error, {pattern!r} is {message}")


def not_json(reply: str, reason: str, json_from: JsonFrom = "exact") -> Case:
    return Case({"json_schema": {}}, reply, f"failed: reply is not JSON: {reason}", json_from)


def nested(depth: int, key: str = "a") -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {key: value}
    return value


def schemas_nested(depth: int) -> Any:
    document: Any = {}
    for _ in range(depth):
        document = {"oneOf": [document]}
    return document


RECURSION = (
    "error check_bug: schema recursion: the schema refers to itself without an end, "
    "or the value is nested too deeply for it"
)
STEPS = "error check_timeout: the schema asks for more than 200,000 steps on this value"
VALUES = "error too_large: reply has more than 100,000 JSON values"
FITS = "passed: reply fits the schema"
LOST = "had no time left: 1.5 s for all of the check"

OUT_OF_THE_SCHEMA = {
    f"{keyword} to {reference}": refused(
        {"items": {keyword: reference}},
        f"/items/{keyword}: {reference!r} leads out of the schema: only what is in it is followed",
    )
    for keyword in ("$ref", "$dynamicRef", "$recursiveRef")
    for reference in OUTSIDE
}

LOOPS = {
    "a reference to itself": schema({"$ref": "#"}, 1, RECURSION),
    "two references to each other": schema(
        {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        1,
        RECURSION,
    ),
    "a dynamic reference to itself": schema(
        {"$dynamicAnchor": "n", "$dynamicRef": "#n"}, 1, RECURSION
    ),
    "a recursive reference to itself": schema(
        {"$schema": DRAFTS["draft 2019-09"], "$recursiveAnchor": True, "$recursiveRef": "#"},
        1,
        RECURSION,
    ),
    "a loop below what is not evaluated": schema(
        {"allOf": [{"$ref": "#"}], "unevaluatedProperties": False}, {"a": 1}, RECURSION
    ),
    "a value of 490 levels": schema({"properties": {"a": {"$ref": "#"}}}, nested(490), RECURSION),
    "a value of 5,000 levels": not_json(
        "[" * 5_000 + "]" * 5_000, "nested deeper than 500 levels at 1:501"
    ),
}

LARGE = {
    "branches that double on every level": schema(
        {"anyOf": [{"properties": {"a": {"$ref": "#"}}, "required": ["b"]}] * 2},
        nested(30),
        STEPS,
    ),
    "100,000 objects": schema({"uniqueItems": True}, [{"n": n} for n in range(100_000)], VALUES),
    "49,000 objects": schema({"uniqueItems": True}, [{"n": n} for n in range(49_000)], FITS),
    "integers of one hash": schema(
        {"uniqueItems": True}, [n * (2**61 - 1) for n in range(1, 50_000)], FITS
    ),
    "an enum of 1,000,000": refused(
        {"enum": list(range(1_000_000))}, "a schema may have 100,000 values at most"
    ),
    "an enum of 90,000": schema(
        {"items": {"enum": list(range(90_000))}},
        [90_000],
        "failed: reply does not fit the schema: /0: expected one of "
        f"{json.dumps(list(range(99)))[:119]}…, got 90000",
    ),
    "100 branches, each in another": refused(
        schemas_nested(100), "the schema is nested too deeply"
    ),
    "1,000 branches of 1,000": refused(
        {"oneOf": [{"oneOf": [{}] * 1_000}] * 1_000}, "a schema may have 100,000 values at most"
    ),
    "100 branches of 100": refused(
        {"oneOf": [{"oneOf": [{}] * 100}] * 100}, "a schema may consist of 5,000 schemas at most"
    ),
    "1,000 branches": schema(
        {"oneOf": [{"const": n} for n in range(1_000)]},
        -1,
        "failed: reply does not fit the schema: expected 0 or 1 or 2 or 3 or 996 more, got -1",
    ),
    "a comparison 1,000 times": schema(
        {"allOf": [{"uniqueItems": True}] * 1_000}, [{"n": n} for n in range(40_000)], STEPS
    ),
    "1,000 errors about a large value": schema(
        {"allOf": [{"type": "string"}] * 1_000}, [1] * 90_000, STEPS
    ),
    "60,000 errors": schema(
        {"items": {"type": "string"}},
        [1] * 60_000,
        "failed: reply does not fit the schema: /0: expected string, got 1 (and 59999 more)",
    ),
    "45,000 keys that nothing names": schema(
        {"additionalProperties": True, "unevaluatedProperties": False},
        dict.fromkeys(map(str, range(45_000)), 1),
        STEPS,
    ),
    "a text of 10 MB": schema(
        {"type": "null"},
        "x" * 10_000_000,
        f'failed: reply does not fit the schema: expected null, got "{"x" * 58}…',
    ),
}

PATTERNS_AT_LOAD = {
    "no end of a group": bad_pattern(
        "(a", "no pattern: missing ), unterminated subpattern at position 1"
    ),
    "nothing to repeat": bad_pattern("*", "no pattern: nothing to repeat at position 1"),
    "flags behind the start": bad_pattern(
        "^a(?m)$", "no pattern: global flags not at the start of the expression at position 3"
    ),
    "unknown flags": bad_pattern("(?z)^a$", "no pattern: unknown extension ?z at position 2"),
    "a group twice": bad_pattern(
        "(?P<a>x)(?P<a>y)",
        "no pattern: redefinition of group name 'a' as group 2; was group 1 at position 13",
    ),
    "a reference to no group": bad_pattern(
        r"\1", "no pattern: invalid group reference 1 at position 2"
    ),
    "a range that is turned round": bad_pattern(
        "[z-a]", "no pattern: bad character range z-a at position 2"
    ),
    "a look-behind without an end": bad_pattern(
        "(?<=a+)b", "no pattern: look-behind requires fixed-width pattern"
    ),
    "a large number": bad_pattern("a{99999999999}", "too large or too deeply nested a pattern"),
    "5,000 groups": bad_pattern("(" * 5_000, "too large or too deeply nested a pattern"),
    "in a schema": refused(
        {"items": {"pattern": "a{2,1}"}},
        "/items/pattern: 'a{2,1}' is no pattern: min repeat greater than max repeat at position 3",
    ),
}

REPLIES = {
    "100,000 levels": not_json(
        "[" * 100_000 + "]" * 100_000, "nested deeper than 500 levels at 1:501"
    ),
    "100,000 levels, open": not_json('{"a":' * 100_000, "nested deeper than 500 levels at 1:2501"),
    "5,000 digits": not_json("9" * 5_000, "an integer of more than 4,300 digits at 1:1"),
    "1,000,000 digits": not_json("9" * 1_000_000, "an integer of more than 4,300 digits at 1:1"),
    "NaN": not_json("[NaN]", "NaN is no JSON number at 1:2"),
    "a key twice": not_json('{"a": 1, "a": 2}', "the key 'a' occurs twice at 1:10"),
    "text behind": not_json('{"a": 1} and', "more text behind the value at 1:10 "
    "(json_from: extracted would read it)"),
    "a byte order mark": not_json("\ufeff{}", "a byte order mark, which is no part of JSON at 1:1 "
    "(json_from: extracted would read it)"),
    "single quotes": not_json(
        "{'a': 1}", "single quotes: JSON writes strings in double quotes at 1:2"
    ),
    "a fence": not_json("```json\n{}\n```", "a code fence or quote around the value at 1:1 "
    "(json_from: fenced would read it)"),
    "a fence that is allowed": Case({"json_schema": {}}, "```json\n{}\n```", FITS, "fenced"),
    "1 MB of escaped quotes": not_json(
        '{"a": "' + '\\"' * 500_000, "the text ends inside a string at 1:7", "extracted"
    ),
    "1 MB of numbers with a mistake": not_json(
        "[" + "1," * 500_000 + "x", "a mistake somewhere behind 250,000 tokens at 1:250001"
    ),
    "1 MB of brackets": not_json(
        "[x " * 333_000, "expected a value, found 'x' at 1:2", "extracted"
    ),
    "60,000 keys and one twice": not_json(
        "{" + "".join(f'"{n}":1,' for n in range(60_000)) + '"0":1}',
        "the key '0' occurs twice at 1:588892",
    ),
}  # fmt: skip

QUICK = {
    "1 MB and a simple pattern": Case(
        {"regex": "needle"}, "x" * 1_000_000, "failed: reply does not match 'needle'"
    ),
    "1 MB and a pattern with a repetition": Case(
        {"regex": "x+y"}, "xy" * 500_000, "passed: reply matches 'x+y'"
    ),
}

BOMB = "(?i)" + "[\0-\U0010ffff]" * 3_000
SLOW = {
    "a pattern": schema({"pattern": "^(a+)+$"}, "a" * 40 + "!", "'^(a+)+$' did not end"),
    "a pattern of keys": schema(
        {"patternProperties": {"^(b+)+$": {}}}, {"b" * 40 + "!": 1}, "'^(b+)+$' did not end"
    ),
    "a pattern of extra keys": schema(
        {"patternProperties": {"^(c+)+$": {}}, "additionalProperties": False},
        {"c" * 40 + "!": 1},
        "'^(c+)+$' did not end",
    ),
    "a pattern of keys that are not evaluated": schema(
        {"patternProperties": {"^(d+)+$": {}}, "unevaluatedProperties": False},
        {"d" * 40 + "!": 1},
        "'^(d+)+$' did not end",
    ),
    "a pattern for the names of keys": schema(
        {"propertyNames": {"pattern": "^(e+)+$"}}, {"e" * 40 + "!": 1}, "'^(e+)+$' did not end"
    ),
    "a pattern for many texts": schema(
        {"items": {"pattern": "^(f|f)+$"}}, ["f" * 22 + "!"] * 1_000, "'^(f|f)+$'"
    ),
    "a pattern that a reply brings": schema(
        {"format": "regex"}, BOMB, repr(BOMB[:199])[:-1], formats=True
    ),
    "patterns that a reply brings": schema(
        {"items": {"format": "regex"}}, [f"{BOMB}{n}" for n in range(9)], repr(BOMB[:199])[:-1],
        formats=True,
    ),
    "a suite's pattern": Case(
        {"regex": "(x+x+)+y"}, "x" * 60, "'(x+x+)+y' did not end"
    ),
    "a suite's pattern on 1 MB": Case(
        {"regex": "^(g|gg)*$"}, "g" * 1_000_000 + "!", "'^(g|gg)*$' did not end"
    ),
    "a suite's pattern in a not": Case(
        {"not": {"regex": "(h+h+)+y"}}, "h" * 60, "'(h+h+)+y' did not end"
    ),
    "many keys and many patterns": schema(
        {"patternProperties": {f"^{n}x": {} for n in range(2_000)}},
        dict.fromkeys(map(str, range(45_000)), 1),
        LOST,
    ),
}  # fmt: skip

CASES = {
    f"{name}: {case}": it
    for name, cases in {
        "row 28": OUT_OF_THE_SCHEMA,
        "row 29": LOOPS,
        "row 32": QUICK,
        "row 33": PATTERNS_AT_LOAD,
        "row 34": REPLIES,
    }.items()
    for case, it in cases.items()
}


def some(cases: dict[str, Case], count: int) -> list[Any]:
    """Keep all but a few of the cases for the exhaustive run: each takes a second or two."""
    sample = random.Random(34).sample(sorted(cases), count)  # noqa: S311 - no secret
    return [
        pytest.param(case, id=name, marks=() if name in sample else pytest.mark.exhaustive)
        for name, case in cases.items()
    ]


@pytest.fixture(scope="module")
def judged() -> Iterator[Callable[[Case], list[str]]]:
    """Judge a case by its check, between two others, within three seconds and a GiB."""
    judging = subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="ascii",
    )
    questions, answers = judging.stdin, judging.stdout
    assert questions
    assert answers

    def judge(case: Case) -> list[str]:
        checks = [{"finish_reason": "stop"}, case.check, {"not": {"contains": "snowman"}}]
        reply = {"text": case.reply, "finish_reason": "stop"}
        turn = {"checks": checks, "reply": reply, "json_from": case.json_from}
        questions.write(f"{json.dumps(turn)}\n")
        questions.flush()
        told: list[str] = json.loads(answers.readline())
        return told

    yield judge
    judging.communicate(timeout=30)


BEFORE = "passed: reply ended with finish_reason 'stop'"
BEHIND = "passed: reply does not contain 'snowman'"


@pytest.mark.parametrize(
    "case", [*(pytest.param(case, id=name) for name, case in CASES.items()), *some(LARGE, 3)]
)
def test_what_is_hostile_comes_to_an_exact_verdict_and_the_others_stand(
    case: Case, judged: Callable[[Case], list[str]]
) -> None:
    told = judged(case)

    at_load = case.outcome.startswith("refused")
    assert told == ([case.outcome] if at_load else [BEFORE, case.outcome, BEHIND])


@pytest.mark.parametrize("case", some(SLOW, 2))
def test_what_takes_too_long_is_given_up_and_the_others_stand(
    case: Case, judged: Callable[[Case], list[str]]
) -> None:
    before, told, behind = judged(case)

    assert (before, behind) == (BEFORE, BEHIND)
    assert told.startswith("error check_timeout: pattern ")
    assert case.outcome in told


AUDIT = """
import json, sys
from pydantic import ValidationError
from evalkit.checks.json_schema import JsonSchema
from evalkit.errors import CheckError

drafts, outside = json.loads(sys.argv[1])
for draft in drafts:  # what a draft and its formats need is loaded at its first use
    JsonSchema.model_validate({"schema": {"$schema": draft}, "formats": True}).own.violations("a")
seen = []
watched = ("open", "socket", "urllib", "http", "ftplib", "subprocess", "os.")
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith(watched) else None)

def attempt(document, value):
    try:
        return JsonSchema.model_validate({"schema": document}).own.violations(value).total
    except ValidationError:
        return "refused"
    except CheckError:
        return "error"

told = []
for draft in drafts:
    for to in outside:
        told.append(attempt({"$schema": draft, "items": {"$ref": to}}, [1]))
        told.append(attempt({"$schema": draft, "items": {"$dynamicRef": to}}, [1]))
        told.append(attempt({"$schema": draft, "$id": "http://127.0.0.1:9/a", "$ref": to}, [1]))
        told.append(attempt({"$schema": to, "type": "array"}, [1]))
        told.append(attempt({"$schema": draft, "const": {"$ref": to}, "$ref": "#/const"}, [1]))
ids = {"$id": "http://127.0.0.1:9/a", "$defs": {"b": {"$id": "b", "type": "null"}}}
told += [attempt({**ids, "items": {"$ref": "b"}}, value) for value in ([None], [None, 1])]
told.append(attempt({"not": {"$id": "file:///etc/", "$ref": "#/$defs/a", "$defs": {"a": {}}}}, 1))
print(json.dumps([sorted(set(map(str, told))), seen]))
"""


def test_no_schema_opens_a_file_or_a_socket() -> None:
    given = json.dumps([list(DRAFTS.values()), OUTSIDE[:-1]])

    done = subprocess.run(
        [sys.executable, "-c", AUDIT, given],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.stderr, json.loads(done.stdout)) == ("", [["0", "1", "error", "refused"], []])
