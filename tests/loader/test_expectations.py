"""Expectations of a turn, of every turn and of a whole conversation: where each kind may stand."""

from collections.abc import Callable

import pytest

from evalkit.errors import Mistakes
from evalkit.model.check import Expectation, Recipe
from evalkit.model.data import JsonObject
from evalkit.model.suite import Conversation

Load = Callable[[str], Conversation]
Tell = Callable[[str], str]
Write = Callable[[str, str], object]

SUITE = """\
conversations:
  - id: a
    vars: {dish: bun, most: 9, lax: true}
    turns:
      - user: Hi
        expect:
          - contains: a
"""


def expecting(written: str) -> str:
    return SUITE.replace("contains: a", written)


def own(loaded: Conversation) -> list[Expectation]:
    """Give the expectations of the first turn that the author wrote."""
    return [one for one in loaded.turns[0].expect if one.name != "complete"]


def recipe(loaded: Conversation) -> Recipe:
    check = own(loaded)[0].check
    assert isinstance(check, Recipe)
    return check


def test_the_expectations_of_a_turn_keep_their_order(conversation: Load) -> None:
    loaded = conversation(expecting("regex: a\n          - contains: b\n          - equals: c"))
    assert [one.name for one in own(loaded)] == ["regex", "contains", "equals"]


def test_each_turn_follows_what_a_turn_expects_itself(conversation: Load) -> None:
    loaded = conversation(f"{SUITE}      - user: Well\n    each_turn: [{{regex: b}}]\n")
    assert [[one.name for one in turn.expect] for turn in loaded.turns] == [
        ["complete", "contains", "regex"],
        ["complete", "regex"],
    ]


def test_each_turn_is_not_expected_of_a_scripted_reply(conversation: Load) -> None:
    turns = "[{user: Hi}, {assistant: Hello}, {user: Well}]"
    loaded = conversation(
        f"conversations:\n  - id: a\n    turns: {turns}\n    each_turn: [{{regex: b}}]\n"
    )
    assert [[one.name for one in turn.expect] for turn in loaded.turns] == [
        [],
        [],
        ["complete", "regex"],
    ]


@pytest.mark.parametrize(
    "written",
    ["tokens: 900", "latency: 20s", "latency: {first_token: 2s}", "not: {tokens: {max: 9}}"],
)
def test_a_budget_may_be_expected_of_a_whole_conversation(conversation: Load, written: str) -> None:
    loaded = conversation(f"{SUITE}    expect: [{{{written}}}]\n")
    assert [one.name for one in loaded.expect] == [written.partition(":")[0]]


REPLY_CHECKS = [
    pytest.param(
        "contains: a",
        (
            "a.yaml:9:9: 'contains' cannot be expected of a whole conversation\n"
            "    9 |       - contains: a\n"
            "                ^^^^^^^^\n"
            "  hint: put it under each_turn, or under the expect of a turn"
        ),
        id="contains",
    ),
    pytest.param(
        "not: {contains: a}",
        (
            "a.yaml:9:9: 'not' cannot be expected of a whole conversation\n"
            "    9 |       - not: {contains: a}\n"
            "                ^^^\n"
            "  hint: put it under each_turn, or under the expect of a turn"
        ),
        id="not, of a reply check",
    ),
    pytest.param(
        "contains: '{{ dish }}'",
        (
            "a.yaml:9:9: 'contains' cannot be expected of a whole conversation\n"
            "    9 |       - contains: '{{ dish }}'\n"
            "                ^^^^^^^^\n"
            "  hint: put it under each_turn, or under the expect of a turn"
        ),
        id="with a variable",
    ),
]


@pytest.mark.parametrize(("written", "message"), REPLY_CHECKS)
def test_a_check_of_a_reply_is_refused_of_a_whole_conversation(
    told: Tell, written: str, message: str
) -> None:
    assert told(f"{SUITE}    expect:\n      - {written}\n") == message


def test_a_check_of_a_reply_is_refused_in_the_expect_of_the_defaults(brief: Tell) -> None:
    assert brief(f"defaults: {{expect: [{{contains: a}}]}}\n{SUITE}") == (
        "1:22: 'contains' cannot be expected of a whole conversation"
        " | put it under each_turn, or under the expect of a turn"
    )


def test_a_text_may_stand_in_a_file(conversation: Load, write: Write) -> None:
    write("texts/answer.txt", "two\nlines\n")
    loaded = conversation(expecting("contains: {file: texts/answer.txt}"))
    assert getattr(own(loaded)[0].check, "text", None) == "two\nlines"


def test_a_text_in_a_missing_file_is_told_once(told: Tell) -> None:
    assert told(expecting("contains: {file: answer.txt}")) == (
        "a.yaml:7:30: there is no file 'answer.txt'\n"
        "    7 |           - contains: {file: answer.txt}\n"
        "                                     ^^^^^^^^^^"
    )


def test_a_file_may_be_named_by_a_variable(conversation: Load, write: Write) -> None:
    write("bun.txt", "soft")
    loaded = conversation(expecting('contains: {file: "{{ dish }}.txt"}'))
    assert recipe(loaded).build({"text": {"file": "bun.txt"}}).model_dump()["text"] == "soft"


@pytest.mark.parametrize(
    ("written", "authored"),
    [
        ('contains: "a {{ dish }}"', {"text": "a {{ dish }}"}),
        ("contains: a {{ dish }}", {"text": "a {{ dish }}"}),
        ('tokens: "{{ most }}"', {"total": "{{ most }}"}),
        ('not: {contains: "{{ dish }}"}', {"check": {"contains": "{{ dish }}"}}),
        (
            'contains: a\n            label: "{{ dish }}"',
            {"text": "a", "label": "{{ dish }}"},
        ),
    ],
)
def test_a_check_with_a_variable_is_kept_as_it_was_written(
    conversation: Load, written: str, authored: dict[str, object]
) -> None:
    assert recipe(conversation(expecting(written))).authored == authored


@pytest.mark.parametrize(
    ("written", "rendered", "field", "value"),
    [
        ('contains: "{{ dish }}"', {"text": "7"}, "text", "7"),
        ('contains: "{{ dish }}"', {"text": "{{ x }}"}, "text", "{{ x }}"),
        (
            'finish_reason: ["{{ dish }}", length]',
            {"reason": ["stop", "length"]},
            "reason",
            ("stop", "length"),
        ),
        ('latency: {total: {max: "{{ most }}"}}', {"total": {"max": "9"}}, "total", {"max": 9.0}),
        ('latency: {total: "{{ most }}s"}', {"total": "9s"}, "total", {"max": 9.0}),
        (
            'contains: a\n            ignore_case: "{{ lax }}"',
            {"text": "a", "ignore_case": "true"},
            "ignore_case",
            True,
        ),
    ],
)
def test_a_check_is_built_of_its_values(
    conversation: Load, written: str, rendered: JsonObject, field: str, value: object
) -> None:
    check = recipe(conversation(expecting(written))).build(rendered)
    assert check.model_dump(exclude_defaults=True)[field] == value


def test_values_that_make_no_check_are_told_at_their_place(conversation: Load) -> None:
    built = recipe(conversation(expecting('tokens: {total: {max: "{{ most }}"}}')))
    with pytest.raises(Mistakes) as refused:
        built.build({"total": {"max": "many"}})
    assert str(refused.value) == (
        "a.yaml:7:35: 'max' must be a number, not 'many'\n"
        '    7 |           - tokens: {total: {max: "{{ most }}"}}\n'
        "                                          ^^^^^^^^^^^^"
    )


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            'contains: "{{ dish }}"\n            weight: heavy',
            "8:21: 'weight' must be a number, not 'heavy'",
        ),
        (
            'not: {contains: "{{ dish }}", ignorecase: true}',
            "7:43: unknown key 'ignorecase' | did you mean 'ignore_case'?",
        ),
        ('tokens: "{{ dish }}"', "7:21: 'total' must be a number, not 'bun'"),
        (
            'regex: "[{{ dish }}"',
            "7:13: '[bun' is no pattern: unterminated character set at position 1",
        ),
        ('json_schema: "{{ dish }}.json"', "7:26: there is no file 'bun.json'"),
        ('contains: "{{ dish + 1 }}"', '7:13: can only concatenate str (not "int") to str'),
    ],
    ids=["a field", "an unknown key inside", "a number", "a pattern", "a file", "an expression"],
)
def test_a_check_with_a_variable_is_tried_with_its_value(
    brief: Tell, written: str, message: str
) -> None:
    assert brief(expecting(written)) == message
