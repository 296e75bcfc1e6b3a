"""The ids and tags of conversations: which are taken, and which are told to be none."""

from collections.abc import Callable

import pytest

from evalkit.model.suite import Conversation

Tell = Callable[[str], str]

SUITE = """\
conversations:
  - id: a
    turns: [{user: Hi, expect: [{contains: a}]}]
"""
ID_RULE = "use letters, digits, '.', '_' and '-', at most 80, a letter or digit first"
TAG_RULE = "use letters, digits, '_', '-' and '.', a letter first"


def test_what_is_no_id_is_told_once_with_the_rule(told: Tell) -> None:
    assert told(SUITE.replace("id: a", "id: a b")) == (
        "a.yaml:2:9: 'a b' cannot be an id\n"
        "    2 |   - id: a b\n"
        "                ^^^\n"
        f"  hint: {ID_RULE}"
    )


@pytest.mark.parametrize(
    "name", ["-a", ".a", "a/b", "a b", "é", "a\u0301", "", "a[b]", "{{ x }}", "a" * 81]
)
def test_an_id_keeps_to_its_rule(brief: Tell, name: str) -> None:
    text = SUITE.replace("id: a", f"id: '{name}'")
    assert brief(text) == f"2:9: {name!r} cannot be an id | {ID_RULE}"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "[a]",
            "2:9: 'id' must be text, not a list | put quotes around text that starts with '['",
        ),
        ("{a: b}", "2:9: 'id' must be text, not a mapping"),
    ],
)
def test_an_id_is_text(brief: Tell, written: str, message: str) -> None:
    assert brief(SUITE.replace("id: a", f"id: {written}")) == message


@pytest.mark.parametrize(
    "written", ["7", "1.10", "true", "null", "no", "0x1F", "a.b_c-d", f"A{'a' * 79}"]
)
def test_an_id_is_the_text_that_the_author_wrote(
    conversation: Callable[[str], Conversation], written: str
) -> None:
    assert conversation(SUITE.replace("id: a", f"id: {written}")).id == written


def test_an_id_is_used_once_whatever_its_case(told: Tell) -> None:
    assert told(SUITE + SUITE.partition("\n")[2].replace("id: a", "id: A")) == (
        "a.yaml:4:5: the id 'A' is used twice\n"
        "    4 |   - id: A\n"
        "            ^^\n"
        "  hint: the other one is at a.yaml:2:5"
    )


def test_conversations_without_an_id_are_not_told_to_share_one(brief: Tell) -> None:
    nameless = "  - turns: [{user: Hi, expect: [{contains: a}]}]\n"
    text = f"conversations:\n{nameless}{nameless}"
    assert brief(text) == "2:5: missing key 'id'\n3:5: missing key 'id'"


def test_a_mark_of_pytest_is_no_tag(told: Tell) -> None:
    assert told(f"{SUITE}    tags: [smoke, skip]\n") == (
        "a.yaml:4:19: 'skip' is a mark of pytest's own and no tag\n"
        "    4 |     tags: [smoke, skip]\n"
        "                          ^^^^\n"
        "  hint: write skip: true"
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("xfail", " | write xfail: true"),
        ("parametrize", ""),
        ("usefixtures", ""),
        ("filterwarnings", ""),
        ("skipif", ""),
        ("tryfirst", ""),
        ("trylast", ""),
    ],
)
def test_no_mark_of_pytest_is_a_tag(brief: Tell, name: str, hint: str) -> None:
    message = f"4:12: {name!r} is a mark of pytest's own and no tag{hint}"
    assert brief(f"{SUITE}    tags: [{name}]\n") == message


@pytest.mark.parametrize("name", ["7up", "a b", "-a", "a/b", "and", "or", "not", "None", "a::b"])
def test_a_tag_keeps_to_its_rule(brief: Tell, name: str) -> None:
    assert brief(f"{SUITE}    tags: ['{name}']\n") == f"4:12: {name!r} cannot be a tag | {TAG_RULE}"


def test_tags_are_words_that_select(conversation: Callable[[str], Conversation]) -> None:
    assert conversation(f"{SUITE}    tags: [smoke, v1.2, né_e-x, no]\n").tags == (
        "smoke",
        "v1.2",
        "né_e-x",
        "no",
    )
