"""Text that YAML would take for something else, or lose in silence: each is a mistake."""

from collections.abc import Callable

import pytest

from evalkit.model.chat import TextPart
from evalkit.model.suite import Conversation

Tell = Callable[[str], str]

SUITE = """\
conversations:
  - id: a
    vars: {dish: bun, nothing: ""}
    turns:
      - user: Hi
        expect:
          - contains: a
"""


def saying(message: str) -> str:
    return SUITE.replace("user: Hi", f"user: {message}")


def expecting(check: str) -> str:
    return SUITE.replace("contains: a", check)


COMMENTS_IN_MESSAGES = [
    pytest.param(
        "Refund #12",
        (
            "a.yaml:5:15: the text ends before '#', which begins a comment\n"
            "    5 |       - user: Refund #12\n"
            "                      ^^^^^^\n"
            "  hint: quote the text, or put two spaces before '#'"
        ),
        id="in a message",
    ),
    pytest.param(
        ("\n          - text: Refund # 12"),
        (
            "a.yaml:6:19: the text ends before '#', which begins a comment\n"
            "    6 |           - text: Refund # 12\n"
            "                          ^^^^^^\n"
            "  hint: quote the text, or put two spaces before '#'"
        ),
        id="in a text part",
    ),
    pytest.param(
        ("Refund\n          order # 12"),
        (
            "a.yaml:5:15: the text ends before '#', which begins a comment\n"
            "    5 |       - user: Refund\n"
            "                      ^^^^^^\n"
            "  hint: quote the text, or put two spaces before '#'"
        ),
        id="in the second line of a text",
    ),
]


@pytest.mark.parametrize(("message", "mistake"), COMMENTS_IN_MESSAGES)
def test_a_comment_after_one_space_cuts_no_message_off(
    told: Tell, message: str, mistake: str
) -> None:
    assert told(saying(message)) == mistake


COMMENTS_IN_CHECKS = [
    pytest.param(
        "contains: a # b",
        (
            "7:23: the text ends before '#', which begins a comment | quote the text, or put "
            "two spaces before '#'"
        ),
        id="in the first field",
    ),
    pytest.param(
        ("contains: {text: a # b\n              }"),
        (
            "7:30: the text ends before '#', which begins a comment | quote the text, or put "
            "two spaces before '#'"
        ),
        id="in another field",
    ),
    pytest.param(
        ("not: {contains: a # b\n              }"),
        (
            "7:29: the text ends before '#', which begins a comment | quote the text, or put "
            "two spaces before '#'"
        ),
        id="inside a check",
    ),
    pytest.param(
        ("finish_reason: [stop # b\n              ]"),
        (
            "7:29: the text ends before '#', which begins a comment | quote the text, or put "
            "two spaces before '#'"
        ),
        id="in a list of texts",
    ),
    pytest.param(
        "contains: a {{ dish }} # b",
        (
            "7:23: the text ends before '#', which begins a comment | quote the text, or put "
            "two spaces before '#'"
        ),
        id="in a text with a variable",
    ),
    pytest.param(
        ('contains: "{{ dish }}"\n            label: a # b'),
        (
            "8:20: the text ends before '#', which begins a comment | quote the text, or put "
            "two spaces before '#'"
        ),
        id="beside a text with a variable",
    ),
    pytest.param(
        ("not:\n              contains: a {{ dish }} # b"),
        (
            "8:25: the text ends before '#', which begins a comment | quote the text, or put "
            "two spaces before '#'"
        ),
        id="with a variable inside a check",
    ),
]


@pytest.mark.parametrize(("check", "mistake"), COMMENTS_IN_CHECKS)
def test_a_comment_after_one_space_cuts_no_text_of_a_check_off(
    brief: Tell, check: str, mistake: str
) -> None:
    assert brief(expecting(check)) == mistake


@pytest.mark.parametrize("key", ["description", "system", "skip", "xfail"])
def test_a_comment_after_one_space_cuts_no_text_of_a_conversation_off(
    brief: Tell, key: str
) -> None:
    assert brief(f"{SUITE}    {key}: a #b\n") == (
        f"8:{len(key) + 7}: the text ends before '#', which begins a comment"
        " | quote the text, or put two spaces before '#'"
    )


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("Hi  # a comment", "Hi"),
        ("Hi      # a comment", "Hi"),
        ("Hi#there", "Hi#there"),
        ("'Hi # there'", "Hi # there"),
        ("'Hi' # a comment", "Hi"),
        ("|-\n          Hi # there", "Hi # there"),
    ],
)
def test_a_comment_that_is_meant_is_one(
    conversation: Callable[[str], Conversation], message: str, meant: str
) -> None:
    assert conversation(saying(message)).turns[0].parts == (TextPart(text=meant),)


@pytest.mark.parametrize(
    "key",
    ["json_from: fenced", "repeat: 2", "stream: true", "pass_if: all", "params: {n: 1}"],
)
def test_a_comment_may_follow_what_is_no_text(brief: Tell, key: str) -> None:
    assert brief(f"{SUITE}    {key} # as agreed\n") == ""


MESSAGES = [
    pytest.param(
        "{{ dish }} please",
        "5:15: unquoted text cannot start with '{{' | put quotes around it",
        id="two braces",
    ),
    pytest.param(
        "{note}",
        "5:16: 'note' has no value | write \"\", null or [] where that is meant",
        id="a key alone in braces",
    ),
    pytest.param(
        "{yes, no}",
        (
            "5:16: 'yes' has no value | write \"\", null or [] where that is meant\n"
            "5:21: 'no' has no value | put quotes around text with a comma in it"
        ),
        id="a comma in braces",
    ),
    pytest.param(
        "",
        "5:9: 'user' has no value | write \"\", null or [] where that is meant",
        id="nothing",
    ),
    pytest.param(
        "#12 is open",
        "5:9: 'user' has no value | put quotes around text that starts with '#'",
        id="a comment",
    ),
    pytest.param(
        "&co",
        "5:15: the anchor 'co' names nothing | put quotes around text that starts with '&'",
        id="an anchor",
    ),
    pytest.param(
        "[note]",
        "5:16: a part is a mapping, not 'note' | write {text: …}",
        id="text in brackets",
    ),
]


@pytest.mark.parametrize(("message", "mistake"), MESSAGES)
def test_a_message_that_yaml_takes_for_something_else_is_told(
    brief: Tell, message: str, mistake: str
) -> None:
    assert brief(saying(message)) == mistake


CHECKS = [
    pytest.param(
        "contains: {text: yes, no}",
        "7:35: 'no' has no value | put quotes around text with a comma in it",
        id="a comma in braces",
    ),
    pytest.param(
        "contains: {{ dish }}",
        "7:23: unquoted text cannot start with '{{' | put quotes around it",
        id="two braces",
    ),
    pytest.param(
        "contains: {text: ${A}}",
        "7:31: unquoted text inside braces cannot contain '${' | put quotes around the text",
        id="a variable in braces",
    ),
    pytest.param(
        "regex: {pattern: ^[a-z]+$}",
        "7:31: unquoted text inside braces cannot contain '[' | put quotes around the text",
        id="a bracket in braces",
    ),
    pytest.param(
        "contains: {text: a {{ dish }}}",
        "7:32: unquoted text inside braces cannot contain '{' | put quotes around the text",
        id="braces behind text in braces",
    ),
    pytest.param(
        "regex: [a-z]",
        ("7:20: 'pattern' must be text, not a list | put quotes around text that starts with '['"),
        id="a list that was to be a text",
    ),
    pytest.param(
        "contains:",
        "7:13: 'contains' has no value | write \"\", null or [] where that is meant",
        id="nothing",
    ),
    pytest.param(
        "contains: #refund",
        "7:13: 'contains' has no value | put quotes around text that starts with '#'",
        id="a comment",
    ),
    pytest.param(
        "<<: {contains: a}",
        "7:13: merging with '<<' is not supported | write the keys out, or use 'defaults'",
        id="a merge",
    ),
]


@pytest.mark.parametrize(("check", "mistake"), CHECKS)
def test_a_check_that_yaml_takes_for_something_else_is_told(
    brief: Tell, check: str, mistake: str
) -> None:
    assert brief(expecting(check)) == mistake


ENDINGS = [
    pytest.param(
        ("---\nid: b\n"),
        (
            "8:1: a second document starts here | a file holds one document; put the others "
            "in files of their own"
        ),
        id="a second document",
    ),
    pytest.param(
        "\ttags: []\n",
        "8:1: a tab cannot indent a line | indent with spaces",
        id="a tab",
    ),
    pytest.param(
        "    params: &p {n: 1}\n",
        (
            "8:13: no alias uses the anchor 'p' | remove it, or put quotes around text that "
            "starts with '&'"
        ),
        id="an anchor that no alias uses",
    ),
    pytest.param(
        "    system: !kind x\n",
        "8:13: the tag '!kind' is not supported | put quotes around text that starts with '!'",
        id="a tag",
    ),
]


@pytest.mark.parametrize(("ending", "mistake"), ENDINGS)
def test_what_the_format_refuses_is_told_in_a_suite(brief: Tell, ending: str, mistake: str) -> None:
    assert brief(SUITE + ending) == mistake


IDLE = [
    pytest.param(
        'contains: ""',
        "7:23: this cannot fail: every reply contains the empty text",
        id="an empty text",
    ),
    pytest.param(
        'contains: {text: ""}',
        "7:30: this cannot fail: every reply contains the empty text",
        id="an empty text in the long form",
    ),
    pytest.param(
        'not: {contains: ""}',
        "7:29: this cannot fail: every reply contains the empty text",
        id="an empty text inside not",
    ),
    pytest.param(
        'contains: "{{ nothing }}"',
        "7:23: this cannot fail: every reply contains the empty text",
        id="an empty text from a variable",
    ),
    pytest.param(
        'regex: ""',
        "7:13: this cannot fail: the empty pattern matches every reply",
        id="an empty pattern",
    ),
    pytest.param(
        "tokens: {}",
        "7:13: this cannot fail: give one of total, prompt, completion, reasoning, cached, growth",
        id="no limit",
    ),
    pytest.param(
        "latency: {}",
        "7:13: this cannot fail: give total, first_token or between_tokens",
        id="no duration",
    ),
    pytest.param(
        "tokens: {total: {}}",
        "7:29: a limit needs min, max or both",
        id="an empty limit",
    ),
    pytest.param(
        "json_schema: false",
        "7:13: this cannot pass: write a schema, or `true` for the one that is sent",
        id="no schema that passes",
    ),
    pytest.param(
        "complete: {truncated: false, filtered: false, refused: false, empty: false}",
        "7:23: this cannot fail: write `complete: false` on the turn instead",
        id="a whole reply of which nothing is asked",
    ),
]


@pytest.mark.parametrize(("check", "mistake"), IDLE)
def test_a_check_that_cannot_fail_is_told(brief: Tell, check: str, mistake: str) -> None:
    assert brief(expecting(check)) == mistake


def test_an_empty_text_is_told_under_itself(told: Tell) -> None:
    assert told(expecting('contains: ""')) == (
        "a.yaml:7:23: this cannot fail: every reply contains the empty text\n"
        '    7 |           - contains: ""\n'
        "                              ^^"
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [("no", "no"), ("7", "7"), ("1.10", "1.10"), ("true", "true"), ("~", "~"), ('""', "")],
)
def test_a_message_is_the_text_that_the_author_wrote(
    conversation: Callable[[str], Conversation], written: str, meant: str
) -> None:
    assert conversation(saying(written)).turns[0].parts == (TextPart(text=meant),)


def test_an_anchor_may_wait_below_a_key_of_the_author(brief: Tell) -> None:
    assert brief(f"x-usual: &usual {{temperature: 0}}\n{SUITE}") == ""


def test_an_alias_repeats_what_its_anchor_names(
    conversation: Callable[[str], Conversation],
) -> None:
    text = f"x-usual: &usual {{temperature: 0}}\n{SUITE}    params: *usual\n"
    assert conversation(text).params == {"temperature": 0}
