"""What each api adds to a deployment: the script of `scripted`, the callable of `python`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import Mistakes
from evalkit.loader.load import Loaded, load

CONVERSATIONS = """
conversations:
  - id: one
    turns: [{user: hello, expect: [{contains: hi}]}]
"""

CALLS = """
LIMIT = 3

def answer(messages):
    return "hi"

class Bot:
    @staticmethod
    def answer(messages):
        return "hi"
"""

FILES = {
    "suites/scripts/good.yaml": "rules: [{reply: hi}]\n",
    "suites/scripts/slip.yaml": "rules:\n  - repply: hi\n",
    "suites/scripts/list.yaml": "- reply: hi\n",
    "suites/scripts/empty.yaml": "",
    "suites/scripts/tab.yaml": "rules:\n\t- reply: hi\n",
    "suites/calls.py": CALLS,
    "suites/raises.py": "raise RuntimeError('no luck')\n",
    "suites/exits.py": "import sys\n\nsys.exit(0)\n",
    "suites/needs.py": "import no_such_module_of_a_test\n",
    "suites/broken.py": "def (:\n",
    "suites/folder.py/calls.txt": "",
    "evalkit_test_calls.py": CALLS,
}


def load_main(root: Path, api: str, line: str) -> Loaded:
    """Load a suite whose one deployment has this api, and one more line, the fourth."""
    text = f"deployments:\n  main:\n    api: {api}\n    {line}\n"
    for name, content in {**FILES, "suites/a.yaml": text + CONVERSATIONS}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return load(root, [root / "suites/a.yaml"])


def told(root: Path, api: str, line: str) -> str:
    return str(Mistakes(load_main(root, api, line).mistakes))


def options(root: Path, api: str, line: str, environ: Mapping[str, str]) -> Any:
    loaded = load_main(root, api, line)
    assert loaded.mistakes == ()
    return loaded.suites[0].deployments[0].resolve(environ).options


SCRIPTS = [
    pytest.param("script: scripts/good.yaml", {}, id="a path"),
    pytest.param("script: {rules: [{reply: hi}]}", {}, id="the script itself"),
    pytest.param("script: ${SCRIPT}", {"SCRIPT": "scripts/good.yaml"}, id="a variable"),
    pytest.param("script: scripts/${NAME:-good}.yaml", {}, id="a part of the path"),
    pytest.param('script: {rules: [{reply: "${R}"}]}', {"R": "hi"}, id="a variable in a reply"),
]


@pytest.mark.parametrize(("line", "environ"), SCRIPTS)
def test_a_script_is_read(tmp_path: Path, line: str, environ: dict[str, str]) -> None:
    script = options(tmp_path, "scripted", line, environ).script

    assert script.rules[0].reply[0].text == "hi"


UNFIT_SCRIPTS = [
    pytest.param(
        "model: m",
        "suites/a.yaml:3:5: missing key 'script'\n    3 |     api: scripted\n            ^^^",
        id="no script",
    ),
    pytest.param(
        "scrip: scripts/good.yaml",
        "suites/a.yaml:4:5: unknown key 'scrip'\n"
        "    4 |     scrip: scripts/good.yaml\n"
        "            ^^^^^\n"
        "  hint: did you mean 'script'?",
        id="a slip in the key",
    ),
    pytest.param(
        "script: 7",
        "suites/a.yaml:4:13: 'script' must be a mapping, not 7\n"
        "    4 |     script: 7\n"
        "                    ^",
        id="a number",
    ),
    pytest.param(
        "script: scripts/god.yaml",
        "suites/a.yaml:4:13: there is no file 'scripts/god.yaml'\n"
        "    4 |     script: scripts/god.yaml\n"
        "                    ^^^^^^^^^^^^^^^^\n"
        "  hint: did you mean 'good.yaml'?",
        id="a slip in the path",
    ),
    pytest.param(
        "script: scripts",
        "suites/a.yaml:4:13: 'scripts' is a folder\n"
        "    4 |     script: scripts\n"
        "                    ^^^^^^^",
        id="a folder",
    ),
    pytest.param(
        "script: scripts/slip.yaml",
        "suites/scripts/slip.yaml:2:5: missing key 'reply'\n"
        "    2 |   - repply: hi\n"
        "            ^^^^^^\n\n"
        "suites/scripts/slip.yaml:2:5: unknown key 'repply'\n"
        "    2 |   - repply: hi\n"
        "            ^^^^^^\n"
        "  hint: did you mean 'reply'?",
        id="a slip in the script",
    ),
    pytest.param(
        "script: scripts/list.yaml",
        "suites/scripts/list.yaml:1:1: 'script' must be a mapping, not a list\n"
        "    1 | - reply: hi\n"
        "        ^",
        id="a list in the script",
    ),
    pytest.param(
        "script: scripts/empty.yaml",
        "suites/scripts/empty.yaml:1:1: the file is empty",
        id="an empty script",
    ),
    pytest.param(
        "script: scripts/tab.yaml",
        "suites/scripts/tab.yaml:2:1: a tab cannot indent a line\n"
        "    2 | \t- reply: hi\n"
        "        ^\n"
        "  hint: indent with spaces",
        id="a tab in the script",
    ),
    pytest.param(
        "script: scripts/god.yaml\n    retry: {tries: 0}",
        "suites/a.yaml:4:13: there is no file 'scripts/god.yaml'\n"
        "    4 |     script: scripts/god.yaml\n"
        "                    ^^^^^^^^^^^^^^^^\n"
        "  hint: did you mean 'good.yaml'?\n\n"
        "suites/a.yaml:5:20: 'tries' must be at least 1, not 0\n"
        "    5 |     retry: {tries: 0}\n"
        "                           ^",
        id="a path and something else",
    ),
]


@pytest.mark.parametrize(("line", "message"), UNFIT_SCRIPTS)
def test_a_script_that_cannot_be_used_is_told(tmp_path: Path, line: str, message: str) -> None:
    assert told(tmp_path, "scripted", line) == message


def test_a_script_named_by_a_variable_is_looked_for_when_it_is_known(tmp_path: Path) -> None:
    (suite,) = load_main(tmp_path, "scripted", "script: ${SCRIPT}").suites

    with pytest.raises(Mistakes) as refused:
        suite.deployments[0].resolve({"SCRIPT": "scripts/god.yaml"})

    assert str(refused.value) == (
        "suites/a.yaml:4:13: there is no file 'scripts/god.yaml'\n"
        "    4 |     script: ${SCRIPT}\n"
        "                    ^^^^^^^^^\n"
        "  hint: did you mean 'good.yaml'?"
    )


CALLABLES = [
    pytest.param("call: calls.py:answer", {}, id="a file beside the suite"),
    pytest.param("call: calls.py:Bot.answer", {}, id="a method of a class"),
    pytest.param("call: evalkit_test_calls:answer", {}, id="a module of the root"),
    pytest.param("call: ${CALL}", {"CALL": "calls.py:answer"}, id="a variable"),
]


@pytest.mark.parametrize(("line", "environ"), CALLABLES)
def test_a_callable_is_found(tmp_path: Path, line: str, environ: dict[str, str]) -> None:
    assert options(tmp_path, "python", line, environ).call([]) == "hi"


FORM = "write module:name, or path/to/file.py:name"
INSTALL = "install it, or check the name"

UNFIT_CALLABLES = [
    pytest.param("calls.py", "'calls.py' names no callable", FORM, id="no name"),
    pytest.param(".calls:answer", "'.calls:answer' names no callable", FORM, id="relative"),
    pytest.param("https://x:y", "'https://x:y' names no callable", FORM, id="a URL"),
    pytest.param(
        "calls.py:anser",
        "'calls.py' has nothing called 'anser'",
        "did you mean 'answer'?",
        id="a slip in the name",
    ),
    pytest.param("calls.py:LIMIT", "'calls.py' has no callable called 'LIMIT'", "", id="a number"),
    pytest.param(
        "call.py:answer", "there is no file 'call.py'", "did you mean 'calls.py'?", id="a file"
    ),
    pytest.param("../../c.py:f", "'../../c.py' lies outside the root", "", id="outside"),
    pytest.param("folder.py:f", "'folder.py' is no Python file", "", id="a folder"),
    pytest.param("nowhere_9:f", "there is no module 'nowhere_9'", INSTALL, id="no module"),
    pytest.param("nowhere_9.a:f", "there is no module 'nowhere_9'", INSTALL, id="no package"),
    pytest.param(
        "needs.py:f",
        "there is no module 'no_such_module_of_a_test', which 'needs.py' imports",
        INSTALL,
        id="an import of the file",
    ),
    pytest.param(
        "raises.py:f",
        "'raises.py' cannot be imported: RuntimeError: no luck",
        "",
        id="a file that raises",
    ),
    pytest.param(
        "exits.py:f", "'exits.py' cannot be imported: SystemExit: 0", "", id="a file that exits"
    ),
    pytest.param(
        "broken.py:f",
        "'broken.py' cannot be imported: SyntaxError: invalid syntax (broken.py, line 1)",
        "",
        id="a file that is no Python",
    ),
    pytest.param(
        "7",
        "'call' must be the place of a callable, such as module:name, not 7",
        "",
        id="a digit",
    ),
]


@pytest.mark.parametrize(("written", "message", "hint"), UNFIT_CALLABLES)
def test_a_callable_that_cannot_be_found_is_told(
    tmp_path: Path, written: str, message: str, hint: str
) -> None:
    lines = [
        f"suites/a.yaml:4:11: {message}",
        f"    4 |     call: {written}",
        f"                  {'^' * len(written)}",
        *([f"  hint: {hint}"] if hint else []),
    ]

    assert told(tmp_path, "python", f"call: {written}") == "\n".join(lines)


def test_a_deployment_without_a_callable_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, "python", "model: m") == (
        "suites/a.yaml:3:5: missing key 'call'\n    3 |     api: python\n            ^^^"
    )


BODY = "base_url: http://h/v1\n    reply: $.a\n    body:"

UNFIT_ENDPOINTS = [
    pytest.param(
        BODY + ' {q: ["{{ promt }}"]}',
        "suites/a.yaml:6:20: undefined variable 'promt'\n"
        '    6 |     body: {q: ["{{ promt }}"]}\n'
        "                           ^^^^^\n"
        "  hint: did you mean 'prompt'?",
        id="a slip in a template",
    ),
    pytest.param(
        BODY + ' "{{ session }}"',
        "suites/a.yaml:6:15: undefined variable 'session'\n"
        '    6 |     body: "{{ session }}"\n'
        "                      ^^^^^^^\n"
        "  hint: there are messages, model, params, prompt, response_format, stream, system, tools",
        id="an unknown variable",
    ),
    pytest.param(
        BODY + ' "{{ prompt"',
        "suites/a.yaml:6:11: invalid template: unexpected end of template, expected 'end of print "
        "statement'\n"
        '    6 |     body: "{{ prompt"\n'
        "                  ^^^^^^^^^^^\n"
        "  hint: 'template: false' sends braces as they are",
        id="a broken template",
    ),
    pytest.param(
        "base_url: http://h/v1\n    reply: $.a[",
        "suites/a.yaml:5:12: '$.a[' is no JSONPath: unexpected end of query at position 5\n"
        "    5 |     reply: $.a[\n"
        "                   ^^^^",
        id="no path",
    ),
    pytest.param(
        "base_url: http://h/v1\n    error: $.a",
        "suites/a.yaml:3:5: 'error' needs 'reply', the path of the text, beside it\n"
        "    3 |     api: http\n"
        "            ^^^",
        id="no reply",
    ),
]


@pytest.mark.parametrize(("line", "message"), UNFIT_ENDPOINTS)
def test_an_endpoint_that_does_not_fit_is_told(tmp_path: Path, line: str, message: str) -> None:
    assert told(tmp_path, "http", line) == message


def test_a_body_keeps_its_templates_and_has_its_variables(tmp_path: Path) -> None:
    found = options(tmp_path, "http", BODY + ' {q: "{{ prompt }}", id: "${ID}"}', {"ID": "7"})

    assert found.body == {"q": "{{ prompt }}", "id": "7"}
