"""Figures as they are printed."""

import pytest

from evalkit.report.overview import money
from evalkit.summary import Cost


@pytest.mark.parametrize(
    ("value", "unknown", "printed"),
    [
        (0.0, 0, "$0.00"),
        (0.0000123, 0, "$0.000012"),
        (0.0042, 0, "$0.0042"),
        (0.0321, 0, "$0.0321"),
        (12.345, 0, "$12.35"),
        (1234.5, 2, "$1,234.50 +"),
        (None, 3, "–"),  # noqa: RUF001 - the dash that is printed
    ],
    ids=["nothing", "tiny", "below a cent", "cents", "dollars", "some unknown", "unknown"],
)
def test_money_is_told_with_the_digits_that_count(
    value: float | None, unknown: int, printed: str
) -> None:
    assert money(Cost(value, unknown)) == printed
