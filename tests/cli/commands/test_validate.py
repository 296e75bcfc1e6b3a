"""`evalkit validate`: mistakes, or how much is there."""

import json
from pathlib import Path

import pytest

from evalkit.cli.main import call

GOOD = """
deployments: {live: {base_url: "https://example.com/v1"}}
conversations:
  - id: one
    turns: [{user: hello, expect: [{contains: hi}]}]
  - id: two
    turns: [{user: hello, expect: [{contains: hi}]}]
"""

BAD = GOOD.replace("contains", "contians", 1)

TOLD = """\
suites/a.yaml:5:37: unknown check 'contians'
    5 |     turns: [{user: hello, expect: [{contians: hi}]}]
                                            ^^^^^^^^
  hint: did you mean 'contains'?
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("suites").mkdir()


def test_sound_suites_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/a.yaml").write_text(GOOD)

    code = call(["validate"])

    assert (code, *capsys.readouterr()) == (0, "1 suite, 2 conversations, no mistakes\n", "")


def test_a_mistake_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/a.yaml").write_text(BAD)

    code = call(["validate"])

    assert (code, *capsys.readouterr()) == (4, "", TOLD)


def test_json_tells_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/a.yaml").write_text(BAD)

    code = call(["validate", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert (code, told["mistakes"]) == (
        4,
        [
            {
                "file": "suites/a.yaml",
                "line": 5,
                "column": 37,
                "width": 8,
                "message": "unknown check 'contians'",
                "hints": ["did you mean 'contains'?"],
            }
        ],
    )


def test_json_counts_sound_suites(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/a.yaml").write_text(GOOD)

    code = call(["validate", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert (code, told) == (0, {"suites": 1, "conversations": 2, "mistakes": [], "warnings": []})


def test_only_the_named_paths_are_looked_at() -> None:
    Path("suites/a.yaml").write_text(GOOD)
    Path("suites/b.yaml").write_text(BAD)

    assert call(["validate", "suites/a.yaml::one[live]"]) == 0


def test_a_file_without_a_key_of_evalkits_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("suites/a.yaml").write_text(GOOD)
    Path("suites/notes.yaml").write_text("groceries: [milk]\n")

    code = call(["validate"])

    assert code == 4
    assert capsys.readouterr().err.startswith("suites/notes.yaml:1:1: ")


def test_no_suite_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["validate", "suites"])

    assert (code, *capsys.readouterr()) == (
        5,
        "",
        "no suite in 'suites'\n  hint: evalkit init writes a first one\n",
    )
