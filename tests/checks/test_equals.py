"""The check `equals`."""

from collections.abc import Callable

import pytest

from evalkit.checks.equals import Equals
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("check", "reply", "status"),
    [
        (Equals(text="yes"), "yes", "passed"),
        (Equals(text="yes"), "\n yes \n", "passed"),
        (Equals(text=" yes\n"), "yes", "passed"),
        (Equals(text="yes"), "Yes", "failed"),
        (Equals(text="yes"), "yes, sir", "failed"),
        (Equals(text="yes", strip=False), "yes\n", "failed"),
        (Equals(text="yes\n", strip=False), "yes\n", "passed"),
        (Equals(text="YES", ignore_case=True), "yes", "passed"),
        (Equals(text="a b"), "a  b", "failed"),
        (Equals(text="a b", normalize="whitespace"), "a\n b", "passed"),
        (Equals(text="it's", normalize="unicode"), "it\u2019s", "passed"),
        (Equals(text="a", strip=False, normalize="unicode"), "a ", "failed"),
        (Equals(text=""), "", "passed"),
        (Equals(text=""), "x", "failed"),
    ],
    ids=[
        "same",
        "space around the reply",
        "space around the text",
        "case",
        "more behind",
        "strip off",
        "strip off, same",
        "case ignored",
        "space inside",
        "space inside made alike",
        "quotes made alike",
        "normalised, not stripped",
        "empty",
        "not empty",
    ],
)
def test_the_whole_reply_is_compared(
    check: Equals, reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(check, turn_of(reply)).status == status


def test_the_first_difference_is_shown_with_its_place(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Equals(text="one\ntwo three"), turn_of("one\ntwo four"))

    assert verdict.evidence == (
        Evidence(
            message="first difference at 2:5, where 'two three' is expected", excerpt="two four"
        ),
    )


def test_a_reply_that_ends_early_differs_at_its_end(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Equals(text="one two"), turn_of("one"))

    assert verdict.evidence[0].message == "first difference at 1:4, where 'one two' is expected"


def test_long_texts_are_cut_in_the_reason(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Equals(text="x" * 10_000), turn_of("y" * 10_000))

    assert len(verdict.reason) < 250
    assert len(verdict.evidence[0].message + verdict.evidence[0].excerpt) < 250


def test_equal_texts_are_shown(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Equals(text="yes"), turn_of("yes\n"))

    assert verdict.evidence == (Evidence(message="equal, 3 characters", excerpt="yes"),)


@pytest.mark.parametrize(
    ("text", "reply", "hints"),
    [
        ("yes", "YES", ["it holds with ignore_case: true"]),
        ("yes", "YES, sir", []),
        ("", "x", []),
    ],
    ids=["case", "other text", "empty"],
)
def test_what_would_make_them_equal_is_told(
    text: str, reply: str, hints: list[str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Equals(text=text), turn_of(reply))

    assert [one.message for one in verdict.evidence[1:]] == hints
