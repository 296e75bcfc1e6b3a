"""Values of another type than their key takes: what was expected, and what stands there instead."""

from collections.abc import Callable

import pytest

from evalkit.model.suite import Conversation

Tell = Callable[[str], str]

SUITE = """\
conversations:
  - id: a
    turns: [{user: Hi, expect: [{contains: a}]}]
"""

KINDS = [
    pytest.param(
        "description: [a, b]",
        (
            "a.yaml:4:18: 'description' must be text, not a list\n"
            "    4 |     description: [a, b]\n"
            "                         ^^^^^^\n"
            "  hint: put quotes around text that starts with '['"
        ),
        id="text",
    ),
    pytest.param(
        "repeat: three",
        (
            "a.yaml:4:13: 'repeat' must be a whole number, not 'three'\n"
            "    4 |     repeat: three\n"
            "                    ^^^^^"
        ),
        id="a whole number",
    ),
    pytest.param(
        "unchecked: yes",
        (
            "a.yaml:4:16: 'unchecked' must be true or false, not 'yes'\n"
            "    4 |     unchecked: yes\n"
            "                       ^^^"
        ),
        id="true or false",
    ),
    pytest.param(
        "tags: smoke",
        (
            "a.yaml:4:11: 'tags' must be a list, not 'smoke'\n"
            "    4 |     tags: smoke\n"
            "                  ^^^^^\n"
            "  hint: write [smoke]"
        ),
        id="a list",
    ),
    pytest.param(
        "vars: 7",
        ("a.yaml:4:11: 'vars' must be a mapping, not 7\n    4 |     vars: 7\n                  ^"),
        id="a mapping",
    ),
    pytest.param(
        "json_from: fensed",
        (
            "a.yaml:4:16: 'json_from' must be 'exact', 'fenced' or 'extracted', not 'fensed'\n"
            "    4 |     json_from: fensed\n"
            "                       ^^^^^^\n"
            "  hint: did you mean 'fenced'?"
        ),
        id="one of some words",
    ),
    pytest.param(
        "pass_if: majorty",
        (
            "a.yaml:4:14: 'pass_if' must be 'all', 'any' or 'majority' or a mapping, not "
            "'majorty'\n"
            "    4 |     pass_if: majorty\n"
            "                     ^^^^^^^\n"
            "  hint: did you mean 'majority'?"
        ),
        id="words or a mapping",
    ),
    pytest.param(
        "repeat: 0",
        (
            "a.yaml:4:13: 'repeat' must be at least 1, not 0\n"
            "    4 |     repeat: 0\n"
            "                    ^"
        ),
        id="a bound",
    ),
    pytest.param(
        "tags: [[a]]",
        (
            "a.yaml:4:12: item 1 of 'tags' must be text, not a list\n"
            "    4 |     tags: [[a]]\n"
            "                   ^^^\n"
            "  hint: put quotes around text that starts with '['"
        ),
        id="an entry of a list",
    ),
    pytest.param(
        "each_turn: {contains: a}",
        (
            "a.yaml:4:16: 'each_turn' must be a list, not a mapping\n"
            "    4 |     each_turn: {contains: a}\n"
            "                       ^^^^^^^^^^^^^\n"
            "  hint: write a '-' before each expectation"
        ),
        id="a list of expectations",
    ),
    pytest.param(
        "skip: []",
        (
            "a.yaml:4:11: 'skip' must be true or a reason, not a list\n"
            "    4 |     skip: []\n"
            "                  ^^"
        ),
        id="a reason",
    ),
    pytest.param(
        "response_format: json",
        (
            "a.yaml:4:22: 'response_format' must be json_object or a mapping, not 'json'\n"
            "    4 |     response_format: json\n"
            "                             ^^^^\n"
            "  hint: for a schema write {json_schema: schemas/food.json}"
        ),
        id="a response format",
    ),
    pytest.param(
        "pass_if: {at_least: 2}",
        ("a.yaml:2:5: pass_if asks for 2 attempts of 1\n    2 |   - id: a\n            ^^"),
        id="a rule of several keys",
    ),
]


@pytest.mark.parametrize(("written", "message"), KINDS)
def test_each_kind_of_value_has_its_message(told: Tell, written: str, message: str) -> None:
    assert told(f"{SUITE}    {written}\n") == message


OF_A_CONVERSATION = [
    ("repeat: 2.5", "4:13: 'repeat' must be a whole number, not 2.5"),
    ("repeat: '3'", "4:13: 'repeat' must be a whole number, not '3'"),
    ("repeat: null", "4:13: 'repeat' must be a whole number, not null"),
    ("repeat: 1001", "4:13: 'repeat' must be at most 1000, not 1001"),
    ("stream: 1", "4:13: 'stream' must be true or false, not 1"),
    ("stream: yes", "4:13: 'stream' must be true or false, not 'yes'"),
    ("template: no", "4:15: 'template' must be true or false, not 'no'"),
    ("tags: null", "4:11: 'tags' must be a list, not null | write []"),
    ("tags: [a, {b: c}]", "4:15: item 2 of 'tags' must be text, not a mapping"),
    ("vars: [a]", "4:11: 'vars' must be a mapping, not a list"),
    ("params: []", "4:13: 'params' must be a mapping, not a list"),
    ("system: {files: x}", "4:13: 'system' must be text, not a mapping"),
    ("system: []", "4:13: 'system' must not be empty"),
    ("deployments: a", "4:18: 'deployments' must be a list, not 'a' | write [a]"),
    ("pass_if: 2", "4:14: 'pass_if' must be 'all', 'any' or 'majority' or a mapping, not 2"),
    ("pass_if: {}", "4:5: missing key 'at_least' or 'rate'"),
    (
        "pass_if: [all]",
        "4:14: 'pass_if' must be 'all', 'any' or 'majority' or a mapping, not a list",
    ),
    ("pass_if: {rate: 2}", "4:21: 'rate' must be at most 1, not 2"),
    ("pass_if: {rate: 0}", "4:21: 'rate' must be greater than 0, not 0"),
    ("pass_if: {at_least: x}", "4:25: 'at_least' must be a whole number, not 'x'"),
    ("pass_if: {at_least: 1, rate: 0.5}", "4:28: 'rate' cannot stand beside 'at_least'"),
    (
        "on_turn_failure: stopp",
        "4:22: 'on_turn_failure' must be 'continue' or 'stop', not 'stopp' | did you mean 'stop'?",
    ),
    ("on_turn_failure: 7", "4:22: 'on_turn_failure' must be 'continue' or 'stop', not 7"),
    ("xfail: {}", "4:12: 'xfail' must be true or a reason, not a mapping"),
    ("skip: ''", "4:11: 'skip' must be true or a reason, not ''"),
    ("skip: no", "4:11: 'skip' must be true or a reason, not 'no' | write true or false"),
    ("skip: Yes", "4:11: 'skip' must be true or a reason, not 'Yes' | write true or false"),
    ("xfail: off", "4:12: 'xfail' must be true or a reason, not 'off' | write true or false"),
    (
        "expect: x",
        (
            "4:13: 'expect' must be a list, not 'x' | write a check and its value, such as "
            "{contains: text}"
        ),
    ),
    ("json_from: null", "4:16: 'json_from' must be 'exact', 'fenced' or 'extracted', not null"),
]


@pytest.mark.parametrize(("written", "message"), OF_A_CONVERSATION)
def test_a_key_of_a_conversation_takes_its_own_type(
    brief: Tell, written: str, message: str
) -> None:
    assert brief(f"{SUITE}    {written}\n") == message


OF_A_TURN = [
    (
        "label: [a]",
        "3:31: 'label' must be text, not a list | put quotes around text that starts with '['",
    ),
    ("params: 7", "3:32: 'params' must be a mapping, not 7"),
    ("json_from: 7", "3:35: 'json_from' must be 'exact', 'fenced' or 'extracted', not 7"),
    ("complete: no", "3:34: 'complete' must be true or false, not 'no'"),
    ("complete: 0", "3:34: 'complete' must be true or false, not 0"),
]


@pytest.mark.parametrize(("written", "message"), OF_A_TURN)
def test_a_key_of_a_turn_takes_its_own_type(brief: Tell, written: str, message: str) -> None:
    assert brief(SUITE.replace("user: Hi,", f"user: Hi, {written},")) == message


OF_EXPECT = [
    (
        "x",
        (
            "3:32: 'expect' must be a list, not 'x' | write a check and its value, such as "
            "{contains: text}"
        ),
    ),
    (
        "{contains: a}",
        "3:32: 'expect' must be a list, not a mapping | write a '-' before each expectation",
    ),
    (
        "null",
        (
            "3:32: 'expect' must be a list, not null | write a check and its value, such as "
            "{contains: text}"
        ),
    ),
    ("[contains]", "3:33: an expectation is a mapping, not 'contains' | write {contains: …}"),
    (
        "[7]",
        (
            "3:33: an expectation is a mapping, not 7 | write a check and its value, such as "
            "{contains: text}"
        ),
    ),
    (
        "[[contains, a]]",
        (
            "3:33: an expectation is a mapping, not a list | write a check and its value, such "
            "as {contains: text}"
        ),
    ),
    (
        "[{}]",
        (
            "3:33: an expectation is a mapping, not an empty mapping | write a check and its "
            "value, such as {contains: text}"
        ),
    ),
    (
        "[null]",
        (
            "3:33: an expectation is a mapping, not null | write a check and its value, such as "
            "{contains: text}"
        ),
    ),
]


@pytest.mark.parametrize(("written", "message"), OF_EXPECT)
def test_expect_takes_a_list_of_checks(brief: Tell, written: str, message: str) -> None:
    assert brief(SUITE.replace("[{contains: a}]", written)) == message


OF_A_CHECK = [
    (
        "contains: [a]",
        "3:44: 'text' must be text, not a list | put quotes around text that starts with '['",
    ),
    ("contains: {text: {a: b}}", "3:51: 'text' must be text, not a mapping"),
    ("contains: a, ignore_case: yes", "3:60: 'ignore_case' must be true or false, not 'yes'"),
    ("contains: a, weight: heavy", "3:55: 'weight' must be a number, not 'heavy'"),
    ("contains: a, weight: 0", "3:55: 'weight' must be greater than 0, not 0"),
    ("contains: a, optional: 1", "3:57: 'optional' must be true or false, not 1"),
    ("contains: a, label: {a: b}", "3:54: 'label' must be text, not a mapping"),
    ("regex: '['", "3:34: '[' is no pattern: unterminated character set at position 1"),
    ("finish_reason: []", "3:49: 'reason' must not be empty"),
    (
        "finish_reason: [stop, [length]]",
        (
            "3:56: item 2 of 'reason' must be text, not a list | put quotes around text that "
            "starts with '['"
        ),
    ),
    ("finish_reason: {reason: {a: b}}", "3:58: 'reason' must be text or a list, not a mapping"),
    ("tokens: many", "3:42: 'total' must be a number, not 'many'"),
    ("tokens: [5]", "3:42: 'total' must be a number, not a list"),
    ("tokens: {total: {max: many}}", "3:56: 'max' must be a number, not 'many'"),
    ("tokens: {total: {}}", "3:50: a limit needs min, max or both"),
    ("tokens: {total: {min: 5, max: 3}}", "3:50: no number is at least 5 and at most 3"),
    ("latency: 2 s", "3:43: '2 s' is no duration: write 800ms, 2s, 10m or a number of seconds"),
    (
        "latency: {total: soon}",
        "3:51: 'soon' is no duration: write 800ms, 2s, 10m or a number of seconds",
    ),
    ("latency: {first_token: {max: [2s]}}", "3:63: 'max' must be a number, not a list"),
    ("latency: {min: 2s, max: 1s}", "3:43: no number is at least 2 and at most 1"),
    ("json_schema: 7", "3:47: 'schema' must be a mapping or true or false, not 7"),
    (
        "json_schema: {type: 7}",
        (
            '3:47: /type: expected one of ["array", "boolean", "integer", "null", "number", '
            '"object", "string"], got 7 (the nearest of 2 branches)'
        ),
    ),
    ("json_schema: {}, formats: 1", "3:60: 'formats' must be true or false, not 1"),
    ("not: contains", "3:39: an expectation is a mapping, not 'contains' | write {contains: …}"),
    (
        "not: [a]",
        (
            "3:39: an expectation is a mapping, not a list | write a check and its value, such "
            "as {contains: text}"
        ),
    ),
    (
        "not: true",
        (
            "3:39: an expectation is a mapping, not true | write a check and its value, such as "
            "{contains: text}"
        ),
    ),
    ("complete: {empty: 0}", "3:52: 'empty' must be true or false, not 0"),
]


@pytest.mark.parametrize(("written", "message"), OF_A_CHECK)
def test_a_field_of_a_check_takes_its_own_type(brief: Tell, written: str, message: str) -> None:
    assert brief(SUITE.replace("contains: a", written)) == message


SUITES = [
    ("- a\n", "1:1: a suite is a mapping, not a list | a suite begins with conversations:"),
    ("7\n", "1:1: a suite is a mapping, not 7 | a suite begins with conversations:"),
    (
        "conversations: []\n",
        "1:16: the suite has no conversations | write conversations: and a list of them",
    ),
    (
        "conversations: {a: {}}\n",
        (
            "1:16: 'conversations' must be a list, not a mapping"
            " | write conversations: and a list of them"
        ),
    ),
    (
        "description: x\n",
        "1:1: the suite has no conversations | write conversations: and a list of them",
    ),
    (
        "conversations: [7]\n",
        "1:17: a conversation is a mapping, not 7 | write its keys, such as id and turns",
    ),
    (
        "conversations: [[a]]\n",
        "1:17: a conversation is a mapping, not a list | write its keys, such as id and turns",
    ),
    ("conversations: [{}]\n", ("1:17: missing key 'id'\n1:17: missing key 'turns'")),
]


@pytest.mark.parametrize(("written", "message"), SUITES)
def test_a_suite_has_its_shape(brief: Tell, written: str, message: str) -> None:
    assert brief(written) == message


@pytest.mark.parametrize(
    ("written", "key", "value"),
    [
        ("description: 1.10", "description", "1.10"),
        ("tags: [smoke]", "tags", ("smoke",)),
        ("stream: null", "stream", None),
        ("skip: true", "skip", "unconditional skip"),
        ("skip: false", "skip", None),
        ("skip: null", "skip", None),
        ("xfail: true", "xfail", "expected to fail"),
        ("xfail: '#12 is open'", "xfail", "#12 is open"),
        ("skip: 'no'", "skip", "no"),
        ("system: null", "system", None),
        ("repeat: 1000", "repeat", 1000),
        ("pass_if: any", "pass_if", "any"),
    ],
)
def test_a_value_of_the_right_type_is_taken(
    conversation: Callable[[str], Conversation], written: str, key: str, value: object
) -> None:
    assert getattr(conversation(f"{SUITE}    {written}\n"), key) == value


def test_all_mistakes_of_a_conversation_are_told_whatever_its_id_and_turns(brief: Tell) -> None:
    text = "conversations:\n  - id: a b\n    turns: 7\n    repeat: x\n    expect: [7]\n"
    assert [line.partition(":")[0] for line in brief(text).splitlines()] == ["2", "3", "4", "5"]
