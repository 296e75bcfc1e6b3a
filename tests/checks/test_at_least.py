"""The check `at_least`."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from evalkit.checks.at_least import AtLeast
from evalkit.checks.contains import Contains
from evalkit.model.check import Verdict, View


def at_least(count: int, letters: str) -> AtLeast:
    of = tuple(Contains(text=letter) for letter in letters)
    return AtLeast.model_validate({"count": count, "of": of})


@pytest.mark.parametrize(
    ("reply", "status"), [("a", "failed"), ("ab", "passed"), ("abc", "passed"), ("", "failed")]
)
def test_the_number_of_checks_that_hold_decides(
    reply: str, status: str, judge: Callable[..., Verdict], turn_of: Callable[..., View]
) -> None:
    assert judge(at_least(2, "abc"), turn_of(reply)).status == status


def test_a_failure_tells_what_is_missing(
    judge: Callable[..., Verdict], turn_of: Callable[..., View]
) -> None:
    verdict = judge(at_least(2, "ab"), turn_of("a"))

    assert verdict.reason == "1 of 2 holds, but contains: reply does not contain 'b'"


def test_more_than_there_are_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="this cannot pass: 3 of 2 required checks"):
        at_least(3, "ab")
