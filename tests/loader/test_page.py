"""The bytes of a file made readable, or refused with the place of what is not."""

import pytest

from evalkit.errors import Mistakes
from evalkit.loader.document import compose, decode
from evalkit.loader.page import MOST_BYTES, Page
from evalkit.source import Span


def test_utf_8_is_read() -> None:
    assert decode("a: é\r\n".encode(), "a.yaml") == "a: é\r\n"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("a: b".encode("utf-16"), "a.yaml:1:1: the file is UTF-16\n  hint: save it as UTF-8"),
        (
            b"a: 1\nb: \xe9t\xe9\n",
            (
                "a.yaml:2:4: byte 0xe9 is not UTF-8\n"
                "    2 | b: \ufffdt\ufffd\n"
                "           ^\n"
                "  hint: save the file as UTF-8"
            ),
        ),
        (b" " * 20_400_000, "a.yaml:1:1: the file has 20.4 MB, more than 20 MB"),
    ],
    ids=["UTF-16", "Latin-1", "too large"],
)
def test_bytes_that_are_no_suite_are_refused(written: bytes, message: str) -> None:
    with pytest.raises(Mistakes) as refused:
        decode(written, "a.yaml")
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\0", "0000"),
        ("\x07", "0007"),
        ("\x1b", "001B"),
        ("\x85", "0085"),
        ("\u2028", "2028"),
        ("\ud800", "D800"),
        ("\ufeff", "FEFF"),
    ],
)
def test_a_character_that_no_editor_shows_is_refused(character: str, name: str) -> None:
    with pytest.raises(Mistakes) as refused:
        compose(f"a: 1\nb: x{character}y\n", "a.yaml")
    assert str(refused.value).splitlines()[0] == (
        f"a.yaml:2:5: a file cannot hold the character U+{name}"
    )


def test_text_beyond_the_limit_is_refused() -> None:
    with pytest.raises(Mistakes, match=r"^a\.yaml:1:1: the file has 20\.0 MB, more than 20 MB$"):
        compose(" " * (MOST_BYTES + 1), "a.yaml")


def test_a_line_behind_the_last_one_is_empty() -> None:
    assert Page("a.yaml", "a\nb").line(3) == ""


def test_a_place_counts_code_points() -> None:
    assert Page("a.yaml", "é\n😀b").span(3, 2) == Span("a.yaml", 2, 2, 2)
