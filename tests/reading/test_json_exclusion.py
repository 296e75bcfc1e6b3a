"""Places that a comparison leaves out."""

from typing import Any

import pytest

from evalkit.reading.json_exclusion import places, verify


@pytest.mark.parametrize("path", ["/a", "/a~1b/0", "$.a", "$..id", "//"])
def test_a_pointer_or_a_path_names_places(path: str) -> None:
    verify(path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a", "'a' is no place: write a JSON pointer /a/0 or a JSONPath $.a[*]"),
        ("", "'' would exclude the whole value"),
        ("$", "'$' would exclude the whole value"),
        ("/", "'/' would exclude the whole value: the key '' is $['']"),
        ("/a~b", "'/a~b' is no JSON pointer: write ~0 for '~', ~1 for '/'"),
        ("$.a[", "'$.a[' is no JSONPath: unexpected end of query at position 5"),
    ],
)
def test_anything_else_is_a_mistake(path: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"would exclude|is no") as caught:
        verify(path)

    assert str(caught.value) == message


VALUE: Any = {"a/b~": [1, {"id": 2}], "": {"0": 3}}


@pytest.mark.parametrize(
    ("path", "holder", "key"),
    [
        ("/a~1b~0/0", VALUE["a/b~"], 0),
        ("/a~1b~0/1/id", VALUE["a/b~"][1], "id"),
        ("//0", VALUE[""], "0"),
        ("$..id", VALUE["a/b~"][1], "id"),
        ("$['']", VALUE, ""),
    ],
)
def test_a_place_is_a_holder_and_its_key(path: str, holder: Any, key: str | int) -> None:
    assert list(places([path], VALUE)) == [(id(holder), key)]


@pytest.mark.parametrize("path", ["/x", "/a~1b~0/2", "/a~1b~0/00", "/a~1b~0/-", "/a~1b~0/0/x"])
def test_what_is_not_there_is_no_place(path: str) -> None:
    assert list(places([path], VALUE)) == []
