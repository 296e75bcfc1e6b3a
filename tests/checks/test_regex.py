"""The check `regex`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.regex import Regex
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("keys", "reply", "status"),
    [
        ({"pattern": r"\d+ kcal"}, "about 600 kcal", "passed"),
        ({"pattern": "^yes"}, "oh yes", "failed"),
        ({"pattern": "^yes$"}, "yes\n", "passed"),
        ({"pattern": "YES", "ignore_case": True}, "yes", "passed"),
        ({"pattern": "^two$"}, "one\ntwo", "failed"),
        ({"pattern": "^two$", "multiline": True}, "one\ntwo", "passed"),
        ({"pattern": "a.b"}, "a\nb", "failed"),
        ({"pattern": "a.b", "dotall": True}, "a\nb", "passed"),
        ({"pattern": r"^(\w+) \1$"}, "bye bye", "passed"),
        ({"pattern": "(?<=€)7"}, "€7", "passed"),
        ({"pattern": r"^\w+$"}, "größe", "passed"),
        ({"pattern": "[[]"}, "a [list]", "passed"),
        ({"pattern": "a b # c", "verbose": True}, "ab", "passed"),
        ({"pattern": "^x*$"}, "y", "failed"),
        ({"pattern": r"\Ayes\Z"}, "yes\n", "failed"),
    ],
    ids=[
        "found",
        "start",
        "before the last newline",
        "case",
        "one line",
        "multiline",
        "dot",
        "dotall",
        "group again",
        "look behind",
        "letters",
        "bracket",
        "verbose",
        "nothing but x",
        "whole reply",
    ],
)
def test_a_pattern_means_what_it_does_in_python(
    keys: dict[str, Any], reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(Regex.model_validate(keys), turn_of(reply)).status == status


def test_what_matched_is_shown_with_its_place(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Regex(pattern=r"\d+"), turn_of("this is\nabout 600 kcal"))

    assert verdict.reason == r"reply matches '\d+'"
    assert verdict.evidence == (Evidence(message="at 2:7", excerpt="600"),)


def test_where_nothing_matches_the_reply_is_shown(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Regex(pattern=r"\d+"), turn_of("x" * 500))

    assert verdict.reason == r"reply does not match '\d+'"
    assert (verdict.evidence[0].message, len(verdict.evidence[0].excerpt)) == ("reply", 80)


def test_a_pattern_of_several_lines_is_told_in_one(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Regex(pattern="a\nb", verbose=True), turn_of("ab"))

    assert verdict.reason == r"reply matches 'a\nb'"


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a(b", "no pattern: missing ), unterminated subpattern at position 2"),
        ("*", "no pattern: nothing to repeat at position 1"),
        ("^a(?i)$", "no pattern: global flags not at the start of the expression at position 3"),
        ("(" * 5000, "too deeply nested"),
        ("", "this cannot fail: the empty pattern matches every reply"),
        (".*", "this cannot fail: the pattern matches the empty text anywhere"),
        ("(?i)yes|", "this cannot fail: the pattern matches the empty text anywhere"),
    ],
    ids=["open group", "nothing before", "late flags", "deep", "empty", "anything", "no branch"],
)
def test_a_pattern_that_cannot_be_used_is_a_mistake(pattern: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Regex(pattern=pattern)

    assert message in str(caught.value)


@pytest.mark.parametrize("pattern", ["^$", r"\b", r"\Z|x", "(?!x)", "(?<!y)", "a+"])
def test_a_pattern_that_matches_nothing_but_in_some_places_can_fail(pattern: str) -> None:
    assert Regex(pattern=pattern).pattern == pattern


@pytest.mark.timeout(60)
def test_a_pattern_that_takes_too_long_is_an_error(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Regex(pattern="^(a+)+$"), turn_of("a" * 30 + "!"))

    assert (verdict.status, verdict.kind) == ("error", "check_timeout")
