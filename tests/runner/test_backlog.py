"""Which trials may begin: bounds, order, and caution."""

from collections.abc import Callable

import pytest

from evalkit.model.trial import Item
from evalkit.runner.backlog import Backlog


@pytest.fixture
def filled(make_item: Callable[..., Item]) -> Callable[..., Backlog]:
    """Make a backlog of so many items, named by their positions."""

    def fill(items: int, *, cautious: bool = False, repeat: int = 1) -> Backlog:
        backlog = Backlog(concurrency=2, cautious=cautious)
        for position in range(items):
            backlog.add(position, make_item(str(position), repeat=repeat).trials)
        return backlog

    return fill


def begun(backlog: Backlog, awaited: int = -1) -> list[str]:
    return [trial.item.conversation.id for trial in backlog.begin(awaited)]


def test_trials_begin_in_order_up_to_eight_times_the_concurrency(
    filled: Callable[..., Backlog],
) -> None:
    assert begun(filled(40)) == [str(position) for position in range(16)]


def test_a_finished_trial_makes_room_for_the_next(filled: Callable[..., Backlog]) -> None:
    backlog = filled(40)
    begun(backlog)
    backlog.finish()
    assert begun(backlog) == ["16"]


def test_a_straggler_holds_up_nobody(filled: Callable[..., Backlog]) -> None:
    backlog = filled(40)
    names = begun(backlog)
    for _ in range(24):
        backlog.finish()
        names += begun(backlog)
    assert names == [str(position) for position in range(40)]


def test_every_attempt_counts(filled: Callable[..., Backlog]) -> None:
    assert begun(filled(40, repeat=10)) == ["0"] * 10 + ["1"] * 6


def test_caution_begins_as_many_as_the_concurrency_ahead(filled: Callable[..., Backlog]) -> None:
    assert begun(filled(40, cautious=True)) == ["0", "1"]


def test_caution_does_not_count_the_item_awaited(filled: Callable[..., Backlog]) -> None:
    assert begun(filled(40, cautious=True), awaited=0) == ["0", "1", "2"]


def test_caution_counts_those_ahead_that_are_finished(filled: Callable[..., Backlog]) -> None:
    backlog = filled(40, cautious=True)
    begun(backlog, awaited=0)
    backlog.finish()
    assert begun(backlog, awaited=0) == []


def test_caution_goes_on_with_the_item_awaited(filled: Callable[..., Backlog]) -> None:
    backlog = filled(40, cautious=True)
    begun(backlog, awaited=0)
    assert begun(backlog, awaited=1) == ["3"]


def test_caution_holds_back_no_attempt_of_the_item_awaited(
    filled: Callable[..., Backlog],
) -> None:
    assert begun(filled(3, cautious=True, repeat=5), awaited=0) == ["0"] * 5 + ["1"] * 2


def test_cleared_trials_never_begin(filled: Callable[..., Backlog]) -> None:
    backlog = filled(3)
    left = backlog.clear()
    assert (len(left), begun(backlog)) == (3, [])
