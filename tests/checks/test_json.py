"""The check `json`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.json import Json
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

FENCED = 'Here:\n```json\n{"a": 1}\n```'
PROSE = 'Sure: {"a": 1}.'


@pytest.mark.parametrize(
    ("check", "reply", "reason"),
    [
        (Json(), ('{"a": 1}', "exact"), "reply is JSON, read as exact: an object"),
        (Json(), (FENCED, "fenced"), "reply is JSON, read as fenced: an object"),
        (Json(how="fenced"), (FENCED, "exact"), "reply is JSON, read as fenced: an object"),
        (Json(how="extracted"), (PROSE, "exact"), "reply is JSON, read as extracted: an object"),
        (Json(how="extracted"), ("[]", "exact"), "reply is JSON, read as exact: an array"),
        (Json(type="number"), ("7", "exact"), "reply is JSON, read as exact: an integer"),
        (Json(type="integer"), ("7.0", "exact"), "reply is JSON, read as exact: an integer"),
        (Json(type="null"), ("null", "exact"), "reply is JSON, read as exact: null"),
    ],
    ids=[
        "exact",
        "as the conversation allows",
        "more lenient than the conversation",
        "extracted",
        "the strictest reading is told",
        "an integer is a number",
        "a whole number is an integer",
        "null",
    ],
)
def test_json_passes_and_tells_how_it_was_read(
    check: Json, reply: tuple[str, str], reason: str, judge: Judge, turn_of: Turn
) -> None:
    said, allowed = reply

    verdict = judge(check, turn_of(said, json_from=allowed))

    assert (verdict.status, verdict.reason) == ("passed", reason)


@pytest.mark.parametrize(
    ("check", "reply", "reason"),
    [
        (
            Json(how="exact"),
            (FENCED, "extracted"),
            "reply is not JSON: expected a value, found 'Here' at 1:1 (how: fenced would read it)",
        ),
        (
            Json(),
            (FENCED, "exact"),
            (
                "reply is not JSON: expected a value, found 'Here' at 1:1 "
                "(json_from: fenced would read it)"
            ),
        ),
        (
            Json(type="array"),
            ("{}", "exact"),
            "reply is JSON, read as exact: an object, not an array",
        ),
        (
            Json(type="integer"),
            ("7.5", "exact"),
            "reply is JSON, read as exact: a number, not an integer",
        ),
        (
            Json(type="number"),
            ("true", "exact"),
            "reply is JSON, read as exact: a boolean, not a number",
        ),
        (
            Json(),
            ({"refusal": "I can't"}, "exact"),
            'reply is not JSON: reply is a refusal: "I can\'t"',
        ),
    ],
    ids=["stricter", "hint", "type", "no integer", "true is no number", "refusal"],
)
def test_what_is_no_such_json_fails_with_the_cause(
    check: Json, reply: tuple[Any, str], reason: str, judge: Judge, turn_of: Turn
) -> None:
    said, allowed = reply

    verdict = judge(check, turn_of(said, json_from=allowed))

    assert (verdict.status, verdict.reason) == ("failed", reason)


def test_evidence_shows_the_value_and_what_was_left_out(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Json(how="extracted"), turn_of(PROSE))

    assert [(one.message, one.excerpt) for one in verdict.evidence] == [
        ("read as extracted", '{"a": 1}'),
        ("left out, read as extracted", "Sure:\n."),
    ]


def test_false_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="cannot be judged: write `true`, or `not` before"):
        Json(how=False)
