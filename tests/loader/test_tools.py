"""The tools that a conversation offers, written out or read from files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evalkit.model.suite import Conversation

Load = Callable[[str], Conversation]
Tell = Callable[[str], str]

WEATHER = "{type: function, function: {name: weather, parameters: {type: object}}}"
SUITE = """\
defaults:
  unchecked: true
conversations:
  - id: a
    tools: TOOLS
    turns: [{user: Hi}]
"""


def offering(written: str) -> str:
    return SUITE.replace("TOOLS", written)


def names(loaded: Conversation) -> list[object]:
    functions = (tool.get("function", tool) for tool in loaded.tools)
    return [function["name"] for function in functions if isinstance(function, dict)]


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{"type": "function", "function": {"name": "one"}}')
    (tmp_path / "two.json").write_text('[{"name": "two"}, {"name": "three"}]')
    (tmp_path / "odd.json").write_text('["two"]')


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("one.json", ["one"]),
        ("two.json", ["two", "three"]),
        (WEATHER, ["weather"]),
        (f"[{WEATHER}, two.json]", ["weather", "two", "three"]),
        ("[]", []),
    ],
    ids=["a file of one", "a file of several", "written out", "mixed", "none"],
)
def test_tools_are_definitions_or_files_of_them(
    written: str, known: list[str], conversation: Load
) -> None:
    assert names(conversation(offering(written))) == known


def test_a_definition_is_kept_as_it_is(conversation: Load) -> None:
    (tool,) = conversation(offering(WEATHER)).tools

    assert tool == {
        "type": "function",
        "function": {"name": "weather", "parameters": {"type": "object"}},
    }


def test_a_tool_of_the_deployments_own_needs_no_name(conversation: Load) -> None:
    assert conversation(offering("{type: web_search}")).tools == ({"type": "web_search"},)


def test_tools_are_appended_to_those_of_the_defaults(conversation: Load) -> None:
    shared = offering("two.json").replace("defaults:", "defaults:\n  tools: one.json")

    assert names(conversation(shared)) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{type: function}", "a.yaml:5:12: this is no definition of a tool"),
        ("7", "a.yaml:5:12: this is no definition of a tool"),
        ("odd.json", "a.yaml:5:12: this is no definition of a tool"),
        ("[one.json, one.json]", "a.yaml:5:23: the tool 'one' is defined twice"),
        ("three.json", "a.yaml:5:12: there is no file 'three.json'"),
    ],
    ids=["no name", "a number", "a file of something else", "twice", "no such file"],
)
def test_what_is_no_tool_is_a_mistake(written: str, message: str, told: Tell) -> None:
    assert told(offering(written)).splitlines()[0] == message


def test_tools_in_params_are_sent_to_their_own_key(told: Tell) -> None:
    written = offering("[]").replace("tools: []", "params: {tools: []}")

    assert "params cannot hold 'tools': write tools: on the conversation" in told(written)
