"""The check `none_of`."""

from collections.abc import Callable

import pytest

from evalkit.checks.contains import Contains
from evalkit.checks.none_of import NoneOf
from evalkit.model.check import Verdict, View


@pytest.mark.parametrize(
    ("words", "holds"), [("yes yes", False), ("yes no", False), ("no no", True)]
)
def test_the_number_of_checks_that_hold_decides(
    words: str,
    holds: bool,  # noqa: FBT001 - a table's column
    judge: Callable[..., Verdict],
    turn_of: Callable[..., View],
) -> None:
    check = NoneOf(checks=(Contains(text="first yes"), Contains(text="second yes")))
    first, second = words.split()

    verdict = judge(check, turn_of(f"first {first}, second {second}"))

    assert verdict.status == ("passed" if holds else "failed")
