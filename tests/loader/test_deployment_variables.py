"""Variables of deployments: filled in when a run is planned, and told where they do not fit."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from evalkit.errors import Mistakes
from evalkit.loader.load import load
from evalkit.model.deployment import Deployment, Draft
from evalkit.model.suite import Suite
from evalkit.planner import Choice, plan
from evalkit.secrets import Secret

MAIN = "deployments:\n  main:\n    base_url: https://api.example.com/v1\n    "

CONVERSATIONS = """
conversations:
  - id: one
    turns: [{user: hello, expect: [{contains: hi}]}]
"""


def suite(root: Path, text: str) -> Suite:
    """Load a suite of `text` and one conversation; it has no mistakes."""
    file = root / "a.yaml"
    file.write_text(text + CONVERSATIONS, encoding="utf-8")
    loaded = load(root, [file])
    assert loaded.mistakes == ()
    return loaded.suites[0]


def draft(root: Path, line: str) -> Draft:
    return suite(root, MAIN + line).deployments[0]


def resolve(root: Path, line: str, environ: Mapping[str, str]) -> Deployment:
    return draft(root, line).resolve(environ)


FILLED = [
    pytest.param("model: ${M}", {"M": "gpt-4o"}, "model", "gpt-4o", id="the whole value"),
    pytest.param("model: a-${M}-b", {"M": "x"}, "model", "a-x-b", id="a part of it"),
    pytest.param("model: ${A}${B}", {"A": "x", "B": "y"}, "model", "xy", id="two variables"),
    pytest.param("model: ${M}", {"M": "7"}, "model", "7", id="digits of a text"),
    pytest.param("model: ${M:-gpt}", {}, "model", "gpt", id="a default"),
    pytest.param("model: ${M:-gpt}", {"M": ""}, "model", "gpt", id="a default of an empty one"),
    pytest.param("model: ${M:-gpt}", {"M": "x"}, "model", "x", id="no default of a set one"),
    pytest.param("model: ${M:-}", {}, "model", "", id="an empty default"),
    pytest.param('model: "${M:-a:b/c d}"', {}, "model", "a:b/c d", id="a default of signs"),
    pytest.param("model: $M", {"M": "x"}, "model", "$M", id="no braces, no variable"),
    pytest.param("model: ${M}", {"M": "${N}", "N": "x"}, "model", "${N}", id="filled in once"),
    pytest.param("stream: ${S}", {"S": "true"}, "stream", True, id="a flag"),
]


@pytest.mark.parametrize(("line", "environ", "key", "value"), FILLED)
def test_a_variable_is_filled_in(
    tmp_path: Path, line: str, environ: dict[str, str], key: str, value: object
) -> None:
    assert getattr(resolve(tmp_path, line, environ), key) == value


def test_a_variable_stands_for_a_number_and_a_duration(tmp_path: Path) -> None:
    line = 'limits: {concurrency: "${N}"}\n    timeout: {total: "${T:-5s}", idle: "${N}"}'

    built = resolve(tmp_path, line, {"N": "3"})

    assert (built.limits.concurrency, built.timeout.total, built.timeout.idle) == (3, 5.0, 3.0)


PARAMS = """params:
      number: ${T}
      flag: ${F}
      word: ${W}
      quoted: "${T}"
      list: ["${W}"]"""


def test_an_unquoted_variable_in_params_means_what_json_means(tmp_path: Path) -> None:
    built = resolve(tmp_path, PARAMS, {"T": "0.5", "F": "true", "W": "low"})

    assert built.params == {
        "number": 0.5,
        "flag": True,
        "word": "low",
        "quoted": "0.5",
        "list": ["low"],
    }


def test_braces_that_are_no_variable_are_free_data_in_params(tmp_path: Path) -> None:
    assert resolve(tmp_path, 'params: {stop: ["${"]}', {}).params == {"stop": ["${"]}


UNFIT = [
    pytest.param(
        'limits: {concurrency: "${N}"}',
        {"N": "many"},
        "a.yaml:4:27: 'concurrency' must be a whole number or 'adaptive', not 'many'\n"
        '    4 |     limits: {concurrency: "${N}"}\n'
        "                                  ^^^^^^",
        id="no number",
    ),
    pytest.param(
        'limits: {concurrency: "${N:-0}"}',
        {},
        "a.yaml:4:27: 'concurrency' must be at least 1, not 0\n"
        '    4 |     limits: {concurrency: "${N:-0}"}\n'
        "                                  ^^^^^^^^^",
        id="a number out of bounds",
    ),
    pytest.param(
        "stream: ${S}",
        {"S": "yes"},
        "a.yaml:4:13: 'stream' must be true or false, not 'yes'\n"
        "    4 |     stream: ${S}\n"
        "                    ^^^^",
        id="no flag",
    ),
    pytest.param(
        "timeout: {total: '${T}'}",
        {"T": "soon"},
        "a.yaml:4:22: 'soon' is no duration: write 800ms, 2s, 10m or a number of seconds\n"
        "    4 |     timeout: {total: '${T}'}\n"
        "                             ^^^^^^",
        id="no duration",
    ),
    pytest.param(
        "api_key: ${K}",
        {"K": "secret\r\nX: y"},
        "a.yaml:4:14: a header cannot hold line breaks, controls or letters beyond Latin-1\n"
        "    4 |     api_key: ${K}\n"
        "                     ^^^^",
        id="a key of two lines",
    ),
    pytest.param(
        "headers: {X: '${H}'}",
        {"H": "a\0b"},
        "a.yaml:4:18: a header cannot hold line breaks, controls or letters beyond Latin-1\n"
        "    4 |     headers: {X: '${H}'}\n"
        "                         ^^^^^^",
        id="a header with NUL",
    ),
    pytest.param(
        "limits: {concurrency: '${N}'}",
        {"N": "${N}"},
        "a.yaml:4:27: 'concurrency' must be a whole number or 'adaptive', not '${N}'\n"
        "    4 |     limits: {concurrency: '${N}'}\n"
        "                                  ^^^^^^",
        id="a value that looks like a variable",
    ),
]


@pytest.mark.parametrize(("line", "environ", "message"), UNFIT)
def test_a_value_that_does_not_fit_is_told_where_it_is_named(
    tmp_path: Path, line: str, environ: dict[str, str], message: str
) -> None:
    waiting = draft(tmp_path, line)

    with pytest.raises(Mistakes) as refused:
        waiting.resolve(environ)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("nonsense", "'base_url' must be a URL such as https://api.example.com/v1"),
        ("http://[::1", "'base_url' must be a URL such as https://api.example.com/v1"),
        ("https://u:pw@x/v1", "'base_url' must not hold a user name or password"),
    ],
    ids=["no URL", "half an address", "a password"],
)
def test_an_address_that_does_not_fit_is_not_shown(
    tmp_path: Path, value: str, message: str
) -> None:
    (waiting,) = suite(tmp_path, "deployments:\n  main:\n    base_url: ${URL}\n").deployments

    with pytest.raises(Mistakes) as refused:
        waiting.resolve({"URL": value})

    assert str(refused.value).splitlines()[0] == f"a.yaml:3:15: {message}"
    assert value not in str(refused.value)


SECRETS = [
    pytest.param("api_key: ${K}", {"K": "secret"}, "secret", id="a key"),
    pytest.param("api_key: ${K}", {"K": " secret\n"}, "secret", id="a key with a line break"),
    pytest.param("api_key: a-${K}", {"K": "secret"}, "a-secret", id="a key with a prefix"),
    pytest.param("api_key: ${K:-none}", {}, "none", id="the word of a server that needs none"),
]


@pytest.mark.parametrize(("line", "environ", "value"), SECRETS)
def test_a_key_is_a_secret(tmp_path: Path, line: str, environ: dict[str, str], value: str) -> None:
    key = resolve(tmp_path, line, environ).api_key

    assert isinstance(key, Secret)
    assert (str(key), key.reveal()) == ("***K***", value)


def test_a_header_is_a_secret_where_it_holds_a_variable(tmp_path: Path) -> None:
    line = 'headers: {Authorization: "Basic ${TOKEN}", X-Team: blue}'

    headers = resolve(tmp_path, line, {"TOKEN": "abc"}).headers

    assert {name: str(value) for name, value in headers.items()} == {
        "Authorization": "***TOKEN***",
        "X-Team": "blue",
    }


TWO = """
deployments:
  local: {base_url: "http://127.0.0.1:9/v1"}
  live: {base_url: "${URL}", api_key: "${KEY}", model: "${MODEL:-gpt}"}
"""

ONE = 'deployments: {live: {base_url: "${URL}", api_key: "${KEY}"}}\n'

LACKING = [
    pytest.param(TWO, Choice(), ["local: None", "live: URL, KEY not set"], id="skipped"),
    pytest.param(
        TWO,
        Choice(deployments=("live",), missing_key="skip"),
        ["live: URL, KEY not set"],
        id="skipped when named, if that is wanted",
    ),
    pytest.param(ONE, Choice(missing_key="skip"), ["live: URL, KEY not set"], id="skipped alone"),
    pytest.param(
        TWO, Choice(deployments=("local",)), ["local: None"], id="of no matter where not chosen"
    ),
]


@pytest.mark.parametrize(("text", "choice", "told"), LACKING)
def test_a_deployment_without_its_variables_is_skipped(
    tmp_path: Path, text: str, choice: Choice, told: list[str]
) -> None:
    items = plan([suite(tmp_path, text)], choice, {})

    assert [f"{item.deployment}: {item.skip}" for item in items] == told


@pytest.mark.parametrize(
    ("text", "choice", "places"),
    [
        (TWO, Choice(deployments=("live",)), ("4:20", "4:39")),
        (TWO, Choice(missing_key="error"), ("4:20", "4:39")),
        (ONE, Choice(), ("1:32", "1:51")),
    ],
    ids=["when it was named", "when that is wanted", "when nothing else would run"],
)
def test_an_unset_variable_is_a_mistake(
    tmp_path: Path, text: str, choice: Choice, places: tuple[str, str]
) -> None:
    loaded = suite(tmp_path, text)

    with pytest.raises(Mistakes) as refused:
        plan([loaded], choice, {"KEY": ""})

    url, key = places
    assert str(refused.value) == (
        f"a.yaml:{url}: deployment 'live' needs the variable 'URL', which is not set\n"
        "  hint: export URL=…\n\n"
        f"a.yaml:{key}: deployment 'live' needs the variable 'KEY', which is not set\n"
        "  hint: export KEY=…"
    )


def test_a_deployment_with_all_its_variables_runs_beside_the_others(tmp_path: Path) -> None:
    items = plan([suite(tmp_path, TWO)], Choice(), {"URL": "http://127.0.0.1:9/v1", "KEY": "k"})

    assert [(item.deployment, item.called and item.called.model) for item in items] == [
        ("local", None),
        ("live", "gpt"),
    ]


def test_a_stream_that_a_variable_decides_may_be_one(tmp_path: Path) -> None:
    assert draft(tmp_path, "stream: ${STREAM}").stream
