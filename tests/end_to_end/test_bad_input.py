"""Mistakes in suites are told with their place, the same by every command, and nothing runs."""

from typing import Any

import pytest

Bare = Any
"""What the fixture of conftest.py gives."""

HEAD = """\
deployments:
  main: {base_url: "http://127.0.0.1:9/v1"}
"""

HOLDING = """\
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
"""

SUITES: dict[str, tuple[str, str]] = {
    "an empty suite": (
        "",
        """\
suites/a.yaml:1:1: the file is empty
""",
    ),
    "a suite without conversations": (
        HEAD + "",
        """\
suites/a.yaml:1:1: the suite has no conversations
    1 | deployments:
        ^^^^^^^^^^^
  hint: write conversations: and a list of them
""",
    ),
    "a list": (
        """\
- id: greeting
""",
        """\
suites/a.yaml:1:1: a suite is a mapping, not a list
    1 | - id: greeting
        ^
  hint: a suite begins with conversations:
""",
    ),
    "a wrong type": (
        HEAD
        + """\
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
    repeat: often
""",
        """\
suites/a.yaml:6:13: 'repeat' must be a whole number, not 'often'
    6 |     repeat: often
                    ^^^^^
""",
    ),
    "an unknown key of the suite": (
        HEAD
        + """\
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
conversation: []
""",
        """\
suites/a.yaml:6:1: unknown key 'conversation'
    6 | conversation: []
        ^^^^^^^^^^^^
  hint: did you mean 'conversations'?
""",
    ),
    "an unknown key of a deployment": (
        """\
deployments: {main: {base_uri: 'http://127.0.0.1:9'}}
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
""",
        """\
suites/a.yaml:1:22: unknown key 'base_uri'
    1 | deployments: {main: {base_uri: 'http://127.0.0.1:9'}}
                             ^^^^^^^^
  hint: did you mean 'base_url'?
""",
    ),
    "an unknown key of a conversation": (
        HEAD
        + """\
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
    repeats: 3
""",
        """\
suites/a.yaml:6:5: unknown key 'repeats'
    6 |     repeats: 3
            ^^^^^^^
  hint: did you mean 'repeat'?
""",
    ),
    "an unknown key of a turn": (
        HEAD
        + """\
conversations:
  - id: a
    turns: [{user: hello, expects: []}]
""",
        """\
suites/a.yaml:4:5: the conversation expects nothing
    4 |   - id: a
            ^^
  hint: add expect to a turn, or write unchecked: true

suites/a.yaml:5:27: unknown key 'expects'
    5 |     turns: [{user: hello, expects: []}]
                                  ^^^^^^^
  hint: did you mean 'expect'?
""",
    ),
    "an unknown check": (
        HEAD
        + """\
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
    each_turn: [{contians: hello}]
""",
        """\
suites/a.yaml:6:18: unknown check 'contians'
    6 |     each_turn: [{contians: hello}]
                         ^^^^^^^^
  hint: did you mean 'contains'?
""",
    ),
    "an unknown field of a check": (
        HEAD
        + """\
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
    each_turn: [{contains: hello, ignorecase: true}]
""",
        """\
suites/a.yaml:6:35: unknown key 'ignorecase'
    6 |     each_turn: [{contains: hello, ignorecase: true}]
                                          ^^^^^^^^^^
  hint: did you mean 'ignore_case'?
""",
    ),
    "an unknown key of the defaults": (
        HEAD
        + """\
defaults: {reapeat: 3}
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
""",
        """\
suites/a.yaml:3:12: unknown key 'reapeat'
    3 | defaults: {reapeat: 3}
                   ^^^^^^^
  hint: did you mean 'repeat'?
""",
    ),
    "an undefined variable": (
        HEAD
        + """\
conversations:
  - id: a
    vars: {name: Ada}
    turns: [{user: "I am {{ nmae }}", expect: [{contains: Ada}]}]
""",
        """\
suites/a.yaml:6:29: undefined variable 'nmae'
    6 |     turns: [{user: "I am {{ nmae }}", expect: [{contains: Ada}]}]
                                    ^^^^
  hint: did you mean 'name'?
""",
    ),
    "a missing image": (
        HEAD
        + """\
conversations:
  - id: a
    unchecked: true
    turns: [{user: [{image: burger.png}]}]
""",
        """\
suites/a.yaml:6:29: there is no file 'burger.png'
    6 |     turns: [{user: [{image: burger.png}]}]
                                    ^^^^^^^^^^
""",
    ),
    "an image that is none": (
        HEAD
        + """\
conversations:
  - id: a
    unchecked: true
    turns: [{user: [{image: notes.txt}]}]
""",
        """\
suites/a.yaml:6:29: 'notes.txt' is not a PNG, JPEG, GIF or WebP image
    6 |     turns: [{user: [{image: notes.txt}]}]
                                    ^^^^^^^^^
""",
    ),
    "a path that leaves the project": (
        HEAD
        + """\
conversations:
  - id: a
    unchecked: true
    turns: [{user: {file: ../../secret.txt}}]
""",
        """\
suites/a.yaml:6:27: '../../secret.txt' lies outside the root
    6 |     turns: [{user: {file: ../../secret.txt}}]
                                  ^^^^^^^^^^^^^^^^
""",
    ),
    "a key that is written down": (
        """\
deployments: {main: {base_url: 'http://127.0.0.1:9', api_key: sk-12345}}
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
""",
        """\
suites/a.yaml:1:63: a key must not be written into a suite
    1 | deployments: {main: {base_url: 'http://127.0.0.1:9', api_key: ********}}
                                                                      ^^^^^^^^
  hint: name a variable: api_key: ${MY_API_KEY}
""",
    ),
    "a deployment that is not there": (
        HEAD
        + """\
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
    deployments: [mian]
""",
        """\
suites/a.yaml:6:19: no deployment is called 'mian'
    6 |     deployments: [mian]
                          ^^^^
  hint: did you mean 'main'?
""",
    ),
    "a first token without a stream": (
        HEAD
        + """\
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
    each_turn: [{latency: {first_token: 2s}}]
""",
        """\
suites/a.yaml:6:18: latency needs a stream, and 'main' does not stream
    6 |     each_turn: [{latency: {first_token: 2s}}]
                         ^^^^^^^
  hint: write stream: true, on the deployment or on the conversation
""",
    ),
    "the schema that is not sent": (
        HEAD
        + """\
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{json_schema: true}]}]
""",
        """\
suites/a.yaml:5:37: json_schema needs the schema that was sent, and none is
    5 |     turns: [{user: hello, expect: [{json_schema: true}]}]
                                            ^^^^^^^^^^^
  hint: write response_format: {json_schema: PATH}, or the schema's path here
""",
    ),
    "a key among the params": (
        HEAD
        + """\
conversations:
  - id: greeting
    params: {api_key: abc1234567890defghijkl}
    turns: [{user: hello, expect: [{contains: hello}]}]
""",
        """\
suites/a.yaml:5:23: a key must not be written into a suite
    5 |     params: {api_key: **********************}
                              ^^^^^^^^^^^^^^^^^^^^^^
  hint: send it in a header: headers: {NAME: ${MY_API_KEY}}
""",
    ),
    "a pattern that its values break": (
        HEAD
        + """\
conversations:
  - id: a
    vars: {x: '['}
    turns: [{user: hello, expect: [{regex: "{{ x }}"}]}]
""",
        """\
suites/a.yaml:6:37: '[' is no pattern: unterminated character set at position 1
    6 |     turns: [{user: hello, expect: [{regex: "{{ x }}"}]}]
                                            ^^^^^
""",
    ),
}
"""A suite, and what is told of it."""


def project(bare: Bare, suite: str) -> Any:
    return bare({"suites/a.yaml": suite, "suites/notes.txt": "no image", "pytest.ini": "[pytest]"})


@pytest.mark.parametrize(("suite", "told"), SUITES.values(), ids=list(SUITES))
def test_a_mistake_is_told_with_its_place_and_a_hint(bare: Bare, suite: str, told: str) -> None:
    ran = project(bare, suite).evalkit("validate")
    assert (ran.code, ran.out, ran.err) == (4, "", told)


@pytest.mark.parametrize(("suite", "told"), SUITES.values(), ids=list(SUITES))
def test_a_run_tells_the_same(bare: Bare, suite: str, told: str) -> None:
    ran = project(bare, suite).pytest("suites/a.yaml")
    assert (ran.code, told in ran.out) == (4, True), ran.out


def test_a_folder_without_suites_is_told(bare: Bare) -> None:
    ran = bare({"suites/notes.txt": "nothing yet"}).evalkit("run")
    told = "evalkit: there is no suite; evalkit init writes a first one (exit 5)"
    assert (ran.code, ran.out.splitlines()[-1]) == (5, told)


@pytest.mark.parametrize("command", ["run", "validate"])
def test_a_path_that_is_not_there_is_told(bare: Bare, command: str) -> None:
    ran = bare({}).evalkit(command, "suits")
    told = "no such file or folder: 'suits'\n  hint: a path is relative to the current folder\n"
    assert (ran.code, ran.out, ran.err) == (4, "", told)


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "an expression": (("-k", "hello and"), "nothing was sent, for pytest refused its arguments"),
    "an item": (("suites/a.yaml::no",), "nothing was sent, for pytest refused its arguments"),
    "a folder for reports": (("--reports", "pytest.ini"), "1 mistake, nothing was sent"),
}


@pytest.mark.parametrize(("arguments", "told"), REFUSED.values(), ids=list(REFUSED))
def test_the_last_line_gives_the_exit_code(
    bare: Bare, arguments: tuple[str, ...], told: str
) -> None:
    ran = bare({"suites/a.yaml": f"{HEAD}{HOLDING}"}).evalkit("run", *arguments)
    assert (ran.code, ran.out.splitlines()[-1]) == (4, f"evalkit: {told} (exit 4)"), ran.out


def test_a_suite_that_is_a_link_out_of_the_project_is_not_read(bare: Bare) -> None:
    made = bare({"suites/a.yaml": ""})
    (made.root / "suites/link.yaml").symlink_to("/proc/self/environ")
    told = "suites/link.yaml:1:1: 'suites/link.yaml' lies outside the root\n"
    assert told in made.evalkit("validate").err


def test_a_run_does_not_mind_options_of_plugins_that_are_not_there(bare: Bare) -> None:
    strict = "[pytest]\nstrict = true\nfilterwarnings = error\nno_such_option = 1\n"
    made = bare({"suites/a.yaml": f"{HEAD}{HOLDING}    skip: not now\n", "pytest.ini": strict})
    ran = made.evalkit("run")
    assert (ran.code, ran.out.splitlines()[-1]) == (5, "evalkit: every item is skipped (exit 5)")
