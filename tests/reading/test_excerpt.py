"""Short pieces of long texts."""

import pytest

from evalkit.reading.excerpt import around, in_line, line_and_column, shorten, writable


@pytest.mark.parametrize(
    ("text", "shown"),
    [("12345", "12345"), ("123456", "1234…"), ("", "")],
    ids=["fits", "cut", "empty"],
)
def test_a_text_is_cut_to_a_width(text: str, shown: str) -> None:
    assert shorten(text, 5) == shown


@pytest.mark.parametrize(
    ("place", "shown"),
    [(0, "one"), (3, "one"), (4, "two"), (8, "three_is_…"), (16, "…_is_a_lon…"), (25, "…g_line")],
    ids=["start", "end of a line", "next line", "cut behind", "cut on both sides", "end"],
)
def test_the_line_is_shown_near_the_place(place: int, shown: str) -> None:
    assert around("one\ntwo\nthree_is_a_long_line", place, 9) == shown


@pytest.mark.parametrize(
    ("place", "expected"), [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (5, (2, 3))]
)
def test_lines_and_columns_count_from_one(place: int, expected: tuple[int, int]) -> None:
    assert line_and_column("ab\ncd", place) == expected


def test_a_text_of_the_model_is_written_on_one_line() -> None:
    assert in_line("/a\nb/é") == "/a\\nb/é"


def test_half_of_a_surrogate_pair_is_written_as_an_escape() -> None:
    assert writable("a\ud800é") == "a\\ud800é"
