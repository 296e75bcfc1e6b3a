"""Differences of JSON values: which there are, and what finding them may take."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import CheckError
from evalkit.reading.json_difference import differences
from evalkit.reading.json_likeness import Rules

UNORDERED = Rules(ignore_order=True)
SUBSET = Rules(subset=True)


def nested(levels: int, value: Any, key: str = "") -> Any:
    for _ in range(levels):
        value = [{key: value, "k": 1}] if key else [value]
    return value


LARGE: dict[str, tuple[Any, Any, Rules, int]] = {
    "another order": (list(range(50_000)), list(range(50_000, 0, -1)), UNORDERED, 2),
    "the same item over and over": ([0] * 50_000, [0] * 49_999 + [1], UNORDERED, 2),
    "objects without a common one": (
        [{"n": number} for number in range(2_000)],
        [{"n": -number} for number in range(1, 2_001)],
        UNORDERED,
        4_000,
    ),
    "integers of one hash": (
        [1],
        [number * (2**61 - 1) for number in range(1, 60_001)],
        UNORDERED,
        60_001,
    ),
    "an item at the front": (list(range(90_000)), [-1, *range(90_000)], Rules(), 1),
    "a deep reply": (nested(49, 1), nested(490, 1), SUBSET, 1),
    "a deep reply of any order": ([1], [nested(490, 1)], UNORDERED, 2),
    "deep lists of objects": (nested(25, 1, "a"), nested(25, 2, "a"), SUBSET, 1),
    "no text that can be encoded": (["x"], ["\ud800"], UNORDERED, 2),
    "an integer beyond floats": (1.5, 10**400, Rules(tolerance=1), 1),
}


@pytest.mark.parametrize(("wanted", "got", "rules", "total"), LARGE.values(), ids=list(LARGE))
def test_the_differences_of_large_values_are_counted(
    wanted: Any, got: Any, rules: Rules, total: int
) -> None:
    assert differences(wanted, got, rules).total == total


@pytest.mark.parametrize(
    ("wanted", "got", "rules"),
    [
        (
            [{"a": number} for number in range(100)],
            [{"a": -1, "b": number} for number in range(9_000)],
            SUBSET,
        ),
        (
            [float(number) for number in range(2_000)],
            [number + 0.5 for number in range(2_000)],
            Rules(ignore_order=True, tolerance=0.4),
        ),
        (list(range(400_000)), list(range(1, 400_001)), Rules()),
    ],
    ids=["many items of many", "many near numbers", "many values"],
)
def test_what_takes_too_many_steps_is_an_error(wanted: Any, got: Any, rules: Rules) -> None:
    with pytest.raises(CheckError, match="the comparison takes more than 300,000 steps"):
        differences(wanted, got, rules)


@pytest.mark.parametrize(
    ("wanted", "got", "tolerance", "total"),
    [
        (1, 1.1, 0.1, 0),
        (0.3, 0.1, 0.2, 0),
        (1e300, 1.1e300, 1, 1),
        (10**20, 10**20 + 1, 1, 0),
        (10**20, 10**20 + 2, 1, 1),
        (1, True, 5, 1),
        (1, "1", 5, 1),
    ],
)
def test_a_tolerance_is_absolute_and_exact(
    wanted: Any, got: Any, tolerance: float, total: int
) -> None:
    assert differences(wanted, got, Rules(tolerance=tolerance)).total == total


@pytest.mark.parametrize(
    ("exclude", "total"),
    [(["/a"], 1), (["$.a", "/list/1"], 0), (["$..*"], 0), (["/x", "/list/9", "/a/b", "$.x"], 2)],
    ids=["pointer", "both", "everything", "nothing that is there"],
)
def test_excluded_places_do_not_count(exclude: Sequence[str], total: int) -> None:
    wanted: Any = {"a": 1, "list": [1, 2]}
    got: Any = {"a": 2, "list": [1, 3]}

    assert differences(wanted, got, Rules(), exclude).total == total


SCALARS = st.sampled_from([0, 1, 1.25, 1.5, "a", "A", True, False, None])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=8,
)
RULES = st.builds(Rules, st.sampled_from([0, 0.25]), st.booleans(), st.booleans(), st.booleans())


def is_like(wanted: Any, got: Any, rules: Rules) -> bool:
    """Compare by trying every order."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        extra = not rules.subset and bool(got.keys() - wanted.keys())
        return not extra and all(
            name in got and is_like(value, got[name], rules) for name, value in wanted.items()
        )
    if isinstance(wanted, list) and isinstance(got, list):
        return _are_like(wanted, got, rules)
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) <= rules.tolerance
    if isinstance(wanted, str) and isinstance(got, str) and rules.ignore_case:
        return wanted.casefold() == got.casefold()
    return bool(wanted == got)


def _are_like(wanted: list[Any], got: list[Any], rules: Rules) -> bool:
    if len(wanted) > len(got) or (len(wanted) < len(got) and not rules.subset):
        return False
    loose = rules.subset or rules.ignore_order
    orders = permutations(got, len(wanted)) if loose else (got,)
    return any(
        all(is_like(one, other, rules) for one, other in zip(wanted, order, strict=True))
        for order in orders
    )


@given(wanted=VALUES, got=VALUES, rules=RULES)
def test_values_differ_where_no_order_makes_them_alike(wanted: Any, got: Any, rules: Rules) -> None:
    assert (differences(wanted, got, rules).total == 0) is is_like(wanted, got, rules)


@given(items=st.lists(VALUES, max_size=5), rules=RULES, data=st.data())
def test_items_in_another_order_are_alike_where_order_does_not_count(
    items: list[Any], rules: Rules, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(items))
    loose = Rules(rules.tolerance, rules.ignore_case, ignore_order=True, subset=rules.subset)

    assert not differences(items, shuffled, loose).total
