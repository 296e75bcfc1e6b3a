"""Whole suites and folders of them: what is loaded, and all mistakes at once in reading order."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from evalkit.errors import Mistakes
from evalkit.loader.load import Loaded, Loader, load
from evalkit.model.chat import TextPart
from evalkit.model.suite import Conversation

DEPLOYMENTS = 'deployments: {main: {base_url: "https://api.example.com/v1"}}\n'

SUITE = """\
conversations:
  - id: one
    turns: [{user: hello, expect: [{contains: hi}]}]
"""

BAD = """\
conversations:
  - id: one
    turns: [{user: hello, expect: [{contians: hi}]}]
    repeat: 0
"""


def load_files(root: Path, files: Mapping[str, str], *suites: str) -> Loaded:
    """Write files and load those named, or all but deployments."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    named = suites or [name for name in files if not name.endswith("deployments.yaml")]
    return load(root, [root / name for name in named])


def told(loaded: Loaded) -> str:
    return str(Mistakes(loaded.mistakes))


def only(root: Path, files: Mapping[str, str]) -> Conversation:
    """Give the one conversation of files that have no mistakes."""
    loaded = load_files(root, files)
    assert told(loaded) == ""
    return loaded.suites[0].conversations[0]


def test_a_suite_knows_its_file_and_its_conversations(tmp_path: Path) -> None:
    text = f"description: A test\n{DEPLOYMENTS}{SUITE}"

    (suite,) = load_files(tmp_path, {"suites/deep/a.yaml": text}).suites

    assert (suite.file, suite.description, [one.id for one in suite.conversations]) == (
        "suites/deep/a.yaml",
        "A test",
        ["one"],
    )


def test_keys_for_anchors_are_left_alone(tmp_path: Path) -> None:
    aliased = SUITE.replace("[{contains: hi}]", "*hi")
    text = f"x-hi: &hi [{{contains: hi}}]\n{DEPLOYMENTS}{aliased}"

    conversation = only(tmp_path, {"a.yaml": text})

    assert [demand.name for demand in conversation.turns[0].expect] == ["complete", "contains"]


def test_all_mistakes_of_all_files_are_told_in_reading_order(tmp_path: Path) -> None:
    files = {
        "suites/b.yaml": BAD,
        "suites/a.yaml": f"{SUITE}    repeat: often\n    tag: [x]\n",
        "suites/deployments.yaml": "deployments:\n  main: {base_url: nowhere}\ndefalts: {}\n",
    }

    loaded = load_files(tmp_path, files)

    assert told(loaded) == (
        "suites/a.yaml:4:13: 'repeat' must be a whole number, not 'often'\n"
        "    4 |     repeat: often\n"
        "                    ^^^^^\n\n"
        "suites/a.yaml:5:5: unknown key 'tag'\n"
        "    5 |     tag: [x]\n"
        "            ^^^\n"
        "  hint: did you mean 'tags'?\n\n"
        "suites/b.yaml:3:37: unknown check 'contians'\n"
        "    3 |     turns: [{user: hello, expect: [{contians: hi}]}]\n"
        "                                            ^^^^^^^^\n"
        "  hint: did you mean 'contains'?\n\n"
        "suites/b.yaml:4:13: 'repeat' must be at least 1, not 0\n"
        "    4 |     repeat: 0\n"
        "                    ^\n\n"
        "suites/deployments.yaml:2:20: 'base_url' must be a URL such as "
        "https://api.example.com/v1\n"
        "    2 |   main: {base_url: nowhere}\n"
        "                           ^^^^^^^\n\n"
        "suites/deployments.yaml:3:1: unknown key 'defalts'\n"
        "    3 | defalts: {}\n"
        "        ^^^^^^^\n"
        "  hint: did you mean 'defaults'?"
    )


def test_a_suite_with_a_mistake_does_not_keep_others_from_being_loaded(tmp_path: Path) -> None:
    files = {"a.yaml": BAD, "b.yaml": SUITE, "deployments.yaml": DEPLOYMENTS}

    loaded = load_files(tmp_path, files)

    assert [suite.file for suite in loaded.suites] == ["b.yaml"]


def test_a_mistake_of_a_shared_file_is_told_once(tmp_path: Path) -> None:
    files = {"a.yaml": SUITE, "b.yaml": SUITE, "deployments.yaml": "defaults: {repeat: 3, x: 1}\n"}

    loaded = load_files(tmp_path, files)

    assert told(loaded) == (
        "deployments.yaml:1:23: unknown key 'x'\n"
        "    1 | defaults: {repeat: 3, x: 1}\n"
        "                              ^"
    )


EMPTY_HINT = "  hint: write conversations: and a list of them"

SHAPES = {
    "nothing": ("", "a.yaml:1:1: the file is empty"),
    "comments": ("# nothing\n\n# at all\n", "a.yaml:1:1: the file is empty"),
    "a text": (
        "hello\n",
        (
            "a.yaml:1:1: a suite is a mapping, not 'hello'\n"
            "    1 | hello\n"
            "        ^^^^^\n"
            "  hint: a suite begins with conversations:"
        ),
    ),
    "a list": (
        "- id: one\n",
        (
            "a.yaml:1:1: a suite is a mapping, not a list\n"
            "    1 | - id: one\n"
            "        ^\n"
            "  hint: a suite begins with conversations:"
        ),
    ),
    "no conversations": (
        "description: x\n",
        (
            "a.yaml:1:1: the suite has no conversations\n"
            "    1 | description: x\n"
            "        ^^^^^^^^^^^\n"
            f"{EMPTY_HINT}"
        ),
    ),
    "an empty list of conversations": (
        "conversations: []\n",
        (
            "a.yaml:1:16: the suite has no conversations\n"
            "    1 | conversations: []\n"
            "                       ^^\n"
            f"{EMPTY_HINT}"
        ),
    ),
    "a conversation that is a text": (
        "conversations: [one]\n",
        (
            "a.yaml:1:17: a conversation is a mapping, not 'one'\n"
            "    1 | conversations: [one]\n"
            "                        ^^^\n"
            "  hint: write its keys, such as id and turns"
        ),
    ),
    "a key of a conversation": (
        f"repeat: 3\n{SUITE}",
        (
            "a.yaml:1:1: unknown key 'repeat'\n"
            "    1 | repeat: 3\n"
            "        ^^^^^^\n"
            "  hint: put it under 'defaults'"
        ),
    ),
}


@pytest.mark.parametrize(("text", "message"), SHAPES.values(), ids=list(SHAPES))
def test_what_is_no_suite_is_told(tmp_path: Path, text: str, message: str) -> None:
    assert told(load_files(tmp_path, {"a.yaml": text})) == message


TWINS = {
    "the same": ("one", "one"),
    "capitals": ("One", "one"),
    "more capitals": ("A-B", "a-b"),
}


@pytest.mark.parametrize(("first", "second"), TWINS.values(), ids=list(TWINS))
def test_an_id_that_is_used_twice_is_told(tmp_path: Path, first: str, second: str) -> None:
    one = f"  - {{id: {first}, unchecked: true, turns: [{{user: x}}]}}\n"
    other = one.replace(first, second)

    loaded = load_files(tmp_path, {"a.yaml": f"{DEPLOYMENTS}conversations:\n{one}{other}"})

    place = loaded.mistakes[0].span
    assert (place.line, place.column) == (4, 6)
    assert (loaded.mistakes[0].message, loaded.mistakes[0].hints) == (
        f"the id {second!r} is used twice",
        ("the other one is at a.yaml:3:6",),
    )


def test_an_id_may_be_used_in_two_suites(tmp_path: Path) -> None:
    files = {"a.yaml": SUITE, "b.yaml": SUITE, "deployments.yaml": DEPLOYMENTS}

    assert told(load_files(tmp_path, files)) == ""


def test_an_id_outside_ascii_is_refused_before_it_can_collide(tmp_path: Path) -> None:
    text = SUITE.replace("one", "cafe\N{COMBINING ACUTE ACCENT}")

    (mistake,) = load_files(tmp_path, {"a.yaml": DEPLOYMENTS + text}).mistakes

    assert mistake.message == "'cafe\N{COMBINING ACUTE ACCENT}' cannot be an id"


FOLDERS = {
    "deployments.yaml": DEPLOYMENTS + "defaults: {tags: [far], vars: {a: 1, b: 1}, repeat: 2}\n",
    "suites/deployments.yaml": "defaults: {tags: [near], vars: {b: 2, c: 2}, repeat: 3}\n",
    "suites/a.yaml": f"defaults: {{tags: [suite], vars: {{c: 3}}}}\n{SUITE}    tags: [own]\n",
}


def test_defaults_of_folders_are_merged_the_nearest_last(tmp_path: Path) -> None:
    conversation = only(tmp_path, FOLDERS)

    assert (conversation.tags, conversation.vars, conversation.repeat) == (
        ("far", "near", "suite", "own"),
        {"a": 1, "b": 2, "c": 3},
        3,
    )


def test_a_file_of_the_defaults_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    files = {
        "deployments.yaml": f"{DEPLOYMENTS}defaults: {{system: {{file: prompts/a.md}}}}\n",
        "prompts/a.md": "Be kind.\n",
        "suites/deep/a.yaml": SUITE,
    }

    (suite,) = load_files(tmp_path, files, "suites/deep/a.yaml").suites

    assert suite.conversations[0].system == (TextPart(text="Be kind."),)


def test_a_mistake_in_defaults_is_told_in_the_file_that_holds_them(tmp_path: Path) -> None:
    files = {"deployments.yaml": f"{DEPLOYMENTS}defaults: {{repeat: 0}}\n", "suites/a.yaml": SUITE}

    assert told(load_files(tmp_path, files)) == (
        "deployments.yaml:2:20: 'repeat' must be at least 1, not 0\n"
        "    2 | defaults: {repeat: 0}\n"
        "                           ^"
    )


NO_SHARED = {
    "conversations": (
        SUITE,
        (
            "deployments.yaml:1:1: unknown key 'conversations'\n"
            "    1 | conversations:\n"
            "        ^^^^^^^^^^^^^\n"
            "  hint: 'conversations' is a key of the suite"
        ),
    ),
    "comments": ("# nothing yet\n", "deployments.yaml:1:1: the file is empty"),
    "an id": (
        "defaults: {id: x}\n",
        (
            "deployments.yaml:1:12: 'id' cannot have a default\n"
            "    1 | defaults: {id: x}\n"
            "                   ^^"
        ),
    ),
    "defaults that are a list": (
        "defaults: [x]\n",
        (
            "deployments.yaml:1:11: 'defaults' must be a mapping, not a list\n"
            "    1 | defaults: [x]\n"
            "                  ^^^"
        ),
    ),
}


@pytest.mark.parametrize(("text", "message"), NO_SHARED.values(), ids=list(NO_SHARED))
def test_what_a_folder_cannot_share_is_told(tmp_path: Path, text: str, message: str) -> None:
    loaded = load_files(tmp_path, {"deployments.yaml": text, "a.yaml": DEPLOYMENTS + SUITE})

    assert told(loaded) == message


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    loaded = load(tmp_path, [tmp_path / "gone.yaml"])

    assert told(loaded) == ("gone.yaml:1:1: 'gone.yaml' cannot be read: no such file or directory")


def test_a_suite_that_is_loaded_again_has_the_same_mistakes_told_once(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("conversations: [\n", encoding="utf-8")
    loader = Loader(tmp_path)

    loader.load(file)
    loader.load(file)

    assert len(Mistakes(loader.mistakes).mistakes) == 1


def test_what_suites_share_is_no_suite(tmp_path: Path) -> None:
    file = "suites/deployments.yaml"
    assert told(load_files(tmp_path, {file: DEPLOYMENTS}, file)) == (
        f"{file}:1:1: this is no suite, but what suites share\n  hint: name a suite or a folder"
    )


def test_what_suites_share_is_a_mapping(tmp_path: Path) -> None:
    files = {"suites/deployments.yaml": "- a\n", "suites/a.yaml": f"{DEPLOYMENTS}{SUITE}"}
    assert told(load_files(tmp_path, files)) == (
        "suites/deployments.yaml:1:1: deployments.yaml is a mapping, not a list\n"
        "    1 | - a\n"
        "        ^\n"
        "  hint: deployments.yaml begins with deployments:"
    )


TRAPS = """\
deployments: {main: {base_url: "https://api.example.com/v1"}}
conversations:
  - id: one
    repeat: often
    turns:
      - user: hello
        expect: [{contains: }]
      - user: again
        expect: [{contians: hi}]
    repeat: 3
"""


def test_a_trap_hides_no_other_mistake_of_its_file(tmp_path: Path) -> None:
    loaded = load_files(tmp_path, {"suites/a.yaml": TRAPS})
    places = [(one.span.line, one.message) for one in Mistakes(loaded.mistakes).mistakes]
    assert places == [
        (7, "'contains' has no value"),
        (9, "unknown check 'contians'"),
        (10, "duplicate key 'repeat', first on line 4"),
    ]
