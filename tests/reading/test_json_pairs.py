"""Pairs of items whose order does not count."""

import pytest

from evalkit.reading.json_pairs import Pairing
from evalkit.reading.steps import Steps


@pytest.mark.parametrize(
    ("fitting", "count"),
    [
        ({0: [0], 1: [1]}, 2),
        ({0: [0, 1], 1: [0]}, 2),
        ({0: [0, 1], 1: [0, 2], 2: [0]}, 3),
        ({0: [0], 1: [0]}, 1),
        ({0: [], 1: [0]}, 1),
        ({0: [0, 1], 1: [0, 1], 2: [0, 1]}, 2),
    ],
    ids=["each its own", "one makes way", "two make way", "both want one", "nothing", "too few"],
)
def test_as_many_pairs_are_made_as_there_can_be(fitting: dict[int, list[int]], count: int) -> None:
    pairing = Pairing(
        lambda _: range(3), lambda wanted, got: got in fitting[wanted], Steps("the pairing")
    )

    placed = [pairing.place(wanted) for wanted in fitting]

    assert (sum(placed), len(pairing.partners)) == (count, count)
    assert pairing.owners == {got: wanted for wanted, got in pairing.partners.items()}
