"""JSONPath queries: what they select, what is no path, and what they may take."""

import json
import string
from typing import Any

import jsonpath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import CheckError
from evalkit.reading.json_query import query_of

FOOD = {
    "a": {"b": [1, 2, {"c": 3}], "é": None},
    "list": ["ab", "cab", "b", "a\rb", 1, True, None],
    "wanted": "a.*",
    "ones": [{"n": 1}, {"n": 1.0}, {"n": True}, {"n": "1"}, {}],
}


def selected(path: str, value: Any = FOOD) -> list[Any]:
    return [node.value for node in query_of(path).select(value)]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("$.a.b[0]", [1]),
        ("$['a']['é']", [None]),
        ("$.a.b[-1].c", [3]),
        ("$.a.b[9]", []),
        ("$.a.b['0']", []),
        ("$.list[0:2]", ["ab", "cab"]),
        ("$.list[1::-1]", ["cab", "ab"]),
        ("$.list[::0]", []),
        ("$.a.b[0,0]", [1, 1]),
        ("$..c", [3]),
        ("$.a..[0]", [1]),
        ("$.ones[?@.n == 1]", [{"n": 1}, {"n": 1.0}]),
        ("$.ones[?@.n == true]", [{"n": True}]),
        ("$.ones[?!@.n]", [{}]),
        ("$.ones[?@.n == @.x]", [{}]),
        ("$.ones[?@.n != 1 && @.n]", [{"n": True}, {"n": "1"}]),
        ("$.ones[?@.n > 0 || @.n < 'a']", [{"n": 1}, {"n": 1.0}, {"n": "1"}]),
        ("$.ones[?@.n <= 1]", [{"n": 1}, {"n": 1.0}]),
        ("$.list[?@ == null]", [None]),
        ("$.list[?@ == $.list[0]]", ["ab"]),
        ("$.list[?match(@, 'ab?|b')]", ["ab", "b"]),
        ("$.list[?match(@, 'a.b')]", []),
        ("$.list[?match(@, 'a[.\\r]b')]", ["a\rb"]),
        ("$.list[?search(@, '^ca')]", ["cab"]),
        ("$.list[?match(@, $.wanted)]", ["ab"]),
        ("$.list[?match(@, $.list[6])]", []),
        ("$.list[?length(@) == 3]", ["cab", "a\rb"]),
        ("$[?length(@) == 2]", [FOOD["a"]]),
        ("$[?count(@.*) > 5]", [FOOD["list"]]),
        ("$[?value(@..c) == 3]", [FOOD["a"]]),
        ("$[?@[?@.n]]", [FOOD["ones"]]),
    ],
)
def test_a_query_selects_what_the_standard_says(path: str, values: list[Any]) -> None:
    assert json.dumps(selected(path)) == json.dumps(values)


def test_a_pattern_of_the_reply_that_is_none_matches_nothing() -> None:
    assert selected("$.list[?match(@, $.bad)]", {"list": ["a"], "bad": "(a+)+("}) == []


def test_a_text_is_a_value_like_any_other() -> None:
    assert selected("$", "[1]") == ["[1]"]


def test_a_node_knows_its_place_as_a_pointer() -> None:
    value: Any = {"a/b": [{"c~": 1}]}

    assert [node.pointer for node in query_of("$..*").select(value)] == [
        "/a~1b",
        "/a~1b/0",
        "/a~1b/0/c~0",
    ]


def test_a_pointer_of_long_keys_is_cut() -> None:
    (node,) = query_of("$.*").select({"k" * 1_000: 1})

    assert len(node.pointer) == 500


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "'' is no JSONPath: expected '$', found the end at position 1"),
        ("a", "'a' is no JSONPath: expected '$', found a name at position 1"),
        ("$.a ", "'$.a ' is no JSONPath: unexpected trailing whitespace at position 4"),
        ("$['a'", "\"$['a'\" is no JSONPath: unexpected end of segment at position 6"),
        ("$.a | $.b", "'$.a | $.b' is no JSONPath: unexpected token '|' at position 5"),
        ("$[?foo(@)]", "'$[?foo(@)]' is no JSONPath: function 'foo' is not defined at position 4"),
        ("$[?@.* == 1]", "non-singular query is not comparable at position 8"),
        ("$[?match(@, 'a') == true]", "result of match() is not comparable"),
        ("$[?@.a == 1 == 2]", "is no JSONPath: '1 == 2' is no value of RFC 9535"),
        ("$[?match(@, '(')]", "is no JSONPath: '(' is no pattern: missing )"),
        ("$[?" + "(" * 3000 + "@" + ")" * 3000 + "]", "is too deeply nested a JSONPath"),
    ],
)
def test_what_is_no_path_is_told_with_its_position(path: str, message: str) -> None:
    with pytest.raises(ValueError, match="JSONPath") as caught:
        query_of(path)

    assert message in str(caught.value)


def nested(levels: int, value: Any) -> Any:
    for _ in range(levels):
        value = [value]
    return value


def test_a_large_and_a_deep_value_are_walked_to_their_end() -> None:
    value = nested(490, list(range(99_000)))

    assert len(query_of("$..*").select(value)) == 99_490


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$..*..*", [[0] for _ in range(90_000)]),
        ("$..[?@..x]", nested(400, [0] * 10_000)),
        ("$" + "..*" * 50, nested(400, 1)),
        ("$.a[?$.b == $.c]", {"a": [0] * 2_000, "b": [1] * 2_000, "c": [1] * 2_000}),
        ("$.a[?$.b == $.c]", {"a": [0] * 2_000, "b": "x" * 200_000, "c": "x" * 200_000}),
    ],
    ids=["all of all", "a filter that descends", "descents", "arrays compared", "texts compared"],
)
def test_what_takes_too_many_steps_is_an_error(path: str, value: Any) -> None:
    with pytest.raises(CheckError, match="takes more than 300,000 steps on this value"):
        query_of(path).select(value)


def test_a_pattern_that_takes_too_long_is_an_error() -> None:
    value: Any = {"pattern": "(a+)+", "texts": ["a" * 40 + "!"] * 10}

    with pytest.raises(CheckError, match="did not end within"):
        query_of("$.texts[?match(@, $.pattern)]").select(value)


SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "ab", "b"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(string.ascii_lowercase[:3]), inner, max_size=3)
    ),
    max_leaves=20,
)
HOLDERS = VALUES.filter(lambda value: isinstance(value, dict | list))
PATHS = (
    "$",
    "$.a",
    "$..a",
    "$[*]",
    "$..*",
    "$[-1]",
    "$[1:3]",
    "$[::-1]",
    "$[5:0:-2]",
    "$['a','b',0]",
    "$..[1,0]",
    "$[?@.a]",
    "$..[?@.a == 1]",
    "$[?@.a == $[0]]",
    "$[?!@.a]",
    "$[?count(@.*) > 1]",
    "$..[?length(@) >= 2]",
    "$[?value(@..a) == 1]",
    "$..[?match(@.a, 'a.*')]",
    "$..[?search(@, 'b')]",
    "$[?@.x == @.y]",
    "$[?@.a != @.b]",
    "$..[?@ == true]",
)
STRICT = jsonpath.JSONPathEnvironment(strict=True)


@given(path=st.sampled_from(PATHS), value=HOLDERS)
def test_the_library_selects_the_same_nodes_in_the_same_order(path: str, value: Any) -> None:
    theirs = [(match.parts, match.obj) for match in STRICT.compile(path).finditer(value)]

    assert [(node.path, node.value) for node in query_of(path).select(value)] == theirs
