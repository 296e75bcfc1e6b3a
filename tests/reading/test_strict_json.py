"""Strict JSON: what the fast reader takes, and what the slow one says of the rest."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.reading.json_mistake import InvalidJson
from evalkit.reading.strict_json import close, decode

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
NEARLY_JSON = st.text(alphabet="{}[]:,\"\\ab01.-eE+ \n'tfnrul", max_size=20).map(str.lstrip)


@given(VALUES)
def test_every_value_is_read_back(value: Any) -> None:
    text = json.dumps(value)

    assert decode(text) == (value, len(text))


def mistake(text: str) -> InvalidJson | None:
    try:
        decode(text)
    except InvalidJson as found:
        return found
    return None


@given(NEARLY_JSON)
def test_what_is_refused_has_a_reason_and_a_place_inside_the_text(text: str) -> None:
    found = mistake(text) or InvalidJson("none", 0)

    assert 0 <= found.place <= len(text)
    assert found.reason != "a value that this machine cannot hold"


@given(NEARLY_JSON)
def test_what_is_read_is_what_the_standard_library_reads(text: str) -> None:
    value, end = (None, 0) if mistake(text) else decode(text)

    assert json.loads(text[:end] or "null") == value


@given(VALUES, st.integers(min_value=0))
def test_a_value_that_is_cut_is_refused(value: Any, cut: int) -> None:
    text = json.dumps({"": value})

    assert mistake(text[: cut % len(text)])


@pytest.mark.parametrize(
    ("text", "end"),
    [("[1, [2]] x", 8), ('{"}": "\\"]"} x', 12), ("[", None), ('["]', None), ("[}", 2)],
    ids=["nested", "in strings", "open", "open string", "any kind"],
)
def test_the_closing_bracket_is_found(text: str, end: int | None) -> None:
    assert close(text, 0) == end


def test_nesting_up_to_the_limit_is_read() -> None:
    assert decode("[" * 500 + "]" * 500)[1] == 1000


def test_many_brackets_side_by_side_are_no_nesting() -> None:
    assert decode("[" + "[]," * 5000 + "[]]")[1] == 15_004


def test_an_open_string_of_escapes_is_passed_once() -> None:
    assert close('{"a": "' + '\\"' * 1_000_000, 0) is None


@pytest.mark.parametrize("cut", range(1, 13))
def test_a_text_that_is_cut_is_told_so(cut: int) -> None:
    found = mistake('["\\u00e9",true'[: cut + 1])

    assert str(found).startswith("the text ends inside")


def test_a_mistake_behind_very_many_tokens_is_not_looked_for() -> None:
    found = mistake("[" + "1," * 500_000 + "x")

    assert found is not None
    assert (found.reason, found.place) == ("a mistake somewhere behind 250,000 tokens", 250_000)
