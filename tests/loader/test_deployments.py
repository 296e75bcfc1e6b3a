"""Deployments: what may be written, who inherits which, and how variables are filled in."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from evalkit.errors import Mistakes
from evalkit.loader.fields import DEPLOYMENT_KEYS
from evalkit.loader.load import Loaded, load
from evalkit.model.deployment import Deployment
from evalkit.planner import Choice, plan

CONVERSATIONS = """
conversations:
  - id: one
    turns: [{user: hello, expect: [{contains: hi}]}]
"""

MAIN = "deployments:\n  main:\n    base_url: https://api.example.com/v1\n    "


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def load_suite(root: Path, text: str) -> Loaded:
    """Load a suite of `text` and one conversation."""
    write(root, {"suites/a.yaml": text + CONVERSATIONS})
    return load(root, [root / "suites/a.yaml"])


def brief(mistakes: Mistakes) -> list[str]:
    return [
        " | ".join((f"{one.span.line}:{one.span.column} {one.message}", *one.hints))
        for one in mistakes.mistakes
    ]


def told(root: Path, line: str) -> list[str]:
    """Tell what is wrong with a deployment that has one more line, its fourth."""
    return brief(Mistakes(load_suite(root, MAIN + line).mistakes))


def resolve(root: Path, line: str, environ: Mapping[str, str]) -> Deployment:
    loaded = load_suite(root, MAIN + line)
    assert loaded.mistakes == ()
    return loaded.suites[0].deployments[0].resolve(environ)


def test_a_deployment_that_names_its_address_alone_has_the_defaults(tmp_path: Path) -> None:
    built = resolve(tmp_path, "", {})

    assert (built.api, built.model, built.stream, built.limits.concurrency) == (
        "chat_completions",
        None,
        False,
        8,
    )


WRITTEN = [
    pytest.param("model: 7", "model", "7", id="a model that looks like a number"),
    pytest.param("model: null", "model", None, id="no model"),
    pytest.param("stream: true", "stream", True, id="a stream"),
    pytest.param("path: /generate", "path", "/generate", id="a path"),
    pytest.param("params: {temperature: 0, stop: [a]}", "params", None, id="params"),
    pytest.param("headers: {X-Team: 7}", "headers", {"X-Team": "7"}, id="a header of digits"),
    pytest.param("api_key: null", "api_key", None, id="no key"),
]


@pytest.mark.parametrize(("line", "key", "value"), WRITTEN)
def test_a_value_is_kept_as_written(tmp_path: Path, line: str, key: str, value: object) -> None:
    wanted = {"temperature": 0, "stop": ["a"]} if key == "params" else value

    assert getattr(resolve(tmp_path, line, {}), key) == wanted


KEYS_OF_ALL = f"its keys are {', '.join(DEPLOYMENT_KEYS)}"

REFUSED = [
    pytest.param("modle: m", ["4:5 unknown key 'modle' | did you mean 'model'?"], id="a slip"),
    pytest.param("turns: 3", ["4:5 unknown key 'turns' | 'turns' is a key of a conversation"]),
    pytest.param("temperature: 0", ["4:5 unknown key 'temperature' | put it under 'params'"]),
    pytest.param(
        "name: x", [f"4:5 unknown key 'name' | {KEYS_OF_ALL}"], id="a key of the loader's own"
    ),
    pytest.param("options: {}", [f"4:5 unknown key 'options' | {KEYS_OF_ALL}"], id="another one"),
    pytest.param(
        "script: s.yaml", [f"4:5 unknown key 'script' | {KEYS_OF_ALL}"], id="a key of another api"
    ),
    pytest.param("stream: yes", ["4:13 'stream' must be true or false, not 'yes'"], id="yes"),
    pytest.param("default: 1", ["4:14 'default' must be true or false, not 1"], id="1"),
    pytest.param(
        "params: {messages: []}",
        ["4:13 params cannot hold 'messages': they are the turns of a conversation"],
        id="a param that is none",
    ),
    pytest.param("params: 3", ["4:13 'params' must be a mapping, not 3"], id="params of 3"),
    pytest.param("headers: x", ["4:14 'headers' must be a mapping, not 'x'"], id="headers of x"),
    pytest.param("headers: {a: [1]}", ["4:18 'a' must be text, not a list"], id="a list header"),
    pytest.param(
        'headers: {a: "x\\ny"}',
        ["4:18 a header cannot hold line breaks, controls or letters beyond Latin-1"],
        id="a line break in a header",
    ),
    pytest.param("timeout: 3s", ["4:14 'timeout' must be a mapping, not '3s'"], id="one timeout"),
    pytest.param(
        "timeout: {totl: 3s}", ["4:15 unknown key 'totl' | did you mean 'total'?"], id="a clock"
    ),
    pytest.param(
        "timeout: {total: 10x}",
        ["4:22 '10x' is no duration: write 800ms, 2s, 10m or a number of seconds"],
        id="a unit",
    ),
    pytest.param(
        "timeout: {total: true}", ["4:22 'total' must be a number, not true"], id="a true duration"
    ),
    pytest.param(
        "timeout: {idle: 0}", ["4:21 'idle' must be greater than 0, not 0"], id="no time at all"
    ),
    pytest.param(
        'headers: {"a b": c}', ["4:15 'a b' is no header: use letters, digits and -"], id="a space"
    ),
    pytest.param("retry: {tries: 0}", ["4:20 'tries' must be at least 1, not 0"], id="no try"),
    pytest.param(
        "retry: {tries: 1.5}", ["4:20 'tries' must be a whole number, not 1.5"], id="half a try"
    ),
    pytest.param(
        "limits: {concurrency: 20000}",
        ["4:27 'concurrency' must be at most 10000, not 20000"],
        id="too much at once",
    ),
    pytest.param(
        "api: chat_completion",
        ["4:10 unknown api 'chat_completion' | did you mean 'chat_completions'?"],
        id="nearly an api",
    ),
    pytest.param(
        "api: grpc",
        [
            (
                "4:10 unknown api 'grpc' | there are chat_completions, http, messages, python, "
                "responses, scripted"
            )
        ],
        id="no api",
    ),
    pytest.param("api: [x]", ["4:10 'api' must be text, not a list"], id="a list of apis"),
    pytest.param(
        "default: ${DEFAULT}", ["4:14 'default' must be true or false, not a variable"], id="flag"
    ),
    pytest.param(
        "model: ${MODEL",
        ["4:12 '${' begins no variable | write ${NAME} or ${NAME:-default}"],
        id="an open variable",
    ),
    pytest.param(
        "model: ${MODEL-gpt}",
        ["4:12 '${' begins no variable | write ${NAME} or ${NAME:-default}"],
        id="a default without a colon",
    ),
    pytest.param(
        "model: ${MODEL:-${OTHER}}",
        ["4:12 '${' begins no variable | write ${NAME} or ${NAME:-default}"],
        id="a variable in a default",
    ),
    pytest.param(
        "strem: true\n    retry: {tries: 0}\n    timeout: {idle: soon}",
        [
            "4:5 unknown key 'strem' | did you mean 'stream'?",
            "5:20 'tries' must be at least 1, not 0",
            "6:21 'soon' is no duration: write 800ms, 2s, 10m or a number of seconds",
        ],
        id="three at once",
    ),
]


@pytest.mark.parametrize(("line", "messages"), REFUSED)
def test_a_wrong_line_is_told(tmp_path: Path, line: str, messages: list[str]) -> None:
    found = told(tmp_path, line)

    assert [message.split(" | put quotes")[0] for message in found] == messages


SHAPES = [
    pytest.param(
        "deployments: [a]\n",
        "suites/a.yaml:1:14: 'deployments' must be a mapping of names, not a list\n"
        "    1 | deployments: [a]\n"
        "                     ^^^",
        id="a list",
    ),
    pytest.param(
        "deployments:\n  main: https://api.example.com/v1\n",
        "suites/a.yaml:2:9: a deployment is a mapping, not 'https://api.example.com/v1'\n"
        "    2 |   main: https://api.example.com/v1\n"
        "                ^^^^^^^^^^^^^^^^^^^^^^^^^^",
        id="a URL",
    ),
    pytest.param(
        "deployments:\n  main: {model: gpt-4o}\n",
        "suites/a.yaml:2:3: missing key 'base_url'\n"
        "    2 |   main: {model: gpt-4o}\n"
        "          ^^^^",
        id="no address",
    ),
    pytest.param(
        "deployments:\n  main: {base_url: null}\n",
        "suites/a.yaml:2:3: missing key 'base_url'\n"
        "    2 |   main: {base_url: null}\n"
        "          ^^^^",
        id="an address of null",
    ),
    pytest.param(
        "deployments:\n  main: {api: messages, model: m}\n",
        "suites/a.yaml:2:3: missing key 'base_url'\n"
        "    2 |   main: {api: messages, model: m}\n"
        "          ^^^^",
        id="no address for another API over HTTP",
    ),
]


@pytest.mark.parametrize(("text", "message"), SHAPES)
def test_a_deployment_of_the_wrong_shape_is_told(tmp_path: Path, text: str, message: str) -> None:
    assert str(Mistakes(load_suite(tmp_path, text).mistakes)) == message


KEYS = [
    "api_key: sk-12345",
    "api_key: $MY_API_KEY",
    "api_key: ${KEY:-sk-proj-0123456789abcdef0123456789}",
]


@pytest.mark.parametrize("line", KEYS)
def test_a_key_is_refused_without_being_shown(tmp_path: Path, line: str) -> None:
    loaded = load_suite(tmp_path, MAIN + line)

    stars = "*" * len(line.removeprefix("api_key: "))
    assert str(Mistakes(loaded.mistakes)) == (
        "suites/a.yaml:4:14: a key must not be written into a suite\n"
        f"    4 |     api_key: {stars}\n                     {stars.replace('*', '^')}\n"
        "  hint: name a variable: api_key: ${MY_API_KEY}"
    )


HEADERS = [
    "Authorization: Bearer 0123456789abcdef",
    "X-Api-Key: 0123456789abcdef",
    "X-Other: sk-proj-0123456789abcdef0123456789",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_key_in_a_header_is_refused_without_being_shown(tmp_path: Path, header: str) -> None:
    loaded = load_suite(tmp_path, f"{MAIN}headers: {{{header}}}")

    column = 14 + header.index(":") + 3
    name, _, value = header.partition(": ")
    told = str(Mistakes(loaded.mistakes))
    assert told.startswith(f"suites/a.yaml:4:{column}: a key must not be written into a suite\n")
    assert f"headers: {{{name}: {'*' * len(value)}}}\n" in told
    assert value not in told


@pytest.mark.parametrize("part", ["headers", "query", "extra"])
@pytest.mark.parametrize("header", HEADERS)
def test_a_key_in_a_profile_is_refused_without_being_shown(
    tmp_path: Path, part: str, header: str
) -> None:
    loaded = load_suite(tmp_path, f"{MAIN}profile: {{{part}: {{{header}}}}}")

    told = str(Mistakes(loaded.mistakes))
    assert "a key must not be written into a suite" in told
    assert "hint: put it under the deployment's headers" in told
    assert header.partition(": ")[2] not in told


def test_a_key_is_not_shown_by_another_mistake_on_its_line(tmp_path: Path) -> None:
    loaded = load_suite(tmp_path, "deployments:\n  main: {api_key: sk-12345, strem: true}\n")

    assert len(loaded.mistakes) > 1
    assert "sk-12345" not in str(Mistakes(loaded.mistakes))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("api_key: [a]", "4:14 'api_key' must be text, not a list"),
        ("api_key: {file: key.txt}", "4:14 'api_key' must be text, not a mapping"),
    ],
    ids=["a list", "a file"],
)
def test_a_key_that_is_no_text_is_told(tmp_path: Path, line: str, message: str) -> None:
    assert told(tmp_path, line) == [message]


URL = "must be a URL such as https://api.example.com/v1"

ADDRESSES = [
    pytest.param("ftp://x/v1", f"'base_url' {URL}", id="another scheme"),
    pytest.param("api.example.com/v1", f"'base_url' {URL}", id="no scheme"),
    pytest.param("http://[::1", f"'base_url' {URL}", id="half an IPv6 address"),
    pytest.param("https://x:99999/v1", f"'base_url' {URL}", id="no port"),
    pytest.param("https://x y/v1", f"'base_url' {URL}", id="a space"),
    pytest.param("''", f"'base_url' {URL}", id="nothing"),
    pytest.param("https://x/v1#f", "'base_url' must not hold a query or fragment", id="fragment"),
    pytest.param(
        "https://x/v1?key=1", "'base_url' must not hold a query or fragment", id="a query"
    ),
    pytest.param(
        "https://u:pw@x/v1", "'base_url' must not hold a user name or password", id="a password"
    ),
]


@pytest.mark.parametrize(("address", "message"), ADDRESSES)
def test_an_address_that_cannot_be_called_is_told(
    tmp_path: Path, address: str, message: str
) -> None:
    loaded = load_suite(tmp_path, f"deployments:\n  main:\n    base_url: {address}\n")

    assert brief(Mistakes(loaded.mistakes)) == [f"3:15 {message}"]


@pytest.mark.parametrize("address", ["https://u:pw@x/v1", "https://x/v1?key=1"])
def test_an_address_with_a_secret_is_not_shown(tmp_path: Path, address: str) -> None:
    loaded = load_suite(tmp_path, f"deployments:\n  main:\n    base_url: {address}\n")

    assert [mistake.text for mistake in loaded.mistakes] == [f"    base_url: {'*' * len(address)}"]


@pytest.mark.parametrize(
    "written",
    ["https://x/v1", "https://x/v1/", "'  https://x/v1 '", "https://x/v1/chat/completions/"],
    ids=["plain", "a slash", "spaces", "the whole endpoint"],
)
def test_an_address_is_written_in_several_ways(tmp_path: Path, written: str) -> None:
    loaded = load_suite(tmp_path, f"deployments:\n  main:\n    base_url: {written}\n")

    assert loaded.suites[0].deployments[0].resolve({}).base_url == "https://x/v1"


OUTER = """
deployments:
  shared: {base_url: "https://outer.example/v1"}
  other: {base_url: "https://other.example/v1"}
"""
INNER = 'deployments: {shared: {base_url: "https://inner.example/v1"}}\n'
OWN = 'deployments: {shared: {base_url: "https://own.example/v1"}}\n'

INHERITED = [
    pytest.param({"deployments.yaml": OUTER}, "", ["outer", "other"], id="from the root"),
    pytest.param({"suites/deployments.yaml": OUTER}, "", ["outer", "other"], id="from beside"),
    pytest.param(
        {"deployments.yaml": OUTER, "suites/deployments.yaml": INNER},
        "",
        ["inner", "other"],
        id="the nearer folder wins by name",
    ),
    pytest.param(
        {"deployments.yaml": OUTER, "suites/deployments.yaml": INNER},
        OWN,
        ["own", "other"],
        id="the suite wins over its folders",
    ),
    pytest.param({"other/deployments.yaml": OUTER}, OWN, ["own"], id="nothing from another folder"),
    pytest.param({"suites/b/deployments.yaml": OUTER}, OWN, ["own"], id="nothing from below"),
]


@pytest.mark.parametrize(("files", "own", "hosts"), INHERITED)
def test_deployments_are_inherited(
    tmp_path: Path, files: dict[str, str], own: str, hosts: list[str]
) -> None:
    write(tmp_path, files)

    (suite,) = load_suite(tmp_path, own).suites

    urls = [draft.resolve({}).base_url for draft in suite.deployments]
    assert urls == [f"https://{host}.example/v1" for host in hosts]


def test_suites_that_inherit_a_deployment_share_it(tmp_path: Path) -> None:
    names = ("suites/a.yaml", "suites/b.yaml")
    write(tmp_path, {"deployments.yaml": OUTER, **dict.fromkeys(names, CONVERSATIONS)})

    first, second = load(tmp_path, [tmp_path / name for name in names]).suites

    assert [*map(id, first.deployments)] == [*map(id, second.deployments)]


def test_the_flags_of_a_draft_say_what_is_run(tmp_path: Path) -> None:
    line = "default: true\n    under_test: false\n    stream: true"
    (suite,) = load_suite(tmp_path, MAIN + line).suites

    (draft,) = suite.deployments

    assert (draft.default, draft.under_test, draft.stream) == (True, False, True)


def test_a_deployment_is_planned_with_its_variables_filled_in(tmp_path: Path) -> None:
    loaded = load_suite(tmp_path, f"{MAIN}model: ${{MODEL}}")

    (item,) = plan(loaded.suites, Choice(), {"MODEL": "gpt-4o"})

    assert item.called is not None
    assert item.called.model == "gpt-4o"
