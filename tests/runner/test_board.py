"""The board: who gets which outcomes, and when."""

import threading

import pytest

from evalkit.errors import RecordError
from evalkit.model.outcome import Outcome, Status
from evalkit.runner.board import Board


def outcome(item: str = "hello", attempt: int = 1) -> Outcome:
    return Outcome(trial=f"{item}#{attempt}", item=item, attempt=attempt, status="passed")


def test_outcomes_come_in_the_order_of_attempts() -> None:
    board = Board()
    board.expect("hello", 3)
    for attempt in (2, 3, 1):
        board.put("hello", outcome(attempt=attempt))
    assert [found.attempt for found in board.take("hello")] == [1, 2, 3]


def test_an_item_waits_for_its_last_outcome() -> None:
    board = Board()
    board.expect("hello", 2)
    board.put("hello", outcome(attempt=1))
    late = threading.Timer(0.01, board.put, ["hello", outcome(attempt=2)])
    late.start()
    assert len(board.take("hello")) == 2


def test_an_item_is_expected_once() -> None:
    board = Board()
    assert [board.expect("hello", 1), board.expect("hello", 1)] == [True, False]


def test_outcomes_are_given_away_once() -> None:
    board = Board()
    board.expect("hello", 1)
    board.put("hello", outcome())
    board.take("hello")
    with pytest.raises(LookupError, match="'hello' was already reported"):
        board.take("hello")


def test_an_item_that_was_never_started_is_refused() -> None:
    with pytest.raises(LookupError, match="'hello' was not started"):
        Board().take("hello")


def test_a_failure_is_raised_by_those_who_wait() -> None:
    board = Board()
    board.expect("hello", 1)
    threading.Timer(0.01, board.fail, [RecordError("disk full")]).start()
    with pytest.raises(RecordError, match="disk full"):
        board.take("hello")


def test_a_failure_is_raised_by_those_who_come_later() -> None:
    board = Board()
    board.fail(RecordError("disk full"))
    board.expect("hello", 1)
    with pytest.raises(RecordError, match="disk full"):
        board.take("hello")


def test_the_first_failure_counts() -> None:
    board = Board()
    board.fail(RecordError("disk full"))
    board.fail(RecordError("closed"))
    board.expect("hello", 1)
    with pytest.raises(RecordError, match="disk full"):
        board.take("hello")


def test_an_item_that_is_complete_outlives_a_failure() -> None:
    board = Board()
    board.expect("hello", 1)
    board.put("hello", outcome())
    board.fail(RecordError("disk full"))
    assert board.take("hello") == (outcome(),)


@pytest.mark.parametrize("status", ["skipped", "not_run"])
def test_a_trial_that_was_not_judged_is_not_untaken(status: Status) -> None:
    board = Board()
    board.expect("hello", 1)
    board.put("hello", outcome().model_copy(update={"status": status}))
    assert board.untaken == ()


def test_judged_trials_that_nobody_took_are_named() -> None:
    board = Board()
    for item in ("first", "second", "third"):
        board.expect(item, 2)
    for item in ("first", "second"):
        board.put(item, outcome(item))
        board.put(item, outcome(item, attempt=2))
    board.take("first")
    assert board.untaken == ("second#1", "second#2")
