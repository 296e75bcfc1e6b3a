"""A server's words in a message."""

import pytest

from evalkit.dialect.words import tame


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("a\r\n\tb  c", "a b c", id="one line"),
        pytest.param("a\x1b[31mb\x1b[0m", "ab", id="colour"),
        pytest.param("a\x1b]0;title\x07b", "ab", id="title"),
        pytest.param("a\x1b]8;;http://evil\x1b\\b", "ab", id="link"),
        pytest.param("a\x00\x9b\x7fb", "ab", id="controls"),
        pytest.param("a\u202eb\u200bc", "abc", id="bidi"),
        pytest.param("grüße 你好", "grüße 你好", id="other scripts"),
        pytest.param(
            f"'data:image/png;base64,{'A' * 9000}' is bad",
            "'data:image/png;base64,AAAAAAAAAAAA…' is bad",
            id="inline data",
        ),
        pytest.param("x" * 500, "x" * 299 + "…", id="long"),
    ],
)
def test_words_are_one_short_line_of_visible_characters(text: str, wanted: str) -> None:
    assert tame(text) == wanted


def test_an_enormous_text_is_not_looked_at_in_full() -> None:
    assert len(tame("\x1b" * 50_000_000)) <= 300
