"""`evalkit explain`."""

import json

import pytest

from evalkit.cli.main import call

TOLD = """\
finish_reason: The reply ended for this reason, or for one of these.

expected of: a turn
short form: finish_reason: REASON, text or list of text

fields:
  reason  text or list of text  required
  and label, weight, optional, as in every check

examples:
  - finish_reason: stop
    # passes: {finish_reason: stop}; fails: {finish_reason: length}
  - finish_reason: [stop, length]
    # passes: {finish_reason: length}; fails: "came without one"
"""


def test_a_check_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["explain", "finish_reason"])

    assert (code, capsys.readouterr().out) == (0, TOLD)


def test_json_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    call(["explain", "finish_reason", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert told["fields"] == [
        {"name": "reason", "type": "text or list of text", "default": "required"}
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("contians", "did you mean 'contains'?"), ("zzz", "evalkit list checks lists them")],
    ids=["a slip", "nothing near"],
)
def test_an_unknown_check_is_told(name: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["explain", name])

    assert (code, capsys.readouterr().err) == (4, f"there is no check {name!r}\n  hint: {hint}\n")
