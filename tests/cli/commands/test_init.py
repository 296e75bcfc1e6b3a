"""`evalkit init`: a first suite that works as it is."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import TypeAlias

import pytest
import yaml
from jsonschema import Draft202012Validator

from evalkit.cli.main import call

Program: TypeAlias = Callable[..., CompletedProcess[str]]

FILES = {
    "suites/deployments.yaml",
    "suites/hello.yaml",
    "suites/scripts/hello.yaml",
    "suites/suite.schema.json",
}


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_it_writes_a_suite_and_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "first"

    code = call(["init", str(folder)])

    assert (code, files(folder)) == (0, {*FILES, ".gitignore"})
    assert capsys.readouterr().out.endswith(f"\n\nnext: cd {folder} && evalkit run\n")


def test_what_it_writes_runs_offline_and_passes(evalkit: Program) -> None:
    evalkit("init")

    done = evalkit("run")

    assert (done.returncode, done.stderr) == (0, "")


def test_what_it_writes_has_no_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    call(["init"])
    capsys.readouterr()

    code = call(["validate"])

    assert (code, *capsys.readouterr()) == (0, "1 suite, 1 conversation, no mistakes\n", "")


@pytest.mark.parametrize("name", ["hello", "deployments"])
def test_what_it_writes_fits_the_editors_schema(name: str, tmp_path: Path) -> None:
    call(["init", str(tmp_path)])
    schema = json.loads((tmp_path / "suites/suite.schema.json").read_text(encoding="utf-8"))

    suite = yaml.safe_load((tmp_path / f"suites/{name}.yaml").read_text(encoding="utf-8"))

    assert list(Draft202012Validator(schema).iter_errors(suite)) == []


@pytest.mark.parametrize("name", sorted(FILES))
def test_it_never_overwrites(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("mine")

    code = call(["init", str(tmp_path)])

    assert (code, files(tmp_path), (tmp_path / name).read_text()) == (4, {name}, "mine")
    assert capsys.readouterr().err == (
        f"nothing was written, for these files exist:\n  {tmp_path / name}\n"
    )


def test_it_adds_to_what_git_ignores_once(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("build/\nreports/")

    call(["init", str(tmp_path)])

    assert (tmp_path / ".gitignore").read_text() == "build/\nreports/"


def test_it_keeps_what_git_ignored(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("build/")

    call(["init", str(tmp_path)])

    assert (tmp_path / ".gitignore").read_text() == "build/\nreports/\n"
