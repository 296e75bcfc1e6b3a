"""The ladder of readings of a reply as JSON."""

import json
from typing import Any

import pytest

from evalkit.model.chat import ChatReply, ToolCall
from evalkit.model.check import JsonFrom, View
from evalkit.model.transcript import Exchange, Transcript
from evalkit.reading.json_ladder import NotJson, Read, of_view, read

FENCED = '```json\n{"a": 1}\n```'


@pytest.mark.parametrize(
    "text",
    ['{"a": [1, 2.5, true, null]}', '"text"', "0", "false", "null", '""', "[]", " \r\n\t{} \n"],
)
def test_a_text_that_is_one_value_is_read_exactly(text: str) -> None:
    assert read(text) == Read(json.loads(text), "exact", "")


@pytest.mark.parametrize(
    ("text", "value", "stripped"),
    [
        (FENCED, {"a": 1}, "```json\n```"),
        ("```\n[1]\n```", [1], "```\n```"),
        ("```JSON\r\n[1]\r\n```\r\n", [1], "```JSON\n```"),
        (f"Here it is:\n\n{FENCED}\nEnjoy.", {"a": 1}, "Here it is:\n\n```json\n```\nEnjoy."),
        ("```python\nprint()\n```\n```json\n7\n```", 7, "```python\nprint()\n```\n```json\n```"),
        ("````json\n[1]\n````", [1], "````json\n````"),
    ],
    ids=["json", "no label", "crlf", "prose around", "another language", "four ticks"],
)
def test_one_fenced_block_is_read_where_that_is_allowed(
    text: str, value: Any, stripped: str
) -> None:
    assert read(text, "fenced") == Read(value, "fenced", stripped)


@pytest.mark.parametrize(
    ("text", "value", "stripped"),
    [
        ('Sure: {"a": [1, {"b": 2}]}.', {"a": [1, {"b": 2}]}, "Sure:\n."),
        ('The list is ["}", "]"] as asked', ["}", "]"], "The list is\nas asked"),
        ('Dear {name}, see [below]: {"a": 1}', {"a": 1}, "Dear {name}, see [below]:"),
        ('\ufeff{"a": 1}', {"a": 1}, "\ufeff"),
        ('[see {"a": 1} here]', {"a": 1}, "[see\nhere]"),
        ('```json\n{"a": 1}', {"a": 1}, "```json"),
    ],
    ids=["object", "array", "brackets in prose", "byte order mark", "inside", "open fence"],
)
def test_one_value_in_prose_is_read_where_that_is_allowed(
    text: str, value: Any, stripped: str
) -> None:
    assert read(text, "extracted") == Read(value, "extracted", stripped)


@pytest.mark.parametrize(
    ("text", "level"), [("{}", "exact"), (FENCED, "fenced")], ids=["exact", "fenced"]
)
def test_the_strictest_reading_that_works_is_taken(text: str, level: JsonFrom) -> None:
    reading = read(text, "extracted")

    assert isinstance(reading, Read)
    assert reading.how == level


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no text at 1:1"),
        ("  ", "no text at 1:3"),
        ("NaN", "NaN is no JSON number at 1:1"),
        ('{"a": Infinity}', "Infinity is no JSON number at 1:7"),
        ('{"a": -Infinity}', "-Infinity is no JSON number at 1:7"),
        ("1e999", "1e999 is too large for a number at 1:1"),
        ('{"a": 1,\n "a": 2}', "the key 'a' occurs twice at 2:2"),
        ('{"a": 1, "\\u0061": 2}', "the key 'a' occurs twice at 1:10"),
        ("1" * 5000, "an integer of more than 4,300 digits at 1:1"),
        ("[" * 100_000, "nested deeper than 500 levels at 1:501"),
        ("[" * 100_000 + "]" * 100_000, "nested deeper than 500 levels at 1:501"),
        ("[" * 600 + "]" * 600, "nested deeper than 500 levels at 1:501"),
        ('{"a":' * 100_000, "nested deeper than 500 levels at 1:2501"),
        ("{'a': 1}", "single quotes: JSON writes strings in double quotes at 1:2"),
        ("[1, 2,\n]", "a comma before the closing ']' at 2:1"),
        ('{"a": 1,}', "a comma before the closing '}' at 1:9"),
        ('{"a": 1 // one\n}', "a comment, which JSON does not have at 1:9"),
        ('{"a" 1}', "expected ':' behind the key, found '1' at 1:6"),
        ("{a: 1}", "expected a key in double quotes, found 'a' at 1:2"),
        ("{1: 1}", "expected a key in double quotes, found '1' at 1:2"),
        ("[1 2]", "expected ',' or ']', found '2' at 1:4"),
        ("[True]", "expected a value, found 'True' at 1:2"),
        ("[,1]", "expected a value, found ',' at 1:2"),
        ('{"a": 1', "the text ends inside the value at 1:8"),
        ('{"a": "b', "the text ends inside a string at 1:7"),
        ('"a\tb"', "'\\t' inside a string must be escaped at 1:3"),
        ('"a\\x"', "no escape of JSON: '\\\\x' at 1:3"),
        ("01", "more text behind the value at 1:2"),
        ("{} {}", "more text behind the value at 1:4"),
        ("\u00a0{", "expected a value, found '\\xa0' at 1:1"),
    ],
)
def test_what_is_no_strict_json_is_told_with_its_place(text: str, reason: str) -> None:
    assert str(read(text)) == reason


def test_the_line_with_the_mistake_is_shown() -> None:
    reading = read('{\n  "a": 1,\n  "b": oops\n}')

    assert isinstance(reading, NotJson)
    assert (reading.line, reading.column, reading.excerpt) == (3, 8, '  "b": oops')


def test_of_a_long_line_only_what_is_near_the_mistake_is_shown() -> None:
    reading = read("[" + "1," * 10_000 + "x]")

    assert isinstance(reading, NotJson)
    assert reading.excerpt.startswith("…1,")
    assert len(reading.excerpt) < 90


@pytest.mark.parametrize(
    ("text", "allowed", "hint"),
    [
        (FENCED, "exact", "json_from: fenced would read it"),
        ('Sure: {"a": 1}', "exact", "json_from: extracted would read it"),
        ('Sure: {"a": 1}', "fenced", "json_from: extracted would read it"),
        ("Sure", "exact", ""),
        ("{'a': 1}", "exact", ""),
    ],
    ids=["fenced", "extracted", "more than fenced", "nowhere", "at no level"],
)
def test_a_hint_names_the_level_that_would_read_the_text(
    text: str, allowed: JsonFrom, hint: str
) -> None:
    reading = read(text, allowed)

    assert isinstance(reading, NotJson)
    assert reading.hint == hint


def test_the_hint_stands_in_the_reason() -> None:
    reason = "a code fence or quote around the value at 1:1 (json_from: fenced would read it)"

    assert str(read(FENCED)) == reason


@pytest.mark.parametrize(
    ("text", "allowed", "reason", "candidates"),
    [
        (
            f'{FENCED}\n```\n{{"b": 2}}\n```',
            "fenced",
            "2 fenced blocks, of which none is chosen",
            ('{"a": 1}', '{"b": 2}'),
        ),
        (
            'Either {"a": 1} or [2]',
            "extracted",
            "2 values, of which none is chosen",
            ('{"a": 1}', "[2]"),
        ),
        (
            'Either {"a": 1,} or [2]',
            "extracted",
            "2 values, of which none is chosen",
            ('{"a": 1,}', "[2]"),
        ),
        (
            "[1] [2] [3] [4] [5] [6]",
            "extracted",
            "5 or more values, of which none is chosen",
            ("[1]", "[2]", "[3]", "[4]", "[5]"),
        ),
    ],
    ids=["fences", "values", "an invalid one counts", "many"],
)
def test_among_several_candidates_none_is_chosen(
    text: str, allowed: JsonFrom, reason: str, candidates: tuple[str, ...]
) -> None:
    reading = read(text, allowed)

    assert isinstance(reading, NotJson)
    assert (str(reading), reading.candidates) == (reason, candidates)


@pytest.mark.parametrize(
    ("text", "allowed", "reason"),
    [
        ('```json\n{"a": 1,}\n```', "fenced", "a comma before the closing '}' at 2:9"),
        ("```\n```", "fenced", "no text at 2:1"),
        ('Cut: {"a": [1, 2]', "extracted", "the text ends inside the value at 1:18"),
        ('Sure: {"a": 1, "a": 2}', "extracted", "the key 'a' occurs twice at 1:16"),
    ],
    ids=["mistake in the fence", "empty fence", "cut value", "twice in prose"],
)
def test_a_lenient_reading_is_as_strict_inside(text: str, allowed: JsonFrom, reason: str) -> None:
    assert str(read(text, allowed)) == reason


def view_of(reply: ChatReply, json_from: JsonFrom = "exact") -> View:
    exchange = Exchange(turn=0, added=(), reply=reply)
    return View(Transcript(exchanges=(exchange,)), (exchange,), turn=0, json_from=json_from)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (
            ChatReply(text='{"a": 1', finish_reason="length"),
            "reply was cut by max_tokens (finish_reason length): raise max_tokens",
        ),
        (ChatReply(text="12", finish_reason="length"), "reply was cut by max_tokens"),
        (ChatReply(refusal="I can't"), 'reply is a refusal: "I can\'t"'),
        (ChatReply(text="{", finish_reason="content_filter"), "reply was stopped by the content"),
        (ChatReply(finish_reason="stop"), "reply is empty (finish_reason stop)"),
        (
            ChatReply(reasoning="Hm", finish_reason="stop"),
            "reply has reasoning but no text (finish_reason stop)",
        ),
        (ChatReply(tool_calls=(ToolCall(name="f"),)), "reply calls a tool and has no text"),
    ],
    ids=["cut", "cut number", "refused", "filtered", "empty", "reasoning only", "tool call"],
)
def test_what_kept_a_reply_from_being_whole_is_named_before_any_syntax(
    reply: ChatReply, reason: str
) -> None:
    assert str(of_view(view_of(reply))).startswith(reason)


def test_a_view_is_read_at_the_level_that_it_allows() -> None:
    assert isinstance(of_view(view_of(ChatReply(text=FENCED), "fenced")), Read)


def test_another_level_may_be_asked_for() -> None:
    view = view_of(ChatReply(text=FENCED), "extracted")

    assert isinstance(of_view(view, "exact"), NotJson)


def test_a_view_is_read_once() -> None:
    view = view_of(ChatReply(text="{}"))

    assert of_view(view) is of_view(view)


@pytest.mark.parametrize(
    ("reading", "evidence"),
    [
        (read("{"), [("1:2", "{")]),
        (read("[1] [2]", "extracted"), [("candidate", "[1]"), ("candidate", "[2]")]),
        (NotJson("reply is empty"), []),
    ],
    ids=["place", "candidates", "cause"],
)
def test_evidence_shows_the_place_or_the_candidates(
    reading: NotJson, evidence: list[tuple[str, str]]
) -> None:
    assert [(one.message, one.excerpt) for one in reading.evidence] == evidence


@pytest.mark.parametrize("inside", ['{"a": ', '{"a": [1, 2'], ids=["key", "list"])
def test_a_value_that_its_fence_cuts_off_is_told_as_cut(inside: str) -> None:
    reading = read(f"```json\n{inside}\n```", "fenced")

    assert isinstance(reading, NotJson)
    assert reading.reason == "the fenced block ends inside the value"
