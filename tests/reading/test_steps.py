"""Steps that are counted."""

import pytest

from evalkit.errors import CheckError
from evalkit.reading.steps import Steps


def test_as_many_steps_as_allowed_may_be_taken() -> None:
    steps = Steps("the walk", most=3)

    steps.take(2)
    steps.take()

    assert steps.left == 0


def test_one_more_is_an_error() -> None:
    with pytest.raises(CheckError, match="the walk takes more than 3 steps on this value"):
        Steps("the walk", most=3).take(4)
