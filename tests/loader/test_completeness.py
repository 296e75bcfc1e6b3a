"""What is expected of a conversation at all, and the implicit expectation that a reply is whole."""

from collections.abc import Callable

import pytest

from evalkit.model.suite import Conversation

Load = Callable[[str], Conversation]
Tell = Callable[[str], str]

HEAD = "conversations:\n  - id: a\n"
VARS = "    vars: {why: stop}\n"
ASKS = f"{HEAD}    turns: [{{user: Hi}}]\n"

NOTHING = "2:5: the conversation expects nothing | add expect to a turn, or write unchecked: true"


def expecting(*checks: str) -> str:
    return f"{HEAD}    turns: [{{user: Hi, expect: [{', '.join(checks)}]}}]\n"


def excused(loaded: Conversation) -> list[str] | None:
    """Give the parts of a whole reply that the first turn does without, None without the check."""
    checks = [one.check for one in loaded.turns[0].expect if one.name == "complete"]
    parts = ("empty", "filtered", "refused", "truncated")
    return [part for part in parts if not getattr(checks[0], part)] if checks else None


def test_a_conversation_that_expects_nothing_is_told(told: Tell) -> None:
    assert told(ASKS) == (
        "a.yaml:2:5: the conversation expects nothing\n"
        "    2 |   - id: a\n"
        "            ^^\n"
        "  hint: add expect to a turn, or write unchecked: true"
    )


@pytest.mark.parametrize(
    "text",
    [
        expecting(),
        f"{ASKS}    expect: []\n",
        f"{ASKS}    each_turn: []\n",
        f"{ASKS}    unchecked: false\n",
        f"{HEAD}    turns: [{{user: Hi, complete: true}}]\n",
        f"{HEAD}    turns: [{{user: Hi, complete: false}}]\n",
        f"{HEAD}    turns: [{{user: Hi, json_from: fenced}}]\n",
        f"{HEAD}    turns: [{{user: Hi}}, {{assistant: Hello}}, {{user: Well}}]\n",
    ],
    ids=[
        "an empty expect",
        "an empty expect of the whole",
        "an empty each_turn",
        "unchecked: false",
        "complete: true",
        "complete: false",
        "json_from",
        "a scripted reply",
    ],
)
def test_what_demands_nothing_is_no_expectation(brief: Tell, text: str) -> None:
    assert brief(text) == NOTHING


@pytest.mark.parametrize(
    "text",
    [
        expecting("{contains: a}"),
        f"{ASKS}    expect: [{{tokens: 9}}]\n",
        f"{ASKS}    each_turn: [{{contains: a}}]\n",
        f"defaults: {{expect: [{{tokens: 9}}]}}\n{ASKS}",
        f"defaults: {{each_turn: [{{contains: a}}]}}\n{ASKS}",
        f"{ASKS}    unchecked: true\n",
        f"defaults: {{unchecked: true}}\n{ASKS}",
        f"{HEAD}    turns: [{{user: Hi}}, {{user: Well, expect: [{{contains: a}}]}}]\n",
    ],
    ids=[
        "of a turn",
        "of the whole",
        "of each turn",
        "of the whole, by default",
        "of each turn, by default",
        "unchecked",
        "unchecked, by default",
        "of one turn of two",
    ],
)
def test_an_expectation_anywhere_is_enough(brief: Tell, text: str) -> None:
    assert brief(text) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (expecting("{contians: a}"), "3:34: unknown check 'contians' | did you mean 'contains'?"),
        (
            f"{HEAD}    turns: [{{user: Hi, contains: a}}]\n",
            "3:24: unknown key 'contains' | 'contains' is a check: put it under 'expect'",
        ),
        (f"{HEAD}    turns: [Hi]\n", "3:13: a turn is a mapping, not 'Hi' | write {user: …}"),
        (f"{HEAD}    turns: []\n", "3:12: 'turns' must not be empty"),
        (HEAD, "2:5: missing key 'turns'"),
        (f"{ASKS}    each_trun: []\n", "4:5: unknown key 'each_trun' | did you mean 'each_turn'?"),
        (
            f"defaults: {{each_trun: []}}\n{ASKS}",
            "1:12: unknown key 'each_trun' | did you mean 'each_turn'?",
        ),
    ],
    ids=[
        "an unknown check",
        "a check beside user",
        "a turn that is none",
        "no turn",
        "no turns",
        "a misspelt each_turn",
        "a misspelt default",
    ],
)
def test_an_expectation_that_failed_to_be_one_is_told_alone(
    brief: Tell, text: str, message: str
) -> None:
    assert brief(text) == message


def test_every_conversation_that_expects_nothing_is_told(brief: Tell) -> None:
    text = ASKS + ASKS.partition("\n")[2].replace("id: a", "id: b")
    assert brief(text) == f"{NOTHING}\n{NOTHING.replace('2:5', '4:5')}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (expecting("{contains: a}"), []),
        (f"{ASKS}    unchecked: true\n", []),
        (f"{ASKS}    expect: [{{tokens: 9}}]\n", []),
        (expecting("{finish_reason: stop}"), ["filtered", "truncated"]),
        (f"{ASKS}    each_turn: [{{finish_reason: stop}}]\n", ["filtered", "truncated"]),
        (expecting("{finish_reason: length}"), ["empty", "filtered", "truncated"]),
        (expecting("{finish_reason: [stop, length]}"), ["empty", "filtered", "truncated"]),
        (expecting("{finish_reason: stop, optional: true}"), []),
        (expecting("{refusal: {}}"), ["empty", "refused"]),
        (expecting("{refusal: true}"), ["empty", "refused"]),
        (expecting("{refusal: false}"), []),
        (expecting("{not: {finish_reason: length}}"), []),
        (
            expecting('{finish_reason: "{{ why }}"}') + VARS,
            ["filtered", "truncated"],
        ),
        (
            expecting('{finish_reason: "{{ why }}", optional: true}') + VARS,
            [],
        ),
        (expecting("{complete: {refused: false}}"), ["refused"]),
        (f"{HEAD}    turns: [{{user: Hi, complete: true, expect: [{{contains: a}}]}}]\n", []),
    ],
    ids=[
        "a check of the text",
        "nothing",
        "a budget",
        "stop",
        "stop, of each turn",
        "another reason",
        "one of two reasons",
        "an optional reason",
        "a refusal",
        "a refusal, said in full",
        "no refusal",
        "a reason that must not be",
        "a reason in a variable",
        "an optional reason in a variable",
        "complete itself",
        "complete: true",
    ],
)
def test_a_reply_must_be_whole_but_for_what_is_expected_otherwise(
    conversation: Load, text: str, parts: list[str]
) -> None:
    assert excused(conversation(text)) == parts


@pytest.mark.parametrize(
    "turns",
    [
        "[{user: Hi, complete: false, expect: [{contains: a}]}]",
        "[{user: Hi}, {assistant: Hello}, {user: Well, expect: [{contains: a}]}]",
        "[{system: Be kind.}, {user: Well, expect: [{contains: a}]}]",
    ],
    ids=["complete: false", "a scripted reply", "no reply at all"],
)
def test_a_reply_that_may_be_cut_off_or_is_not_requested_need_not_be_whole(
    conversation: Load, turns: str
) -> None:
    assert excused(conversation(f"{HEAD}    turns: {turns}\n")) is None


def test_the_implicit_expectation_comes_first_at_the_place_of_its_turn(conversation: Load) -> None:
    expected = conversation(expecting("{contains: a}")).turns[0].expect
    assert [(one.name, str(one.span)) for one in expected] == [
        ("complete", "a.yaml:3:13"),
        ("contains", "a.yaml:3:34"),
    ]
