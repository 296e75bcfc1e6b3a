"""The check `model`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.model import Model
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("wanted", "served", "told"),
    [
        ("m-1", "m-1", ("passed", "reply was served by 'm-1'")),
        ("m-1", "m-1-mini", ("failed", "reply was served by 'm-1-mini', not by 'm-1'")),
        ("m-1", "M-1", ("failed", "reply was served by 'M-1', not by 'm-1'")),
        ("m-1*", "m-1-2024-08-06", ("passed", "reply was served by 'm-1-2024-08-06'")),
        (["a", "b-*"], "b-2", ("passed", "reply was served by 'b-2'")),
        (["a", "b-*"], "b2", ("failed", "reply was served by 'b2', not by 'a' or 'b-*'")),
    ],
    ids=["same", "longer", "case", "pattern", "one of them", "none of them"],
)
def test_the_served_model_is_one_of_those_wanted(
    wanted: Any, served: str, told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Model.model_validate({"name": wanted}), turn_of({"model": served}))

    assert (verdict.status, verdict.reason) == told


def test_a_deployment_that_names_no_model_leaves_it_unknown(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Model(name="m"), turn_of("x"))

    assert (verdict.status, verdict.kind, verdict.reason) == (
        "error",
        "unknown",
        "the deployment does not say which model served the reply",
    )


def test_a_hostile_name_is_cut(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Model(name="a*" * 20 + "b"), turn_of({"model": "a" * 5000}))

    assert (verdict.status, len(verdict.reason) < 300) == ("failed", True)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "no model has an empty name"),
        (["a", " "], "no model has an empty name"),
        ([], "at least 1 item"),
        ("*", "every name fits"),
        (["a", "**"], "every name fits"),
    ],
    ids=["empty", "one empty", "none", "any", "one is any"],
)
def test_names_that_decide_nothing_are_a_mistake(written: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Model.model_validate({"name": written})
