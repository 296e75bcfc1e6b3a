"""How a value differs from one that is wanted."""

from typing import Any

import pytest

from evalkit.reading.wanted_call import differences

LOOSE: dict[str, tuple[Any, Any, list[str]]] = {
    "more keys": ({"a": 1}, {"a": 1.0, "b": 2}, []),
    "true is not 1": ({"a": 1}, {"a": True}, ["/a: expected 1, got true"]),
    "0 is not false": ({"a": False}, {"a": 0}, ["/a: expected false, got 0"]),
    "null is not nothing": ({"a": None}, {}, ["/a: expected null, got nothing"]),
    "more keys in a list": ({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}]}, []),
    "length of a list": ({"a": [1, 2]}, {"a": [1]}, ["/a: expected [1, 2], got [1]"]),
    "order of a list": ([1, 2], [2, 1], ["/0: expected 1, got 2", "/1: expected 2, got 1"]),
    "kind": ({"a": {}}, {"a": []}, ["/a: expected {}, got []"]),
    "odd keys": ({"x/y": {"~": 1}}, {"x/y": {"~": 2}}, ["/x~1y/~0: expected 1, got 2"]),
}
ONLY = "expected only the keys that are written, got also"
EXACT: dict[str, tuple[Any, Any, list[str]]] = {
    "the same": ({"a": [1], "b": None}, {"b": None, "a": [1.0]}, []),
    "a key too many": ([{"b": 1}], [{"b": 1, "c": 2}], [f"/0: {ONLY} 'c'"]),
    "many keys": ({}, dict.fromkeys("abcd"), [f": {ONLY} 'a', 'b', 'c' and 1 more"]),
}


@pytest.mark.parametrize(("wanted", "found", "told"), LOOSE.values(), ids=list(LOOSE))
def test_each_difference_is_told_at_its_place(wanted: Any, found: Any, told: list[str]) -> None:
    seen = differences(wanted, found, exact=False)

    assert [f"{one.pointer}: {one.message}" for one in seen.told] == told


@pytest.mark.parametrize(("wanted", "found", "told"), EXACT.values(), ids=list(EXACT))
def test_keys_that_are_not_written_differ_where_it_is_exact(
    wanted: Any, found: Any, told: list[str]
) -> None:
    seen = differences(wanted, found, exact=True)

    assert [f"{one.pointer}: {one.message}" for one in seen.told] == told
