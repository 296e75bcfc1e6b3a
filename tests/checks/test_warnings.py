"""The check `warnings`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.warnings import NAMES, Warnings
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


def warned(*names: str, **details: str) -> dict[str, Any]:
    told = [{"name": name} for name in names]
    seen = [{"name": name, "detail": detail} for name, detail in details.items()]
    return {"warnings": [*told, *seen]}


@pytest.mark.parametrize(
    ("fields", "replies", "told"),
    [
        ({}, ["x"], ("passed", "reading the reply needed no tolerance")),
        (
            {},
            [warned(missing_done="no [DONE]", usage_missing="")],
            ("failed", "reading the reply needed missing_done ('no [DONE]'), usage_missing"),
        ),
        (
            {"allow": ["missing_done"]},
            [warned("missing_done")],
            ("passed", "reading the reply needed nothing but missing_done"),
        ),
        (
            {"allow": ["missing_done"]},
            [warned("missing_done", "model_differs")],
            ("failed", "reading the reply needed model_differs"),
        ),
        (
            {"forbid": ["model_differs"]},
            [warned("missing_done")],
            ("passed", "reading the reply needed nothing but missing_done"),
        ),
        (
            {"forbid": ["model_differs"]},
            [warned("model_differs")],
            ("failed", "reading the reply needed model_differs"),
        ),
        (
            {},
            [warned("missing_done"), warned("missing_done"), "x"],
            ("failed", "reading the reply needed missing_done"),
        ),
        ({}, [warned("of_tomorrow")], ("failed", "reading the reply needed of_tomorrow")),
    ],
    ids=[
        "none",
        "some",
        "allowed",
        "another",
        "not forbidden",
        "forbidden",
        "every exchange, once",
        "of a newer record",
    ],
)
def test_only_the_warnings_that_count_fail(
    fields: dict[str, Any],
    replies: list[Any],
    told: tuple[str, str],
    judge: Judge,
    turn_of: Turn,
) -> None:
    verdict = judge(Warnings.model_validate(fields), turn_of(*replies))

    assert (verdict.status, verdict.reason) == told


def test_the_evidence_is_what_was_seen(judge: Judge, turn_of: Turn) -> None:
    (seen,) = judge(Warnings(), turn_of(warned(model_differs="served by 'b'"))).evidence

    assert (seen.pointer, seen.message, seen.excerpt) == (
        "warnings",
        "model_differs",
        "served by 'b'",
    )


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            {"allow": ["missing_doen"]},
            "unknown warning 'missing_doen': did you mean 'missing_done'",
        ),
        ({"forbid": ["zzz"]}, "should be 'nonstandard_shape'"),
        ({"forbid": []}, "this cannot fail: name the warnings to forbid"),
        ({"allow": ["missing_done"], "forbid": ["not_streamed"]}, "not both"),
        ({"allow": list(NAMES)}, "this cannot fail: every warning is allowed"),
    ],
    ids=["misspelt", "unknown", "forbids none", "both", "allows all"],
)
def test_names_that_decide_nothing_are_a_mistake(written: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Warnings.model_validate(written)
