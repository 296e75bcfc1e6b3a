"""Defaults under conversations: a folder's, then the suite's; what is nearer wins or is added."""

from collections.abc import Callable

import pytest

from evalkit.model.suite import Conversation

Load = Callable[..., Conversation]
Tell = Callable[..., str]
Write = Callable[[str, str], object]

SUITE = """\
conversations:
  - id: a
    turns: [{user: Hi, expect: [{contains: a}]}]
"""


def layered(defaults: str, own: str) -> str:
    """Give a suite with a line of defaults and a line of the conversation's own."""
    return f"defaults: {{{defaults}}}\n{SUITE}    {own}\n"


@pytest.mark.parametrize(
    ("defaults", "own", "key", "meant"),
    [
        ("vars: {a: 1, b: 2}", "vars: {b: 3, c: 4}", "vars", {"a": 1, "b": 3, "c": 4}),
        ("vars: {a: {x: 1}}", "vars: {a: {y: 2}}", "vars", {"a": {"y": 2}}),
        ("vars: {a: [1]}", "vars: {a: [2]}", "vars", {"a": [2]}),
        ("params: {n: 1, seed: 2}", "params: {n: null}", "params", {"n": None, "seed": 2}),
        ("vars: {a: 1}", "vars: {}", "vars", {"a": 1}),
    ],
    ids=["key by key", "one level only", "a list in it", "null is a value", "an empty mapping"],
)
def test_vars_and_params_merge_by_their_own_keys(
    conversation: Load, defaults: str, own: str, key: str, meant: object
) -> None:
    assert getattr(conversation(layered(defaults, own)), key) == meant


@pytest.mark.parametrize(
    ("defaults", "own", "meant"),
    [
        ("tags: [a, b]", "tags: [c]", ("a", "b", "c")),
        ("tags: [a]", "tags: []", ("a",)),
        ("tags: []", "tags: [c]", ("c",)),
        ("tags: [a]", "repeat: 1", ("a",)),
    ],
)
def test_tags_append(conversation: Load, defaults: str, own: str, meant: tuple[str, ...]) -> None:
    assert conversation(layered(defaults, own)).tags == meant


def test_expectations_of_the_whole_append(conversation: Load) -> None:
    loaded = conversation(layered("expect: [{tokens: 9}]", "expect: [{latency: 2s}]"))
    assert [one.name for one in loaded.expect] == ["tokens", "latency"]


def test_expectations_of_each_turn_append_behind_its_own(conversation: Load) -> None:
    loaded = conversation(layered("each_turn: [{regex: b}]", "each_turn: [{equals: c}]"))
    assert [one.name for one in loaded.turns[0].expect] == [
        "complete",
        "contains",
        "regex",
        "equals",
    ]


@pytest.mark.parametrize(
    ("defaults", "own", "key", "meant"),
    [
        ("repeat: 3", "repeat: 2", "repeat", 2),
        ("description: far", "description: near", "description", "near"),
        ("stream: true", "stream: false", "stream", False),
        ("json_from: fenced", "json_from: exact", "json_from", "exact"),
        ("pass_if: {rate: 0.5}", "pass_if: any", "pass_if", "any"),
        ("on_turn_failure: stop", "on_turn_failure: continue", "on_turn_failure", "continue"),
        ("skip: far", "skip: false", "skip", None),
        ("skip: far", "skip: null", "skip", None),
        ("xfail: far", "xfail: near", "xfail", "near"),
        ("system: far", "system: null", "system", None),
        ("unchecked: true", "unchecked: false", "unchecked", False),
        ("template: false", "template: true", "template", True),
        (
            "response_format: json_object",
            "response_format: {type: text}",
            "response_format",
            {"type": "text"},
        ),
    ],
)
def test_every_other_key_is_replaced_whole(
    conversation: Load, defaults: str, own: str, key: str, meant: object
) -> None:
    assert getattr(conversation(layered(defaults, own)), key) == meant


def test_a_system_message_is_replaced_whole(conversation: Load) -> None:
    loaded = conversation(layered("system: far", "system: [{text: near}]"))
    assert [getattr(part, "text", None) for part in loaded.system or ()] == ["near"]


@pytest.mark.parametrize(
    ("file", "tags"),
    [
        ("a.yaml", ("root", "suite", "own")),
        ("suites/a.yaml", ("root", "suites", "suite", "own")),
        ("suites/deep/a.yaml", ("root", "suites", "deep", "suite", "own")),
        ("suites/other/a.yaml", ("root", "suites", "suite", "own")),
        ("elsewhere/a.yaml", ("root", "suite", "own")),
    ],
)
def test_folders_stand_under_the_suite_the_farthest_first(
    conversation: Load, write: Write, file: str, tags: tuple[str, ...]
) -> None:
    write("deployments.yaml", "defaults: {tags: [root]}\n")
    write("suites/deployments.yaml", "defaults: {tags: [suites]}\n")
    write("suites/deep/deployments.yaml", "defaults: {tags: [deep]}\n")
    loaded = conversation(layered("tags: [suite]", "tags: [own]"), file)
    assert loaded.tags == tags


@pytest.mark.parametrize(
    ("near", "own", "repeat"),
    [("tags: []", "tags: []", 5), ("repeat: 3", "tags: []", 3), ("repeat: 3", "repeat: 2", 2)],
    ids=["the folder's", "the suite's", "the conversation's"],
)
def test_the_nearest_value_wins(
    conversation: Load, write: Write, near: str, own: str, repeat: int
) -> None:
    write("deployments.yaml", "defaults: {repeat: 5}\n")
    assert conversation(layered(near, own)).repeat == repeat


def test_a_turn_keeps_its_own_params_apart_from_those_of_the_conversation(
    conversation: Load,
) -> None:
    text = layered("params: {n: 1}", "params: {seed: 2}").replace("Hi,", "Hi, params: {n: 3},")
    loaded = conversation(text)
    assert (loaded.params, loaded.turns[0].params) == ({"n": 1, "seed": 2}, {"n": 3})


@pytest.mark.parametrize(
    ("written", "key", "meant"),
    [("tags: [wide]", "tags", ("wide", "own")), ("template: false", "template", False)],
)
def test_tags_and_template_of_the_suite_are_those_of_its_conversations(
    conversation: Load, written: str, key: str, meant: object
) -> None:
    assert getattr(conversation(f"{written}\n{SUITE}    tags: [own]\n"), key) == meant


def test_defaults_hold_for_every_conversation(suite: Callable[[str], object]) -> None:
    text = f"defaults: {{repeat: 2}}\n{SUITE}" + SUITE.partition("\n")[2].replace("id: a", "id: b")
    repeats = [one.repeat for one in getattr(suite(text), "conversations", ())]
    assert repeats == [2, 2]


def test_the_files_of_a_folder_s_defaults_stand_beside_it(conversation: Load, write: Write) -> None:
    write("suites/deployments.yaml", "defaults: {system: {file: prompts/kind.md}}\n")
    write("suites/prompts/kind.md", "Be kind.\n")
    loaded = conversation(SUITE, "suites/deep/a.yaml")
    assert [getattr(part, "text", None) for part in loaded.system or ()] == ["Be kind."]


def test_a_mistake_in_a_default_is_told_once_at_its_place(told: Tell, write: Write) -> None:
    write("deployments.yaml", "defaults:\n  each_turn: [{contians: a}]\n")
    text = SUITE + SUITE.partition("\n")[2].replace("id: a", "id: b")
    assert told(text) == (
        "deployments.yaml:2:16: unknown check 'contians'\n"
        "    2 |   each_turn: [{contians: a}]\n"
        "                       ^^^^^^^^\n"
        "  hint: did you mean 'contains'?"
    )


@pytest.mark.parametrize(
    ("defaults", "own", "message"),
    [
        ("tags: smoke", "tags: [a]", "1:18: 'tags' must be a list, not 'smoke' | write [smoke]"),
        ("tags: [a]", "tags: smoke", "5:11: 'tags' must be a list, not 'smoke' | write [smoke]"),
        ("vars: 7", "vars: {a: 1}", "1:18: 'vars' must be a mapping, not 7"),
        ("vars: {a: 1}", "vars: 7", "5:11: 'vars' must be a mapping, not 7"),
        ("params: [a]", "params: {a: 1}", "1:20: 'params' must be a mapping, not a list"),
        (
            "each_turn: {contains: a}",
            "each_turn: [{contains: b}]",
            "1:23: 'each_turn' must be a list, not a mapping | write a '-' before each expectation",
        ),
        ("repeat: x", "tags: []", "1:20: 'repeat' must be a whole number, not 'x'"),
        ("id: b", "tags: []", "1:12: 'id' cannot have a default"),
        ("turns: []", "tags: []", "1:12: 'turns' cannot have a default"),
        (
            "tags: [skip]",
            "tags: []",
            "1:19: 'skip' is a mark of pytest's own and no tag | write skip: true",
        ),
    ],
)
def test_a_default_of_the_wrong_type_is_told_even_where_a_conversation_has_its_own(
    brief: Tell, defaults: str, own: str, message: str
) -> None:
    assert brief(layered(defaults, own)) == message


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("7", "1:11: 'defaults' must be a mapping, not 7"),
        ("[a]", "1:11: 'defaults' must be a mapping, not a list"),
    ],
)
def test_defaults_are_a_mapping(brief: Tell, written: str, message: str) -> None:
    assert brief(f"defaults: {written}\n{SUITE}") == message
