"""How many steps a pattern may take at most."""

import re
import time

import pytest

from evalkit.reading.backtracking import growth


@pytest.mark.parametrize(
    ("pattern", "power"),
    [
        ("refund", 0),
        (r"^(yes|no)\.?$", 0),
        (r"\d{4}-\d{2}", 0),
        (r"\d+ kcal", 1),
        ("a{2,}", 1),
        ("a{,3}", 0),
        ("[]*+]+", 1),
        (r"[^\]+]*?x", 1),
        (r"\(a+\)", 1),
        ("a.*b.*c", 2),
        ("(?i)a+", 1),
        ("(?P<year>[0-9]+)(?=x+)", 2),
        (r"\N{BULLET}+", 1),
        ("a{x}", 0),
    ],
)
def test_a_row_of_choices_grows_with_its_open_repetitions(pattern: str, power: int) -> None:
    bound = growth(pattern)

    assert bound is not None
    assert bound.power == power


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(?:ab)*",
        "(a|b){2,3}",
        r"(a)\1",
        "(?P<x>a)(?P=x)",
        "(a)?(?(1)b)",
        "(?>a+)",
        "(?x) a +",
        "(?i:(a))*",
        "(?#a)b",
        "a{2}{3}",
        r"\012",
    ],
)
def test_a_pattern_that_no_glance_can_tell_has_no_bound(pattern: str) -> None:
    assert growth(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "factor"),
    [("a|b|c", 3 * 6), ("(a|b)(c|d)", 4 * 11), ("a?b?", 4 * 5), ("a{1,4}", 5 * 7)],
    ids=["branches", "groups", "optional", "counted"],
)
def test_branches_and_counts_multiply(pattern: str, factor: int) -> None:
    bound = growth(pattern)

    assert bound is not None
    assert bound.factor == factor


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a*aaaaaaaaaaaab", "a" * 2500),
        (r"\w*\d", "a" * 5000),
        (".*?b", "a" * 5000),
        ("a?a?a?a?a?a?a?a?a?a?b", "a" * 5000),
        ("a*a*b", "a" * 300),
        ("(?=a*b)(?=a*c)d", "a" * 200),
        ("(a|a|a)(a|a|a)(a|a|a)b", "a" * 9000),
    ],
)
def test_a_search_ends_within_its_bound_at_three_nanoseconds_a_step(
    pattern: str, text: str
) -> None:
    bound = growth(pattern)
    started = time.process_time()

    re.search(pattern, text)

    assert bound is not None
    assert time.process_time() - started < bound.steps(len(text)) * 3e-9
