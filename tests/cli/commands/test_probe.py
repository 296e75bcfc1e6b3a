"""`evalkit probe`: tables for people, JSON for programs, a page to pass on, and exit codes."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from evalkit.cli.main import call

ROOT = Path(__file__).parents[3]

SUITE = """
conversations:
  - id: hello
    turns: [{user: hello, expect: [{contains: hi}]}]
"""

SHARED = """
deployments:
  whole: {api: scripted, script: whole.yaml, model: scripted}
  echo:
    api: scripted
    script: {rules: [{reply: {echo: true}}]}
    under_test: false
  down: {base_url: "http://127.0.0.1:9/v1", under_test: false}
  closed: {base_url: "${PROBED_HOST}/v1", api_key: "${PROBED_KEY}", under_test: false}
"""

WHOLE = """
rules:
  - {when: {user: Count from 1 to 50}, reply: {text: 1 2 3, finish_reason: length}}
  - {when: {user: Count from 1 to 5}, reply: 1 2 3 4 5}
  - {when: {user: parrot}, reply: Quibble}
  - {when: {system: banana}, reply: Banana}
  - {when: {user: in JSON}, reply: {json: {greeting: Hi}}}
  - {when: {user: How are you}, reply: {json: {weekday_code: d1x}}}
  - {when: {user: How many degrees}, reply: "17"}
  - {when: {user: Oslo}, reply: {tool_calls: [{name: get_weather, arguments: {city: Oslo}}]}}
  - when: {user: Rome}
    reply:
      tool_calls:
        - {name: get_weather, arguments: {city: Rome}}
        - {name: get_weather, arguments: {city: Lima}}
  - {when: {image: true}, reply: Red.}
  - {when: {user: alpha}, reply: alpha bravo}
otherwise: Tom
"""

TABLE = """\
feature                 whole
plain reply             supported
multi-turn              supported
system role             supported
stream                  supported
stream like non-stream  supported
JSON mode               supported
strict JSON schema      supported
tool call               supported
tool result             supported
parallel tool calls     supported
image inline            supported
image by URL            unknown      no --image-url given
max_tokens obeyed       supported
stop obeyed             supported
seed                    supported
logprobs                deviates     accepted, but choices[0].logprobs.content is missing
n                       unsupported  127.0.0.1 answered 400: n is not supported: a script gives \
one choice (request req_1)
bad parameter           deviates     the temperature 'warm' is accepted
wrong model             deviates     a model that nobody has is answered for
wrong key               unknown      the deployment has no api_key
usage                   supported
model echoed            supported    scripted
latency                 supported    T, first token of a stream after T

17 supported, 1 unsupported, 3 deviate, 2 unknown; 18 requests, 248 tokens, T
"""

SIDE_BY_SIDE = """\
feature                 whole        echo
plain reply             supported    supported
multi-turn              supported    unknown
system role             supported    unknown
stream                  supported    supported
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"a.yaml": SUITE, "deployments.yaml": SHARED, "whole.yaml": WHOLE}
    for name, text in files.items():
        path = Path("suites" if name != "whole.yaml" else "suites/scripts", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("script: whole", "script: scripts/whole"))


def settled(text: str) -> str:
    """Leave out what differs from run to run: ports and times."""
    return re.sub(r"[\d.]+ m?s\b", "T", re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", text))


def test_a_deployment_is_told_feature_by_feature(capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["probe", "whole"])

    shown = capsys.readouterr()
    assert (code, settled(shown.out), shown.err) == (0, TABLE, "")


def test_two_stand_side_by_side_and_their_reasons_below(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = call(["probe", "whole", "echo"])

    shown = settled(capsys.readouterr().out)
    table, one, other = shown.split("\n\n")
    assert (code, table[: len(SIDE_BY_SIDE)]) == (0, SIDE_BY_SIDE)
    assert one.splitlines()[:2] == [
        "whole: 17 supported, 1 unsupported, 3 deviate, 2 unknown; 18 requests, 248 tokens, T",
        "  image by URL: unknown: no --image-url given",
    ]
    assert "  stop obeyed: deviates: accepted, but the reply" in other


def test_json_tells_the_same_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["probe", "whole", "--json"])

    (told,) = json.loads(capsys.readouterr().out)["deployments"]
    features = told.pop("features")
    assert (code, told.pop("seconds") > 0) == (0, True)
    assert told == {
        "deployment": "whole",
        "api": "scripted",
        "base_url": None,
        "model": "scripted",
        "unreached": None,
        "requests": 18,
        "tokens": 248,
        "untold": 0,
        "counts": {"supported": 17, "unsupported": 1, "deviates": 3, "unknown": 2},
    }
    assert features[0] == {
        "name": "plain",
        "group": "conversation",
        "title": "plain reply",
        "status": "supported",
        "why": "",
    }


def test_a_page_is_written_beside(capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["probe", "whole", "echo", "--html", "pages/probe.html"])

    page = Path("pages/probe.html").read_text("utf-8")
    assert (code, capsys.readouterr().err) == (0, "")
    assert "<title>probe of whole and echo</title>" in page
    assert page.count("<tr>") == 23 + 9


def test_a_deployment_that_is_down_does_not_hide_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = call(["probe", "down", "whole"])

    shown = capsys.readouterr()
    assert (code, settled(shown.out)) == (6, TABLE)
    assert shown.err.startswith("down could not be probed: could not connect to 127.0.0.1:9")


def test_a_deployment_that_is_down_is_told_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["probe", "down", "--json"])

    (told,) = json.loads(capsys.readouterr().out)["deployments"]
    assert (code, told["features"], "refused" in told["unreached"]) == (6, [], True)


UNSET = """\
suites/deployments.yaml:9:22: deployment 'closed' needs the variable 'PROBED_HOST', which is not set
    9 |   closed: {base_url: "${PROBED_HOST}/v1", api_key: "${PROBED_KEY}", under_test: false}
"""
TWO_MEANINGS = """\
deployment 'whole' is defined in several ways:
  suites/deployments.yaml:3:3
  suites/b.yaml:2:15
  hint: --suite FILE takes the one that this suite sees
"""

REFUSED: dict[str, tuple[list[str], str]] = {
    "a slip": (["whle"], "there is no deployment 'whle'\n  hint: did you mean 'whole'?\n"),
    "another name": (
        ["gpt"],
        "there is no deployment 'gpt'\n  hint: there are closed, down, echo, whole\n",
    ),
    "variables": (["closed"], UNSET),
    "one twice": (["whole", "whole"], "name one deployment, or two that differ\n"),
    "three": (["whole", "echo", "down"], "name one deployment, or two that differ\n"),
    "none": ([], "missing argument 'DEPLOYMENT [DEPLOYMENT]'\n  hint: evalkit probe --help"),
    "no picture": (
        ["whole", "--image-url", "square.png"],
        "--image-url is no URL: 'square.png'\n  hint: write https://example.com/picture.png",
    ),
    "no suite": (["whole", "--suite", "suites/scripts"], "no suite in 'suites/scripts'\n"),
}


@pytest.mark.parametrize(("arguments", "words"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_used_is_told_with_a_hint(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(["probe", *arguments])

    shown = capsys.readouterr()
    assert (code, shown.out, shown.err[: len(words)]) == (4, "", words)


OWN = """
deployments: {whole: {api: scripted, script: {rules: [{reply: mine}]}}}
"""


def test_a_name_with_two_meanings_asks_for_the_suite(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/b.yaml").write_text(OWN + SUITE)

    code = call(["probe", "whole"])

    assert (code, capsys.readouterr().err) == (4, TWO_MEANINGS)


def test_the_suite_decides_between_two_meanings(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/b.yaml").write_text(OWN + SUITE)

    code = call(["probe", "whole", "--suite", "suites/a.yaml"])

    assert (code, settled(capsys.readouterr().out)) == (0, TABLE)


def test_one_meaning_in_two_places_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    line = "deployments: {same: {api: scripted, script: {rules: [{reply: hi}]}}}\n"
    for name in ("b", "c"):
        Path(f"suites/{name}.yaml").write_text(line + SUITE)

    code = call(["probe", "same", "--json"])

    assert (code, capsys.readouterr().err) == (0, "")


def test_a_project_without_suites_may_be_probed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/a.yaml").unlink()

    code = call(["probe", "whole"])

    assert (code, settled(capsys.readouterr().out)) == (0, TABLE)


def test_mistakes_of_shared_deployments_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/a.yaml").unlink()
    Path("suites/deployments.yaml").write_text("deployments: {a: {base_ur: x}}")

    code = call(["probe", "a"])

    told = "suites/deployments.yaml:1:19: unknown key 'base_ur'"
    assert (code, capsys.readouterr().err.partition("\n")[0]) == (4, told)


def test_a_project_without_anything_has_nothing_to_probe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("a", "deployments"):
        Path(f"suites/{name}.yaml").unlink()

    code = call(["probe", "a"])

    assert (code, "hint: evalkit init writes a first one" in capsys.readouterr().err) == (4, True)


FOREIGN = """
from evalkit.probe.feature import Feature
from evalkit.probe.questions import PLAIN

class Rhymes(Feature):
    place, group, title, reach = 900, "more", "rhymes", "messages"

    def questions(self, setting):
        return (PLAIN,)

    def judge(self, setting, seen):
        raise RuntimeError("no rhyme")
"""


def test_a_feature_of_others_that_fails_harms_no_other(
    tmp_path: Path, evalkit: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    package = tmp_path / "site/rhymes-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: rhymes\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[evalkit.features]\nrhymes = rhymes:Rhymes\n")
    (tmp_path / "site/rhymes.py").write_text(FOREIGN)

    ran = evalkit("probe", "whole", PYTHONPATH=f"{ROOT}:{tmp_path / 'site'}")

    lines = [line.split("  ") for line in ran.stdout.splitlines()]
    last = [part.strip() for part in lines[-3] if part.strip()]
    assert ran.returncode == 0, ran.stderr
    assert last == ["rhymes", "unknown", "RuntimeError while it was judged: no rhyme"]
