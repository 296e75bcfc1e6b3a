"""Keys that do not stand where they may: told at every level, with the key or the home meant."""

from collections.abc import Callable

import pytest

Tell = Callable[[str], str]

SUITE = """\
conversations:
  - id: a
    turns: [{user: Hi, expect: [{contains: a}]}]
"""

KEYS_OF_A_TURN = "its keys are system, user, assistant, expect, params, json_from, complete, label"

LEVELS = [
    pytest.param(
        (
            "descripton: x\n"
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: Hi, expect: [{contains: a}]}]\n"
        ),
        (
            "a.yaml:1:1: unknown key 'descripton'\n"
            "    1 | descripton: x\n"
            "        ^^^^^^^^^^\n"
            "  hint: did you mean 'description'?"
        ),
        id="of the suite",
    ),
    pytest.param(
        (
            "defaults: {repaet: 3}\n"
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: Hi, expect: [{contains: a}]}]\n"
        ),
        (
            "a.yaml:1:12: unknown key 'repaet'\n"
            "    1 | defaults: {repaet: 3}\n"
            "                   ^^^^^^\n"
            "  hint: did you mean 'repeat'?"
        ),
        id="of the defaults",
    ),
    pytest.param(
        (
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: Hi, expect: [{contains: a}]}]\n"
            "    tag: [smoke]\n"
        ),
        (
            "a.yaml:4:5: unknown key 'tag'\n"
            "    4 |     tag: [smoke]\n"
            "            ^^^\n"
            "  hint: did you mean 'tags'?"
        ),
        id="of a conversation",
    ),
    pytest.param(
        ("conversations:\n  - id: a\n    turns: [{user: Hi, lable: x, expect: [{contains: a}]}]\n"),
        (
            "a.yaml:3:24: unknown key 'lable'\n"
            "    3 |     turns: [{user: Hi, lable: x, expect: [{contains: a}]}]\n"
            "                               ^^^^^\n"
            "  hint: did you mean 'label'?"
        ),
        id="of a turn",
    ),
    pytest.param(
        (
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: [{image: 'https://x.de/a.png', detial: low}], expect: "
            "[{contains: a}]}]\n"
        ),
        (
            "a.yaml:3:51: unknown key 'detial'\n"
            "    3 |     turns: [{user: [{image: 'https://x.de/a.png', detial: low}], "
            "expect: [{contains: a}]}]\n"
            "                                                          ^^^^^^\n"
            "  hint: did you mean 'detail'?"
        ),
        id="of a message part",
    ),
    pytest.param(
        (
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: Hi, expect: [{contains: a, ignorecase: true}]}]\n"
        ),
        (
            "a.yaml:3:47: unknown key 'ignorecase'\n"
            "    3 |     turns: [{user: Hi, expect: [{contains: a, ignorecase: true}]}]\n"
            "                                                      ^^^^^^^^^^\n"
            "  hint: did you mean 'ignore_case'?"
        ),
        id="of a check",
    ),
    pytest.param(
        (
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: Hi, expect: [{contains: {text: a, ignorecase: true}}]}]\n"
        ),
        (
            "a.yaml:3:54: unknown key 'ignorecase'\n"
            "    3 |     turns: [{user: Hi, expect: [{contains: {text: a, ignorecase: true}}]}]\n"
            "                                                             ^^^^^^^^^^\n"
            "  hint: did you mean 'ignore_case'?"
        ),
        id="of a check in its long form",
    ),
    pytest.param(
        (
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: Hi, expect: [{not: {contains: a, ignorecase: true}}]}]\n"
        ),
        (
            "a.yaml:3:53: unknown key 'ignorecase'\n"
            "    3 |     turns: [{user: Hi, expect: [{not: {contains: a, ignorecase: true}}]}]\n"
            "                                                            ^^^^^^^^^^\n"
            "  hint: did you mean 'ignore_case'?"
        ),
        id="of a check inside a check",
    ),
    pytest.param(
        (
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: Hi, expect: [{tokens: {total: {maximum: 5}}}]}]\n"
        ),
        (
            "a.yaml:3:51: unknown key 'maximum'\n"
            "    3 |     turns: [{user: Hi, expect: [{tokens: {total: {maximum: 5}}}]}]\n"
            "                                                          ^^^^^^^\n"
            "  hint: did you mean 'max'?"
        ),
        id="of a limit",
    ),
    pytest.param(
        (
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: Hi, expect: [{contains: a}]}]\n"
            "    pass_if: {at_lest: 1}\n"
        ),
        (
            "a.yaml:4:15: unknown key 'at_lest'\n"
            "    4 |     pass_if: {at_lest: 1}\n"
            "                      ^^^^^^^\n"
            "  hint: did you mean 'at_least'?"
        ),
        id="of pass_if",
    ),
    pytest.param(
        (
            "conversations:\n"
            "  - id: a\n"
            "    turns: [{user: Hi, expect: [{contains: a}]}]\n"
            "    response_format: {json_schema: {}, strct: true}\n"
        ),
        (
            "a.yaml:4:40: unknown key 'strct'\n"
            "    4 |     response_format: {json_schema: {}, strct: true}\n"
            "                                               ^^^^^\n"
            "  hint: did you mean 'strict'?"
        ),
        id="of response_format",
    ),
]


@pytest.mark.parametrize(("text", "message"), LEVELS)
def test_a_misspelt_key_is_told_with_the_nearest_one(told: Tell, text: str, message: str) -> None:
    assert told(text) == message


HOMES_OF_SUITE_KEYS = [
    ("turns: []", "1:1: unknown key 'turns' | 'turns' is a key of a conversation"),
    (
        "temperature: 0",
        (
            "1:1: unknown key 'temperature' | put it under the 'params' of a turn, a "
            "conversation or a deployment"
        ),
    ),
    ("repeat: 3", "1:1: unknown key 'repeat' | put it under 'defaults'"),
    ("expect: []", "1:1: unknown key 'expect' | put it under 'defaults'"),
    ("api: scripted", "1:1: unknown key 'api' | 'api' is a key of a deployment"),
    (
        "name: x",
        (
            "1:1: unknown key 'name' | "
            "its keys are description, tags, template, deployments, defaults, conversations"
        ),
    ),
]


@pytest.mark.parametrize(("key", "message"), HOMES_OF_SUITE_KEYS)
def test_a_key_at_the_top_of_a_suite_is_sent_home(brief: Tell, key: str, message: str) -> None:
    assert brief(f"{key}\n{SUITE}") == message


HOMES_OF_DEFAULTS_KEYS = [
    ("contains: x", "1:12: unknown key 'contains' | 'contains' is a check: put it under 'expect'"),
    ("temperature: 0", "1:12: unknown key 'temperature' | put it under 'params'"),
    (
        "model: gpt",
        (
            "1:12: unknown key 'model' | "
            "'model' is a key of a deployment, and a check: put it under 'expect'"
        ),
    ),
    ("user: Hi", "1:12: unknown key 'user' | 'user' is a key of a turn"),
    (
        "conversations: []",
        "1:12: unknown key 'conversations' | 'conversations' is a key of the suite",
    ),
    ("tag: [a]", "1:12: unknown key 'tag' | did you mean 'tags'?"),
]


@pytest.mark.parametrize(("key", "message"), HOMES_OF_DEFAULTS_KEYS)
def test_a_key_of_the_defaults_is_sent_home(brief: Tell, key: str, message: str) -> None:
    assert brief(f"defaults: {{{key}}}\n{SUITE}") == message


HOMES_OF_CONVERSATION_KEYS = [
    ("user: Hi", "4:5: unknown key 'user' | 'user' is a key of a turn"),
    ("contains: x", "4:5: unknown key 'contains' | 'contains' is a check: put it under 'expect'"),
    ("temperature: 0", "4:5: unknown key 'temperature' | put it under 'params'"),
    (
        "model: gpt",
        (
            "4:5: unknown key 'model' | "
            "'model' is a key of a deployment, and a check: put it under 'expect'"
        ),
    ),
    ("defaults: {}", "4:5: unknown key 'defaults' | 'defaults' is a key of the suite"),
    ("deployment: x", "4:5: unknown key 'deployment' | did you mean 'deployments'?"),
    ("x-note: 1", "4:5: unknown key 'x-note'"),
    ("foo: 1", "4:5: unknown key 'foo'"),
]


@pytest.mark.parametrize(("key", "message"), HOMES_OF_CONVERSATION_KEYS)
def test_a_key_of_a_conversation_is_sent_home(brief: Tell, key: str, message: str) -> None:
    assert brief(f"{SUITE}    {key}\n") == message


HOMES_OF_TURN_KEYS = [
    ("contains: x", "3:24: unknown key 'contains' | 'contains' is a check: put it under 'expect'"),
    ("max_tokens: 9", "3:24: unknown key 'max_tokens' | put it under 'params'"),
    ("vars: {}", "3:24: unknown key 'vars' | 'vars' is a key of a conversation"),
    (
        "text: Hi",
        "3:24: unknown key 'text' | 'text' is a message part: write it in a list under 'user'",
    ),
    (
        "image: a.png",
        "3:24: unknown key 'image' | 'image' is a message part: write it in a list under 'user'",
    ),
    ("User: Hi", "3:24: unknown key 'User' | did you mean 'user'?"),
    ("role: user", f"3:24: unknown key 'role' | {KEYS_OF_A_TURN}"),
]


@pytest.mark.parametrize(("key", "message"), HOMES_OF_TURN_KEYS)
def test_a_key_of_a_turn_is_sent_home(brief: Tell, key: str, message: str) -> None:
    assert brief(SUITE.replace("user: Hi,", f"user: Hi, {key},")) == message


HOMES_OF_CHECK_KEYS = [
    (
        "regex: x",
        (
            "3:47: unknown key 'regex' | 'regex' is a check of its own: start another "
            "expectation with it"
        ),
    ),
    (
        "temperature: 0",
        (
            "3:47: unknown key 'temperature' | put it under the 'params' of a turn, a "
            "conversation or a deployment"
        ),
    ),
    ("ignore-case: true", "3:47: unknown key 'ignore-case' | did you mean 'ignore_case'?"),
    ("wieght: 2", "3:47: unknown key 'wieght' | did you mean 'weight'?"),
    (
        "foo: 1",
        (
            "3:47: unknown key 'foo' | "
            "its keys are text, ignore_case, normalize, label, weight, optional"
        ),
    ),
]


@pytest.mark.parametrize(("key", "message"), HOMES_OF_CHECK_KEYS)
def test_a_key_beside_a_check_is_sent_home(brief: Tell, key: str, message: str) -> None:
    assert brief(SUITE.replace("contains: a", f"contains: a, {key}")) == message


def test_keys_of_an_author_stand_at_the_top_of_a_suite(brief: Tell) -> None:
    assert brief(f"x-anything: {{goes: [here]}}\n{SUITE}") == ""


def test_all_unknown_keys_are_told_in_reading_order(brief: Tell) -> None:
    text = "one: 1\n" + SUITE.replace("user: Hi,", "user: Hi, two: 2,") + "    three: 3\n"
    assert [line.partition(" | ")[0] for line in brief(text).splitlines()] == [
        "1:1: unknown key 'one'",
        "4:24: unknown key 'two'",
        "5:5: unknown key 'three'",
    ]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("contains: {texts: a}", "3:45: unknown key 'texts' | did you mean 'text'?"),
        ("tokens: {totl: 5}", "3:43: unknown key 'totl' | did you mean 'total'?"),
        ("finish_reason: {reasons: a}", "3:50: unknown key 'reasons' | did you mean 'reason'?"),
    ],
)
def test_a_misspelt_field_is_told_and_not_that_it_is_missing(
    brief: Tell, written: str, message: str
) -> None:
    assert brief(SUITE.replace("contains: a", written)) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SUITE.replace("turns:", "truns:"), "3:5: unknown key 'truns' | did you mean 'turns'?"),
        (SUITE.replace("expect:", "expct:"), "3:24: unknown key 'expct' | did you mean 'expect'?"),
        (
            f"{SUITE}    pass_if: {{at_least: 2}}\n    repaet: 2\n",
            "5:5: unknown key 'repaet' | did you mean 'repeat'?",
        ),
    ],
    ids=["turns", "expect", "repeat"],
)
def test_what_only_follows_from_a_misspelt_key_is_not_told(
    brief: Tell, text: str, message: str
) -> None:
    assert brief(text) == message
