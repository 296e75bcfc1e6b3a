"""The form in which texts are compared."""

import unicodedata

import pytest

from evalkit.reading.form import AS_IT_IS, MOST_ALIKE, Form, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\u201cyes\u201d, \u2018no\u2019", "\"yes\", 'no'"),
        ("\u00abyes\u00bb \u201eno\u201c", '"yes" "no"'),
        ("it\u00b4s 6\u2032 2\u2033", "it's 6' 2\""),
        ("3\u20135 \u2014 \u22121", "3-5 - -1"),
        ("5\u00a0days, 1\u202f000\u3000km", "5 days, 1 000 km"),
        ("re\u00adfund\u200b\ufeff", "refund"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("\ufb01ne \u2460 \uff21\uff22\u2026", "fine 1 AB..."),
        ("plain 'ASCII'", "plain 'ASCII'"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469\u200d\U0001f680"),
    ],
    ids=[
        "quotes",
        "other quotes",
        "accents for quotes",
        "dashes",
        "spaces",
        "unseen",
        "composed",
        "compatible",
        "ASCII",
        "joined emoji",
    ],
)
def test_typographic_characters_are_those_of_a_keyboard(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    ["日本語の文章です。" * 100, "e\u0301" * 500, "か\u3099" * 500, "한국어 문장 " * 100],
    ids=["no space", "marks", "kana", "hangul"],
)
def test_a_long_text_is_normalised_as_a_whole(text: str) -> None:
    assert plain(text) == unicodedata.normalize("NFKC", text)


@pytest.mark.timeout(20)
def test_a_megabyte_of_marks_is_normalised_soon() -> None:
    text = "a" + "\u0315\u0300\u05ae\u0301\u0316" * 200_000

    assert len(plain(text)) > 900_000


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (AS_IT_IS, " Groß\n\u2018A\u2019 "),
        (Form(ignore_case=True), " gross\n\u2018a\u2019 "),
        (Form(whitespace=True), "Groß \u2018A\u2019"),
        (Form(unicode=True), " Groß\n'A' "),
        (Form(ignore_case=True, whitespace=True, unicode=True), "gross 'a'"),
    ],
    ids=["as it is", "case", "white space", "unicode", "all"],
)
def test_a_form_makes_alike_what_it_names(form: Form, expected: str) -> None:
    assert form.apply(" Groß\n\u2018A\u2019 ") == expected


@pytest.mark.parametrize(
    ("keys", "form"),
    [
        ({}, AS_IT_IS),
        ({"ignore_case": True}, Form(ignore_case=True)),
        ({"normalize": "unicode"}, Form(unicode=True)),
        ({"normalize": ("unicode", "whitespace")}, Form(whitespace=True, unicode=True)),
    ],
    ids=["none", "case", "word", "list"],
)
def test_a_form_is_read_from_the_keys_of_a_check(keys: dict[str, object], form: Form) -> None:
    assert Form.read(keys) == form


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Form(ignore_case=True), "ignore_case: true"),
        (Form(unicode=True), "normalize: unicode"),
        (MOST_ALIKE, "ignore_case: true, normalize: [whitespace, unicode]"),
    ],
    ids=["case", "one", "all"],
)
def test_a_form_is_written_as_authors_write_it(form: Form, written: str) -> None:
    assert str(form) == written
