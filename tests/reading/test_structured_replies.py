"""Replies that were to be JSON, and exactly what is read of each, or why none is."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import pytest

from evalkit.checks.json_schema import JsonSchema
from evalkit.model.chat import ChatReply
from evalkit.model.check import Check, JsonFrom, Verdict, View
from evalkit.model.transcript import Exchange, Transcript
from evalkit.reading.json_ladder import NotJson, Read, of_view

Reply: TypeAlias = str | Mapping[str, Any]
Outcome: TypeAlias = Read | str | tuple[str, tuple[str, ...]]
"""What is read; or why nothing is, with the candidates among which none is chosen."""

Row: TypeAlias = tuple[Reply, Outcome] | tuple[Reply, Outcome, JsonFrom]


def read(value: Any, how: JsonFrom = "exact", stripped: str = "") -> Read:
    return Read(value, how, stripped)


def view_of(reply: Reply, allowed: JsonFrom = "exact", sent: Any = None) -> View:
    said = {"text": reply} if isinstance(reply, str) else reply
    answer = ChatReply.model_validate(said)
    exchange = Exchange(turn=0, added=(), reply=answer, response_format=sent)
    return View(Transcript(exchanges=(exchange,)), (exchange,), turn=0, json_from=allowed)


def judged(check: Check, view: View) -> Verdict:
    """Judge a view with a check that asks nobody."""
    dialogue = check.verdict(view)
    try:
        next(dialogue)
    except StopIteration as stop:
        verdict: Verdict = stop.value
        return verdict
    pytest.fail("the check asked something")


EXACT: dict[str, Row] = {
    "an object": ('{"a": 1, "b": [true, null]}', read({"a": 1, "b": [True, None]})),
    "an array": ('[1, "two", {}]', read([1, "two", {}])),
    "an empty object": ("{}", read({})),
    "an empty array": ("[]", read([])),
    "true": ("true", read(value=True)),
    "false": ("false", read(value=False)),
    "null": ("null", read(None)),
    "a number": ("7", read(7)),
    "a text": ('"text"', read("text")),
    "an empty text": ('""', read("")),
    "space around": ('\n\t {"a": 1} \r\n', read({"a": 1})),
    "windows line ends": ('{\r\n  "a": 1,\r\n  "b": 2\r\n}', read({"a": 1, "b": 2})),
    "tabs between": ('{\t"a":\t1}', read({"a": 1})),
    "no line break at the end of pretty print": (
        '{\n    "a": {\n        "b": []\n    }\n}',
        read({"a": {"b": []}}),
    ),
    "an empty key": ('{"": 1}', read({"": 1})),
    "letters": ('{"größe": "κόσμε"}', read({"größe": "κόσμε"})),
    "an emoji": ('{"mood": "👩\u200d💻"}', read({"mood": "👩\u200d💻"})),
    "an escaped emoji": ('"\\ud83d\\ude00"', read("😀")),
    "half an escaped emoji": ('"\\ud83d"', read("\ud83d")),
    "half an emoji itself": ('"\ud83d"', read("\ud83d")),
    "right to left": ('{"name": "\u202eאב\u202c"}', read({"name": "\u202eאב\u202c"})),
    "a no-break space in a text": ('"a\u00a0b"', read("a\xa0b")),
    "a byte order mark in a text": ('"\ufeff"', read("\ufeff")),
    "line separators in a text": ('"\u2028\u2029"', read("\u2028\u2029")),
    "an escaped NUL": ('"\\u0000"', read("\x00")),
    "all escapes": ('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', read('"\\/\x08\x0c\n\r\té')),
    "html escaped inside": ('"&lt;b&gt; &amp; &quot;"', read("&lt;b&gt; &amp; &quot;")),
    "markdown inside": ('{"text": "```json\\n{}\\n```"}', read({"text": "```json\n{}\n```"})),
    "json in a text": ('"{\\"a\\": 1}"', read('{"a": 1}')),
    "minus zero": ("-0", read(0)),
    "minus zero as a decimal": ("-0.0", read(-0.0)),
    "18 digits": ("123456789012345678", read(123456789012345678)),
    "a float beyond 2**53": ("9007199254740993.0", read(9007199254740992.0)),
    "4,300 digits": ("1" * 4300, read(json.loads("1" * 4300))),
    "an exponent": ("1E2", read(100.0)),
    "a tiny number": ("1e-999", read(0.0)),
    "the largest float": ("1.7976931348623157e308", read(1.7976931348623157e308)),
    "500 levels": ("[" * 500 + "]" * 500, read(json.loads("[" * 500 + "]" * 500))),
    "a large array": ("[" + "0," * 9999 + "0]", read(json.loads("[" + "0," * 9999 + "0]"))),
}

SYNTAX: dict[str, Row] = {
    "prose": ("The dish is a burger.", "expected a value, found 'The' at 1:1"),
    "one word": ("burger", "expected a value, found 'burger' at 1:1"),
    "a comma at the end of an object": ('{"a": 1,}', "a comma before the closing '}' at 1:9"),
    "a comma at the end of an array": ('["a",\n]', "a comma before the closing ']' at 2:1"),
    "two commas": ("[1,,2]", "expected a value, found ',' at 1:4"),
    "a comma at the start": ("[,1]", "expected a value, found ',' at 1:2"),
    "no comma": ('{"a": 1 "b": 2}', "expected ',' or '}', found '\"b\"' at 1:9"),
    "no colon": ('{"a" 1}', "expected ':' behind the key, found '1' at 1:6"),
    "no value": ('{"a": }', "expected a value, found '}' at 1:7"),
    "an equals sign": ('{"a" = 1}', "expected ':' behind the key, found '=' at 1:6"),
    "single quotes": ("{'a': 'b'}", "single quotes: JSON writes strings in double quotes at 1:2"),
    "a value in single quotes": (
        "{\"a\": 'b'}",
        "single quotes: JSON writes strings in double quotes at 1:7",
    ),
    "typographic quotes": ("{“a”: 1}", "expected a key in double quotes, found '“' at 1:2"),
    "an unquoted key": ("{a: 1}", "expected a key in double quotes, found 'a' at 1:2"),
    "a number as a key": ('{1: "a"}', "expected a key in double quotes, found '1' at 1:2"),
    "a comment behind": (
        '{"a": 1} // the dish',
        "more text behind the value at 1:10 (json_from: extracted would read it)",
    ),
    "a comment inside": (
        '{"a": 1, // the dish\n "b": 2}',
        "a comment, which JSON does not have at 1:10",
    ),
    "a block comment": (
        '/* dish */ {"a": 1}',
        "a comment, which JSON does not have at 1:1 (json_from: extracted would read it)",
    ),
    "a hash comment": (
        '{"a": 1, # dish\n "b": 2}',
        "expected a key in double quotes, found '#' at 1:10",
    ),
    "python's True": ('{"a": True}', "expected a value, found 'True' at 1:7"),
    "python's None": ("[None]", "expected a value, found 'None' at 1:2"),
    "undefined": ('{"a": undefined}', "expected a value, found 'undefined' at 1:7"),
    "an ellipsis": ("[1, 2, ...]", "expected a value, found '.' at 1:8"),
    "a cut object": ('{"a": 1, "b": ', "the text ends inside the value at 1:15"),
    "a cut text": ('{"a": "bur', "the text ends inside a string at 1:7"),
    "a cut escape": ('{"a": "\\u00', "the text ends inside a string at 1:7"),
    "a cut word": ('{"a": tru', "the text ends inside the value at 1:7"),
    "a lonely brace": (
        '{"a": 1}}',
        "more text behind the value at 1:9 (json_from: extracted would read it)",
    ),
    "the wrong bracket": ('{"a": [1}', "expected ',' or ']', found '}' at 1:9"),
    "json lines": ('{"a": 1}\n{"a": 2}\n', "more text behind the value at 2:1"),
    "two values": ("1 2", "more text behind the value at 1:3"),
    "text behind": (
        '{"a": 1}\nEnjoy!',
        "more text behind the value at 2:1 (json_from: extracted would read it)",
    ),
    "a semicolon behind": (
        '{"a": 1};',
        "more text behind the value at 1:9 (json_from: extracted would read it)",
    ),
    "an assignment": (
        'const dish = {"a": 1}',
        "expected a value, found 'const' at 1:1 (json_from: extracted would read it)",
    ),
    "a call": (
        'callback({"a": 1})',
        "expected a value, found 'callback' at 1:1 (json_from: extracted would read it)",
    ),
    "a byte order mark in front": (
        '\ufeff{"a": 1}',
        "a byte order mark, which is no part of JSON at 1:1 (json_from: extracted would read it)",
    ),
    "a no-break space in front": (
        '\u00a0{"a": 1}',
        "expected a value, found '\\xa0' at 1:1 (json_from: extracted would read it)",
    ),
    "a no-break space inside": ('{"a":\u00a01}', "expected a value, found '\\xa0' at 1:6"),
    "a zero-width space in front": (
        '\u200b{"a": 1}',
        "expected a value, found '\\u200b' at 1:1 (json_from: extracted would read it)",
    ),
    "a form feed": (
        "\f{}",
        "expected a value, found '\\x0c' at 1:1 (json_from: extracted would read it)",
    ),
    "a line break in a text": (
        '{"a": "one\ntwo"}',
        "'\\n' inside a string must be escaped at 1:11",
    ),
    "a tab in a text": ('{"a": "one\ttwo"}', "'\\t' inside a string must be escaped at 1:11"),
    "a NUL in a text": ('"a\0b"', "'\\x00' inside a string must be escaped at 1:3"),
    "a NUL behind": (
        "{}\0",
        "more text behind the value at 1:3 (json_from: extracted would read it)",
    ),
    "an unknown escape": ('{"path": "C:\\Users\\dish"}', "no escape of JSON: '\\\\U' at 1:13"),
    "an escaped quote in single quotes": ('"it\\\'s"', 'no escape of JSON: "\\\\\'" at 1:4'),
    "html escaped": ("{&quot;a&quot;: 1}", "expected a key in double quotes, found '&' at 1:2"),
    "xml": ("<dish>burger</dish>", "expected a value, found '<' at 1:1"),
    "yaml": ("a: 1\nb: 2", "expected a value, found 'a' at 1:1"),
    "a leading zero": ('{"a": 007}', "expected ',' or '}', found '0' at 1:8"),
    "a leading plus": ('{"a": +1}', "expected a value, found '+' at 1:7"),
    "a bare decimal point": ('{"a": .5}', "expected a value, found '.' at 1:7"),
    "a decimal point behind": ('{"a": 5.}', "expected ',' or '}', found '.' at 1:8"),
    "hexadecimal": ('{"a": 0xFF}', "expected ',' or '}', found 'xFF' at 1:8"),
    "digits with separators": ('{"a": 1_000}', "expected ',' or '}', found '_000' at 1:8"),
    "a comma in a number": ('{"a": 1,000}', "expected a key in double quotes, found '0' at 1:9"),
    "NaN": ('{"a": NaN}', "NaN is no JSON number at 1:7"),
    "infinity": ("[Infinity]", "Infinity is no JSON number at 1:2"),
    "minus infinity": ("[-Infinity]", "-Infinity is no JSON number at 1:2"),
    "1e999": ('{"a": 1e999}', "1e999 is too large for a number at 1:7"),
    "1E400": ("-1E400", "-1E400 is too large for a number at 1:1"),
    "5,000 digits": ('{"a": ' + "1" * 5000 + "}", "an integer of more than 4,300 digits at 1:7"),
    "a key twice": ('{"a": 1, "a": 1}', "the key 'a' occurs twice at 1:10"),
    "a key twice, deep down": (
        '[{"b": {"c": 1}}, {"b": {"c": 1, "d": 2,\n"c": 3}}]',
        "the key 'c' occurs twice at 2:1",
    ),
    "a key twice, escaped": ('{"é": 1, "\\u00e9": 2}', "the key 'é' occurs twice at 1:10"),
    "100,000 arrays": ("[" * 100_000 + "]" * 100_000, "nested deeper than 500 levels at 1:501"),
    "100,000 objects": (
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "nested deeper than 500 levels at 1:2501",
    ),
    "501 levels": ("[" * 501 + "]" * 501, "nested deeper than 500 levels at 1:501"),
}

LENIENT: dict[str, Row] = {
    "a fence where exact is asked": (
        '```json\n{"a": 1}\n```',
        "a code fence or quote around the value at 1:1 (json_from: fenced would read it)",
    ),
    "a fence": ('```json\n{"a": 1}\n```', read({"a": 1}, "fenced", "```json\n```"), "fenced"),
    "a fence without a label": (
        '```\n{"a": 1}\n```',
        read({"a": 1}, "fenced", "```\n```"),
        "fenced",
    ),
    "a fence with a label in capitals": (
        '```JSON\n{"a": 1}\n```',
        read({"a": 1}, "fenced", "```JSON\n```"),
        "fenced",
    ),
    "a fence with another label": (
        '```python\n{"a": 1}\n```',
        "a code fence or quote around the value at 1:1 (json_from: extracted would read it)",
        "fenced",
    ),
    "a fence labelled json5": (
        '```json5\n{"a": 1}\n```',
        "a code fence or quote around the value at 1:1 (json_from: extracted would read it)",
        "fenced",
    ),
    "a fence of tildes": (
        '~~~json\n{"a": 1}\n~~~',
        "expected a value, found '~' at 1:1 (json_from: extracted would read it)",
        "fenced",
    ),
    "a fence of four ticks": (
        '````json\n{"a": "```"}\n````',
        read({"a": "```"}, "fenced", "````json\n````"),
        "fenced",
    ),
    "a fence in a longer fence": (
        '````markdown\n```json\n{"a": 1}\n```\n````',
        "a code fence or quote around the value at 1:1 (json_from: extracted would read it)",
        "fenced",
    ),
    "a fence with prose around": (
        'Here you are:\n\n```json\n{"a": 1}\n```\n\nEnjoy!',
        read({"a": 1}, "fenced", "Here you are:\n\n```json\n```\n\nEnjoy!"),
        "fenced",
    ),
    "a fence that is not closed": (
        '```json\n{"a": 1}',
        "a code fence or quote around the value at 1:1 (json_from: extracted would read it)",
        "fenced",
    ),
    "a fence on one line": (
        '```json {"a": 1} ```',
        "a code fence or quote around the value at 1:1 (json_from: extracted would read it)",
        "fenced",
    ),
    "one tick": (
        '`{"a": 1}`',
        "a code fence or quote around the value at 1:1 (json_from: extracted would read it)",
        "fenced",
    ),
    "an indented fence": (
        '  ```json\n  {"a": 1}\n  ```',
        read({"a": 1}, "fenced", "```json\n```"),
        "fenced",
    ),
    "a fence with windows line ends": (
        '```json\r\n{"a": 1}\r\n```\r\n',
        read({"a": 1}, "fenced", "```json\n```"),
        "fenced",
    ),
    "an empty fence": ("```json\n```", "no text at 2:1", "fenced"),
    "two fences": (
        '```json\n{"a": 1}\n```\nor\n```json\n{"a": 2}\n```',
        ("2 fenced blocks, of which none is chosen", ('{"a": 1}', '{"a": 2}')),
        "fenced",
    ),
    "two fences, one of python": (
        '```python\nx = 1\n```\n```json\n{"a": 2}\n```',
        read({"a": 2}, "fenced", "```python\nx = 1\n```\n```json\n```"),
        "fenced",
    ),
    "two values in a fence": (
        '```json\n{"a": 1}\n{"a": 2}\n```',
        "more text behind the value at 3:1",
        "fenced",
    ),
    "a mistake in a fence": (
        'See:\n```json\n{"a": 1,}\n```',
        "a comma before the closing '}' at 3:9",
        "fenced",
    ),
    "no fence at all": (
        'Sure: {"a": 1}',
        "expected a value, found 'Sure' at 1:1 (json_from: extracted would read it)",
        "fenced",
    ),
    "plain where a fence is allowed": ('{"a": 1}', read({"a": 1}), "fenced"),
    "a bare word in a fence": (
        "```\ntrue\n```",
        read(value=True, how="fenced", stripped="```\n```"),
        "fenced",
    ),
    "prose around": (
        'Sure! Here it is: {"a": 1}. Enjoy!',
        read({"a": 1}, "extracted", "Sure! Here it is:\n. Enjoy!"),
        "extracted",
    ),
    "prose around an array": (
        'The dishes are ["bun", "sauce"], as asked.',
        read(["bun", "sauce"], "extracted", "The dishes are\n, as asked."),
        "extracted",
    ),
    "prose with brackets": (
        'See [1] and {this}: {"a": 1}',
        ("2 values, of which none is chosen", ("[1]", '{"a": 1}')),
        "extracted",
    ),
    "prose in braces": (
        "{see below}",
        "expected a key in double quotes, found 'see' at 1:2",
        "extracted",
    ),
    "brackets in texts": (
        'So: {"a": "}]{["}',
        read({"a": "}]{["}, "extracted", "So:"),
        "extracted",
    ),
    "two objects": (
        'Either {"a": 1} or {"a": 2}.',
        ("2 values, of which none is chosen", ('{"a": 1}', '{"a": 2}')),
        "extracted",
    ),
    "three equal objects": (
        '{"a": 1} {"a": 1} {"a": 1}',
        ("3 values, of which none is chosen", ('{"a": 1}', '{"a": 1}', '{"a": 1}')),
        "extracted",
    ),
    "json lines": (
        '{"a": 1}\n{"a": 2}\n',
        ("2 values, of which none is chosen", ('{"a": 1}', '{"a": 2}')),
        "extracted",
    ),
    "an object and a list of sources": (
        '{"a": 1}\n\nSources: [1], [2]',
        ("3 values, of which none is chosen", ('{"a": 1}', "[1]", "[2]")),
        "extracted",
    ),
    "seven values": (
        "[1] [2] [3] [4] [5] [6] [7]",
        ("5 or more values, of which none is chosen", ("[1]", "[2]", "[3]", "[4]", "[5]")),
        "extracted",
    ),
    "a fence and an object outside": (
        '```json\n{"a": 1}\n```\nnot {"a": 2}',
        read({"a": 1}, "fenced", '```json\n```\nnot {"a": 2}'),
        "extracted",
    ),
    "a fence, nothing else": (
        '```json\n{"a": 1}\n```',
        read({"a": 1}, "fenced", "```json\n```"),
        "extracted",
    ),
    "a thought in front": (
        '<think>The dish is a burger.</think>\n\n{"a": 1}',
        read({"a": 1}, "extracted", "<think>The dish is a burger.</think>"),
        "extracted",
    ),
    "a thought in front, exact": (
        '<think>The dish is a burger.</think>\n\n{"a": 1}',
        "expected a value, found '<' at 1:1 (json_from: extracted would read it)",
    ),
    "a thought with json in it": (
        '<think>maybe {"a": 2}?</think>{"a": 1}',
        ("2 values, of which none is chosen", ('{"a": 2}', '{"a": 1}')),
        "extracted",
    ),
    "a thought that does not end": (
        '<think>It must be {"a": 1}',
        read({"a": 1}, "extracted", "<think>It must be"),
        "extracted",
    ),
    "a call": ('callback({"a": 1});', read({"a": 1}, "extracted", "callback(\n);"), "extracted"),
    "a byte order mark": ('\ufeff{"a": 1}', read({"a": 1}, "extracted", "\ufeff"), "extracted"),
    "html around": (
        '<pre>{"a": 1}</pre>',
        read({"a": 1}, "extracted", "<pre>\n</pre>"),
        "extracted",
    ),
    "a comma at the end, in prose": (
        'So: {"a": 1,}',
        "a comma before the closing '}' at 1:13",
        "extracted",
    ),
    "a value cut in prose": (
        'So: {"a": [1, 2',
        "the text ends inside the value at 1:16",
        "extracted",
    ),
    "python's True in prose": (
        'So: {"a": True}',
        "expected a value, found 'True' at 1:11",
        "extracted",
    ),
    "single quotes in prose": (
        "So: {'a': 1}",
        "single quotes: JSON writes strings in double quotes at 1:6",
        "extracted",
    ),
    "a number in prose": ("It has 600 kcal.", "expected a value, found 'It' at 1:1", "extracted"),
    "a text in prose": ('It says "yes".', "expected a value, found 'It' at 1:1", "extracted"),
    "NaN in prose": ("So: [NaN]", "expected a value, found 'So' at 1:1", "extracted"),
    "a value after an unclosed bracket": (
        'So: ["a", {"a": 1}',
        "the text ends inside the value at 1:19",
        "extracted",
    ),
    "5,000 brackets in prose": (
        "So: " + "[" * 5000,
        "nested deeper than 500 levels at 1:505",
        "extracted",
    ),
}

NOT_WHOLE: dict[str, Row] = {
    "cut by max_tokens": (
        {"text": '{"a": "bur', "finish_reason": "length"},
        "reply was cut by max_tokens (finish_reason length): raise max_tokens",
    ),
    "cut in a fence": (
        {"text": '```json\n{"a": 1', "finish_reason": "length"},
        "reply was cut by max_tokens (finish_reason length): raise max_tokens",
        "extracted",
    ),
    "cut behind a whole value": (
        {"text": '{"a": 1}', "finish_reason": "length"},
        "reply was cut by max_tokens (finish_reason length): raise max_tokens",
    ),
    "cut while reasoning": (
        {"reasoning": "Hm", "finish_reason": "length"},
        (
            "reply was cut by max_tokens while still reasoning (finish_reason length): "
            "raise max_tokens"
        ),
    ),
    "refused": (
        {"refusal": "I can't help with that.", "finish_reason": "stop"},
        'reply is a refusal: "I can\'t help with that."',
    ),
    "refused beside text": (
        {"text": "{}", "refusal": "No.", "finish_reason": "stop"},
        "reply is a refusal: 'No.'",
    ),
    "filtered": (
        {"text": '{"a": ', "finish_reason": "content_filter"},
        "reply was stopped by the content filter (finish_reason content_filter)",
    ),
    "filtered and empty": (
        {"finish_reason": "content_filter"},
        "reply was stopped by the content filter (finish_reason content_filter)",
    ),
    "empty": ({"finish_reason": "stop"}, "reply is empty (finish_reason stop)"),
    "empty, and no reason why": ({}, "reply is empty (no finish_reason)"),
    "only spaces": (
        {"text": " \n", "finish_reason": "stop"},
        "reply is empty (finish_reason stop)",
    ),
    "reasoning only": (
        {"reasoning": "Hm", "finish_reason": "stop"},
        "reply has reasoning but no text (finish_reason stop)",
    ),
    "reasoning and json": ({"text": "{}", "reasoning": "Hm", "finish_reason": "stop"}, read({})),
    "a tool call without text": (
        {"tool_calls": [{"name": "look_up"}], "finish_reason": "tool_calls"},
        "reply calls a tool and has no text",
    ),
    "a tool call beside json": (
        {"text": "{}", "tool_calls": [{"name": "look_up"}], "finish_reason": "tool_calls"},
        read({}),
    ),
    "a refusal in prose": (
        {"text": "I'm sorry, but I can't.", "finish_reason": "stop"},
        "expected a value, found 'I' at 1:1",
    ),
}


ROWS: dict[str, Row] = {
    f"{name}: {row}": case
    for name, rows in {
        "exact": EXACT,
        "syntax": SYNTAX,
        "lenient": LENIENT,
        "not whole": NOT_WHOLE,
    }.items()
    for row, case in rows.items()
}

each_row = pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))


@each_row
def test_a_reply_is_read_as_the_ladder_allows_or_it_is_told_why_not(row: Row) -> None:
    reply, outcome, *allowed = row

    reading = of_view(view_of(reply, *allowed))

    told: Outcome = reading if isinstance(reading, Read) else str(reading)
    if isinstance(reading, NotJson) and reading.candidates:
        told = str(reading), reading.candidates
    # repr tells -0.0 from 0 and 100.0 from 100
    assert (told, repr(told)) == (outcome, repr(outcome))


@each_row
def test_a_check_of_a_reply_fails_with_what_kept_it_from_being_read(row: Row) -> None:
    reply, outcome, *allowed = row

    verdict = judged(JsonSchema.model_validate({"schema": {}}), view_of(reply, *allowed))

    reason = outcome[0] if isinstance(outcome, tuple) else outcome
    if isinstance(outcome, Read):
        assert verdict.status == "passed"
    else:
        assert (verdict.status, verdict.reason) == ("failed", f"reply is not JSON: {reason}")


def test_the_rows_are_many() -> None:
    assert len(ROWS) > 150
