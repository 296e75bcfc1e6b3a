"""The turns of a conversation: who speaks, which of them asks for a reply, and what each takes."""

from collections.abc import Callable

import pytest

from evalkit.model.suite import Conversation

Load = Callable[[str], Conversation]
Tell = Callable[[str], str]

HEAD = "conversations:\n  - id: a\n    unchecked: true\n    turns:"

SHAPES = [
    pytest.param(
        " Hi\n",
        (
            "a.yaml:4:12: 'turns' must be a list, not 'Hi'\n"
            "    4 |     turns: Hi\n"
            "                   ^^\n"
            "  hint: write a '-' before each turn"
        ),
        id="a text",
    ),
    pytest.param(
        " {user: Hi}\n",
        (
            "a.yaml:4:12: 'turns' must be a list, not a mapping\n"
            "    4 |     turns: {user: Hi}\n"
            "                   ^^^^^^^^^^\n"
            "  hint: write a '-' before each turn"
        ),
        id="a mapping",
    ),
    pytest.param(
        " []\n",
        ("a.yaml:4:12: 'turns' must not be empty\n    4 |     turns: []\n                   ^^"),
        id="an empty list",
    ),
    pytest.param(
        ("\n      - Hi\n"),
        (
            "a.yaml:5:9: a turn is a mapping, not 'Hi'\n"
            "    5 |       - Hi\n"
            "                ^^\n"
            "  hint: write {user: …}"
        ),
        id="a turn that is a text",
    ),
    pytest.param(
        ("\n      - [user, Hi]\n"),
        (
            "a.yaml:5:9: a turn is a mapping, not a list\n"
            "    5 |       - [user, Hi]\n"
            "                ^^^^^^^^^^\n"
            "  hint: write {user: …}"
        ),
        id="a turn that is a list",
    ),
    pytest.param(
        ("\n      - {}\n"),
        (
            "a.yaml:5:9: a turn has one of system, user or assistant\n"
            "    5 |       - {}\n"
            "                ^^"
        ),
        id="an empty turn",
    ),
    pytest.param(
        ("\n      - label: first\n"),
        (
            "a.yaml:5:9: a turn has one of system, user or assistant\n"
            "    5 |       - label: first\n"
            "                ^^^^^"
        ),
        id="a turn without a speaker",
    ),
    pytest.param(
        ("\n      - user: Hi\n        assistant: Hello\n"),
        (
            "a.yaml:6:9: a turn has one of system, user or assistant, not user and assistant\n"
            "    6 |         assistant: Hello\n"
            "                ^^^^^^^^^\n"
            "  hint: make a turn of each"
        ),
        id="two speakers",
    ),
    pytest.param(
        ("\n      - usr: Hi\n"),
        (
            "a.yaml:5:9: unknown key 'usr'\n"
            "    5 |       - usr: Hi\n"
            "                ^^^\n"
            "  hint: did you mean 'user'?"
        ),
        id="a misspelt speaker, told alone",
    ),
    pytest.param(
        ("\n      - system: Be kind.\n"),
        (
            "a.yaml:5:7: no turn asks for a reply\n"
            "    5 |       - system: Be kind.\n"
            "              ^\n"
            "  hint: a user turn does, unless an assistant turn follows it"
        ),
        id="no speaker but the system",
    ),
    pytest.param(
        ("\n      - user: Hi\n      - assistant: Hello\n"),
        (
            "a.yaml:5:7: no turn asks for a reply\n"
            "    5 |       - user: Hi\n"
            "              ^\n"
            "  hint: a user turn does, unless an assistant turn follows it"
        ),
        id="an answer to the only question",
    ),
    pytest.param(
        ("\n      - user: []\n"),
        (
            "a.yaml:5:15: 'user' must not be empty\n"
            "    5 |       - user: []\n"
            "                      ^^"
        ),
        id="a turn that says nothing",
    ),
]


@pytest.mark.parametrize(("turns", "message"), SHAPES)
def test_turns_of_another_shape_are_told(told: Tell, turns: str, message: str) -> None:
    assert told(HEAD + turns) == message


IDLE = [
    pytest.param(
        (
            "\n"
            "      - user: Hi\n"
            "        expect: [{contains: a}]\n"
            "      - assistant: Hello\n"
            "      - user: Well\n"
        ),
        (
            "6:9: this turn requests no reply, so 'expect' has no use | the assistant turn "
            "behind it is its reply"
        ),
        id="an expectation",
    ),
    pytest.param(
        (
            "\n"
            "      - user: Hi\n"
            "        params: {n: 1}\n"
            "        json_from: fenced\n"
            "        complete: false\n"
            "      - assistant: Hello\n"
            "      - user: Well\n"
        ),
        (
            "6:9: this turn requests no reply, so 'params' has no use | the assistant turn "
            "behind it is its reply\n"
            "7:9: this turn requests no reply, so 'json_from' has no use | the assistant "
            "turn behind it is its reply\n"
            "8:9: this turn requests no reply, so 'complete' has no use | the assistant turn "
            "behind it is its reply"
        ),
        id="params, json_from and complete",
    ),
    pytest.param(
        ("\n      - system: Be kind.\n        expect: [{contains: a}]\n      - user: Well\n"),
        "6:9: this turn requests no reply, so 'expect' has no use | put it on a user turn",
        id="an expectation of a system turn",
    ),
    pytest.param(
        ("\n      - assistant: Hello\n        expect: [{contains: a}]\n      - user: Well\n"),
        "6:9: this turn requests no reply, so 'expect' has no use | put it on a user turn",
        id="an expectation of an assistant turn",
    ),
]


@pytest.mark.parametrize(("turns", "message"), IDLE)
def test_what_needs_a_reply_is_refused_where_none_is_requested(
    brief: Tell, turns: str, message: str
) -> None:
    assert brief(HEAD + turns) == message


def test_every_turn_is_looked_at_behind_one_with_a_mistake(brief: Tell) -> None:
    turns = "\n      - usr: Hi\n      - user: Hi\n        labl: x\n      - Hi\n"
    assert brief(HEAD + turns) == (
        "5:9: unknown key 'usr' | did you mean 'user'?\n"
        "7:9: unknown key 'labl' | did you mean 'label'?\n"
        "8:9: a turn is a mapping, not 'Hi' | write {user: …}"
    )


@pytest.mark.parametrize(
    ("turns", "requested"),
    [
        pytest.param("[{user: a}]", [True], id="one question"),
        pytest.param("[{user: a}, {user: b}]", [True, True], id="two questions"),
        pytest.param(
            "[{user: a}, {assistant: b}, {user: c}]",
            [False, False, True],
            id="a question with a scripted reply",
        ),
        pytest.param("[{system: a}, {user: b}]", [False, True], id="a system turn first"),
        pytest.param(
            "[{user: a}, {system: b}, {assistant: c}, {user: d}]",
            [True, False, False, True],
            id="a system turn between question and answer",
        ),
        pytest.param(
            "[{assistant: a}, {assistant: b}, {user: c}]",
            [False, False, True],
            id="an assistant that starts",
        ),
    ],
)
def test_a_user_turn_asks_unless_the_assistant_speaks_next(
    conversation: Load, turns: str, requested: list[bool]
) -> None:
    loaded = conversation(f"{HEAD} {turns}\n")
    assert [loaded.requested(index) for index in range(len(loaded.turns))] == requested


def test_turns_keep_their_order_and_their_speakers(conversation: Load) -> None:
    loaded = conversation(f"{HEAD} [{{system: a}}, {{user: b}}, {{assistant: c}}, {{user: d}}]\n")
    assert [turn.role for turn in loaded.turns] == ["system", "user", "assistant", "user"]


def test_a_turn_has_the_place_of_its_first_key(conversation: Load) -> None:
    loaded = conversation(f"{HEAD}\n      - label: x\n        user: Hi\n      - user: Well\n")
    assert [str(turn.span) for turn in loaded.turns] == ["a.yaml:5:9", "a.yaml:7:9"]


@pytest.mark.parametrize(
    ("key", "value", "meant"),
    [
        ("label", "opening", "opening"),
        ("label", "7", "7"),
        ("label", '"of the second # kind"', "of the second # kind"),
        ("params", "{temperature: 0.5, stop: [a]}", {"temperature": 0.5, "stop": ["a"]}),
        ("json_from", "extracted", "extracted"),
        ("complete", "false", False),
    ],
)
def test_a_turn_takes_its_own_keys(conversation: Load, key: str, value: str, meant: object) -> None:
    loaded = conversation(f"{HEAD}\n      - user: Hi\n        {key}: {value}\n")
    assert getattr(loaded.turns[0], key) == meant


def test_a_turn_without_keys_of_its_own_has_none(conversation: Load) -> None:
    turn = conversation(f"{HEAD} [{{user: Hi}}]\n").turns[0]
    assert (turn.label, turn.params, turn.json_from, turn.complete) == (None, {}, None, True)
