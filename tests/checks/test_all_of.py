"""The check `all_of`."""

from collections.abc import Callable

import pytest

from evalkit.checks.all_of import AllOf
from evalkit.checks.contains import Contains
from evalkit.model.check import Verdict, View


@pytest.mark.parametrize(
    ("words", "holds"), [("yes yes", True), ("yes no", False), ("no no", False)]
)
def test_the_number_of_checks_that_hold_decides(
    words: str,
    holds: bool,  # noqa: FBT001 - a table's column
    judge: Callable[..., Verdict],
    turn_of: Callable[..., View],
) -> None:
    check = AllOf(checks=(Contains(text="first yes"), Contains(text="second yes")))
    first, second = words.split()

    verdict = judge(check, turn_of(f"first {first}, second {second}"))

    assert verdict.status == ("passed" if holds else "failed")
