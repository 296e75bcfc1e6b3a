"""Places in an author's file, and the caret under what is meant."""

import pytest

from evalkit.source import Span, excerpt


def test_a_place_reads_as_editors_take_it() -> None:
    assert str(Span("suites/a.yaml", 7, 9)) == "suites/a.yaml:7:9"


def test_a_place_is_the_start_of_the_file_unless_said() -> None:
    assert Span("a.yaml") == Span("a.yaml", 1, 1, 1)


@pytest.mark.parametrize(
    ("span", "text", "shown"),
    [
        (Span("a", 7, 5, 3), "  - abc: d", "    7 |   - abc: d\n            ^^^"),
        (Span("a", 1), "x", "    1 | x\n        ^"),
        (Span("a", 123456, 2), "xy", "123456 | xy\n          ^"),
        (Span("a", 2, 3), "\tab", "    2 | \tab\n        \t ^"),
        (Span("a", 2, 4, 2), "é: 😀x", "    2 | é: 😀x\n           ^^"),
    ],
    ids=["width", "start", "large number", "tab", "wide characters"],
)
def test_a_caret_stands_under_what_is_meant(span: Span, text: str, shown: str) -> None:
    assert excerpt(span, text) == shown


LONG = f"{'a' * 300}X{'b' * 300}"

CUT = {
    "the middle": (Span("a", 1, 301), f"…{'a' * 80}X{'b' * 119}…", f"{' ' * 81}^"),
    "the start": (Span("a", 1, 1, 3), f"{'a' * 200}…", "^^^"),
    "the end": (Span("a", 1, 601), f"…{'b' * 81}", f"{' ' * 81}^"),
    "all of it": (Span("a", 1, 1, 601), f"{'a' * 200}…", "^" * 200),
}
"""A place in a long line, what is shown of the line, and the carets under it."""


@pytest.mark.parametrize(("span", "shown", "carets"), CUT.values(), ids=list(CUT))
def test_of_a_long_line_the_neighbourhood_is_shown(span: Span, shown: str, carets: str) -> None:
    assert excerpt(span, LONG) == f"    1 | {shown}\n        {carets}"
