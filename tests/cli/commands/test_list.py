"""`evalkit list`: tables for people, JSON for programs."""

import json
from pathlib import Path

import pytest

from evalkit.cli.main import call

SUITE = """
deployments:
  live: {base_url: "https://${HOST_OF_A_TEST}/v1"}
  local: {base_url: "http://127.0.0.1:8000/v1"}
conversations:
  - id: hello
    tags: [smoke, fast]
    turns: [{user: hello, expect: [{contains: hi}]}]
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("suites").mkdir()
    Path("suites/a.yaml").write_text(SUITE)


TABLES = {
    "conversations": "hello  suites/a.yaml:6:5  tags: smoke, fast\n",
    "deployments": (
        "live   suites/a.yaml:3:3  https://${HOST_OF_A_TEST}/v1  unset: HOST_OF_A_TEST\n"
        "local  suites/a.yaml:4:3  http://127.0.0.1:8000/v1\n"
    ),
}


@pytest.mark.parametrize(("kind", "shown"), TABLES.items(), ids=list(TABLES))
def test_what_stands_in_suites_is_a_table(
    kind: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(["list", kind])

    assert (code, *capsys.readouterr()) == (0, shown, "")


def test_conversations_are_listed_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    call(["list"])

    assert capsys.readouterr().out == TABLES["conversations"]


def test_json_has_the_same_fields(capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["list", "deployments", "suites/a.yaml", "--json"])

    listed = json.loads(capsys.readouterr().out)
    assert (code, listed[0]["unset"], listed[1]["unset"]) == (0, ["HOST_OF_A_TEST"], [])


@pytest.mark.parametrize(("kind", "name"), [("checks", "contains"), ("apis", "chat_completions")])
def test_plugins_need_no_suites(kind: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/a.yaml").unlink()

    code = call(["list", kind])

    shown = capsys.readouterr().out.splitlines()
    assert (code, name in {line.split()[0] for line in shown}) == (0, True)


def test_the_ready_profiles_are_listed_with_what_they_change(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call(["list", "profiles"])

    assert 'openai      {"renamed": {"max_tokens": "max_completion_tokens"}}\n' in (
        capsys.readouterr().out
    )


def test_mistakes_are_told_instead_of_half_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/a.yaml").write_text(SUITE.replace("contains", "contians"))

    code = call(["list"])

    assert (code, capsys.readouterr().out) == (4, "")
