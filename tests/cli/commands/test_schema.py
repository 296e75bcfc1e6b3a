"""`evalkit schema`: a JSON Schema for editors."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from evalkit.cli.main import call


def test_the_schema_goes_to_stdout_and_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["schema"])

    written = json.loads(capsys.readouterr().out)
    assert code == 0
    Draft202012Validator.check_schema(written)
    assert written


def test_the_schema_goes_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "suite.schema.json"

    code = call(["schema", "-o", str(file)])

    assert (code, capsys.readouterr().out) == (0, "")
    assert json.loads(file.read_text(encoding="utf-8"))
