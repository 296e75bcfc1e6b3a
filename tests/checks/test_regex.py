"""The check `regex`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.regex import Regex
from evalkit.model.check import Check, Verdict, View

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
    ],
)
def test_a_pattern_means_what_it_does_in_python(
    keys: dict[str, Any], reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(Regex.model_validate(keys), turn_of(reply)).status == status


def test_what_matched_is_shown(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Regex(pattern=r"\d+"), turn_of("about 600 kcal"))

    assert (verdict.reason, verdict.evidence[0].excerpt) == (r"reply matches '\d+'", "600")


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a(b", "no pattern: missing ), unterminated subpattern at position 2"),
        ("*", "no pattern: nothing to repeat at position 1"),
        ("^a(?i)$", "no pattern: global flags not at the start of the expression at position 3"),
        ("(" * 5000, "too deeply nested"),
        ("", "this cannot fail: the empty pattern matches every reply"),
    ],
    ids=["open group", "nothing before", "late flags", "deep", "empty"],
)
def test_a_pattern_that_cannot_be_used_is_a_mistake(pattern: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Regex(pattern=pattern)

    assert message in str(caught.value)


@pytest.mark.timeout(60)
def test_a_pattern_that_takes_too_long_is_an_error(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Regex(pattern="^(a+)+$"), turn_of("a" * 30 + "!"))

    assert (verdict.status, verdict.kind) == ("error", "check_timeout")
