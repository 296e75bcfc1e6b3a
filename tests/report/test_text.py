"""Texts and numbers: nothing hidden, nothing endless, nothing rounded to a lie."""

import pytest

from evalkit.report.text import Cut, anchor, duration, line, moment, percent, size, visible

SEEN = {
    "plain": ("ünï 😀\n\tcode", "ünï 😀\n\tcode"),
    "escape": ("\x1b[2J", "\\x1b[2J"),
    "NUL": ("a\x00b", "a\\x00b"),
    "C1 control": ("\x9b", "\\x9b"),
    "right-to-left override": ("\u202egpj.exe", "\\u202egpj.exe"),
    "isolate": ("\u2066a\u2069", "\\u2066a\\u2069"),
    "zero width": ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
    "line separator": ("a\u2028b", "a\\u2028b"),
    "lone surrogate": ("\ud800", "\\ud800"),
    "noncharacter": ("\ufffe", "\\ufffe"),
    "tag character": ("\U000e0041", "\\U000e0041"),
    "joiner of an emoji": ("👩\u200d🔬", "👩\u200d🔬"),
    "Windows lines": ("a\r\nb", "a\nb"),
    "overwritten line": ("bad\rgood", "bad\\rgood"),
}


@pytest.mark.parametrize(("text", "seen"), SEEN.values(), ids=SEEN.keys())
def test_every_character_is_seen(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_a_long_text_is_cut_and_counted() -> None:
    assert Cut.of("abcdef", 4) == Cut("abcd", 2)


def test_a_short_text_is_whole() -> None:
    assert Cut.of("abcd", 4) == Cut("abcd", 0)


def test_a_text_of_many_lines_becomes_one() -> None:
    assert line("a\n  b\tc", 10) == "a b c"


def test_a_line_ends_where_there_is_no_more_room() -> None:
    assert line("abcdef", 4) == "abc…"


ANCHORS = {
    "suites/a.yaml::Refund.asked[maas-4o]": "refund-asked-maas-4o-",
    "::Grüße[x]": "gru-e-x-",
    "::\ud800[]": "item-",
}


@pytest.mark.parametrize(("item", "words"), ANCHORS.items())
def test_an_anchor_is_made_of_plain_words(item: str, words: str) -> None:
    assert anchor(item).startswith(words)


def test_anchors_of_ids_with_the_same_words_differ() -> None:
    assert anchor("a.yaml::x[y]") != anchor("b.yaml::x[y]")


PERCENTS = [(0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.999, ">99%"), (1, "100%")]


@pytest.mark.parametrize(("share", "text"), PERCENTS)
def test_only_nothing_is_none_and_only_everything_is_all(share: float, text: str) -> None:
    assert percent(share) == text


DURATIONS = [
    (0.0314, "31 ms"),
    (1.26, "1.3 s"),
    (125, "2 min 5 s"),
    (7260, "2 h 1 min"),
    (float("nan"), "unknown"),
    (float("inf"), "unknown"),
]


@pytest.mark.parametrize(("seconds", "text"), DURATIONS)
def test_a_duration_is_in_the_unit_that_fits(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_moment_is_that_of_greenwich() -> None:
    assert moment(1_795_546_862) == "24 Nov 2026, 19:01 UTC"


@pytest.mark.parametrize("seconds", [1e300, float("nan"), float("-inf")])
def test_a_time_that_is_none_is_said_to_be_unknown(seconds: float) -> None:
    assert moment(seconds) == "at an unknown time"


@pytest.mark.parametrize(
    ("count", "text"), [(512, "512 B"), (2048, "2 KiB"), (5_000_000, "4.8 MiB")]
)
def test_a_size_is_in_the_unit_that_fits(count: int, text: str) -> None:
    assert size(count) == text
