"""Patterns under a time limit."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from evalkit.errors import CheckError
from evalkit.reading import bounded
from evalkit.reading.bounded import Budget, Child, Match, Question, compiled, is_quick, search

SLOW = ("^(a+)+$", "a" * 30 + "!")


@pytest.fixture
def child() -> Iterator[Child]:
    child = Child()
    yield child
    child.close()


@pytest.mark.parametrize(
    ("pattern", "text", "match"),
    [
        (r"\d+", "about 600 kcal", Match("600", 6, 9)),
        ("(ab)+", "xababx", Match("abab", 1, 5)),
        (r"(.)\1", "hello", Match("ll", 2, 4)),
        ("(?:)", "x", Match("", 0, 0)),
        ("(a)*", "b", Match("", 0, 0)),
        ("(ab)+", "no", None),
        ("x", "no", None),
        ("(é\ud800)+", "aé\ud800", Match("é\ud800", 1, 3)),
    ],
    ids=["here", "child", "back", "empty here", "empty in the child", "none", "none here", "odd"],
)
def test_the_first_match_is_found(pattern: str, text: str, match: Match | None) -> None:
    assert search(pattern, text) == match


@pytest.mark.parametrize("pattern", ["A", "(A)+"], ids=["here", "child"])
def test_flags_are_those_of_re(pattern: str) -> None:
    assert search(pattern, "a", 2) == Match("a", 0, 1)


@pytest.mark.timeout(60)
def test_a_search_that_takes_too_long_is_ended() -> None:
    with pytest.raises(CheckError, match="did not end within") as caught:
        search("(a|aa)+$", "a" * 60 + "!")

    assert caught.value.kind == "check_timeout"


def test_all_matches_of_a_budget_share_its_seconds() -> None:
    budget = Budget(0.2)
    with pytest.raises(CheckError, match="did not end within"):
        budget.search("^(b+)+$", "b" * 30 + "!")

    with pytest.raises(CheckError, match="had no time left"):
        budget.search("^(b+)+c", "b")


def test_no_time_is_left_for_a_quick_pattern_either() -> None:
    with pytest.raises(CheckError, match="had no time left: 0 s for all of the check"):
        Budget(0).search("a", "a")


@pytest.mark.parametrize(
    ("text", "is_pattern"),
    [("a+", True), ("[[]", True), ("*", False), ("a{99999999999}", False), ("(" * 9_999, False)],
    ids=["a pattern", "one that warns", "syntax", "a large number", "depth"],
)
def test_whether_a_text_is_a_pattern_is_found_out_in_the_child(
    text: str,
    is_pattern: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert Budget().is_pattern(text) is is_pattern


def test_a_long_pattern_is_shortened_where_it_is_told() -> None:
    with pytest.raises(CheckError) as caught:
        Budget(0).is_pattern("a" * 1_000_000)

    assert len(str(caught.value)) < 300


def test_a_child_is_started_again_after_it_was_killed(child: Child) -> None:
    with pytest.raises(CheckError, match="did not end"):
        child.search(Question(*SLOW, 0, 0.1))

    assert child.search(Question("(b)+", "abb", 0, 5)) == (1, 3)


def test_a_pattern_that_met_its_limit_three_times_is_not_tried_again(child: Child) -> None:
    for _ in range(3):
        with pytest.raises(CheckError, match="did not end within"):
            child.search(Question(*SLOW, 0, 0.05))

    with pytest.raises(CheckError, match="met its time limit 3 times and is not tried again"):
        child.search(Question("^(a+)+$", "a", 0, 5))


def test_other_flags_are_another_pattern(child: Child) -> None:
    for _ in range(3):
        with pytest.raises(CheckError):
            child.search(Question(*SLOW, 0, 0.05))

    assert child.search(Question("^(a+)+$", "A", 2, 5)) == (0, 1)


def test_one_child_serves_searches_one_after_the_other(child: Child) -> None:
    child.search(Question("(a)+", "a", 0, 5))
    process = child.process

    child.search(Question("(b)+", "b", 0, 5))

    assert child.process is process


def test_a_child_that_ended_by_itself_is_replaced(child: Child) -> None:
    child.search(Question("(a)+", "a", 0, 5))
    assert child.process is not None
    child.process.kill()
    child.process.wait()

    assert child.search(Question("(b)+", "b", 0, 5)) == (0, 1)


def test_a_pattern_that_the_child_cannot_compile_is_an_error(child: Child) -> None:
    with pytest.raises(CheckError, match="could not be matched: error: nothing to repeat"):
        child.search(Question("*", "a", 0, 5))


def test_searches_of_several_threads_get_their_own_answers(child: Child) -> None:
    found: dict[int, tuple[int, int] | None] = {}

    def ask(number: int) -> None:
        found[number] = child.search(Question("(x)+", " " * number + "x", 0, 10))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {number: (number, number + 1) for number in range(20)}


def test_a_megabyte_is_searched(child: Child) -> None:
    text = "x" * 1_000_000 + "yy"

    assert child.search(Question("(y)+", text, 0, 10)) == (1_000_000, 1_000_002)


def test_a_child_ends_with_its_parent_and_without_a_warning() -> None:
    program = "from evalkit.reading import bounded; print(bounded.search('(a)+', 'aa'))"

    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.stdout, done.stderr) == ("Match(text='aa', start=0, end=2)\n", "")


@pytest.mark.parametrize(
    ("pattern", "length", "flags", "quick"),
    [
        (r"\d+ kcal", 2000, 0, True),
        (r"\d+ kcal", 100_000, 0, False),
        ("refund", 1_000_000, 0, True),
        ("a.*b.*c", 2000, 0, False),
        ("(a+)+", 1, 0, False),
        ("a # (b", 1, 64, False),
    ],
    ids=["short", "long", "no repetition", "two repetitions", "repeated group", "verbose"],
)
def test_only_what_is_sure_to_end_soon_is_searched_here(
    pattern: str,
    length: int,
    flags: int,
    quick: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert is_quick(pattern, length, flags) is quick


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a(b", "'a(b' is no pattern: missing ), unterminated subpattern at position 2"),
        ("a{9999999999}", "is too large or too deeply nested a pattern"),
    ],
    ids=["syntax", "size"],
)
def test_what_is_wrong_in_a_pattern_is_told_with_its_place(pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        compiled(pattern)


def test_a_reading_that_python_may_change_later_warns_nobody() -> None:
    assert compiled("[[a]").search("[")


def test_the_limit_is_a_second_and_a_half() -> None:
    assert bounded.SECONDS == 1.5
