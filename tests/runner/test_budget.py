"""What a run has used up, in one process and in several."""

import multiprocessing
from pathlib import Path

import pytest

from evalkit.model.api import Share
from evalkit.model.caps import Caps
from evalkit.model.chat import Try, Usage
from evalkit.model.price import Price
from evalkit.runner.budget import Budget

ALONE = Share()
USED = Usage(prompt=60, completion=40, total=100)
DOLLAR = Price(input=10_000, output=10_000)


def test_without_a_cap_nothing_is_ever_used_up() -> None:
    budget = Budget(Caps(), ALONE)
    budget.spend(Usage(total=10**9), (), DOLLAR)

    assert budget.used_up() is None


@pytest.mark.parametrize(
    ("caps", "requests", "wanted"),
    [
        (Caps(tokens=201), 2, None),
        (Caps(tokens=200), 2, "the run's 200 tokens are used up"),
        (Caps(tokens=1000), 15, "the run's 1,000 tokens are used up"),
        (Caps(cost=2.5), 2, None),
        (Caps(cost=2), 3, "the run's $2 are used up"),
        (Caps(seconds=1), 100, None),
    ],
    ids=["tokens left", "the last token", "above", "dollars left", "dollars", "time is no amount"],
)
def test_a_cap_is_used_up_once_it_is_reached(caps: Caps, requests: int, wanted: str | None) -> None:
    budget = Budget(caps, ALONE)
    for _ in range(requests):
        budget.spend(USED, (), DOLLAR)

    assert budget.used_up() == wanted


def test_abandoned_tries_count_and_what_is_not_known_does_not() -> None:
    budget = Budget(Caps(tokens=100), ALONE)
    budget.spend(None, (Try(kind="server", wasted=60), Try(kind="server")), None)
    before = budget.used_up()
    budget.spend(None, (Try(kind="server", wasted=40),), None)

    assert (before, budget.used_up() is None) == (None, False)


def test_abandoned_tries_cost_as_much_as_they_may() -> None:
    budget = Budget(Caps(cost=3), ALONE)
    budget.spend(None, (Try(kind="server", wasted=300),), DOLLAR)

    assert budget.used_up() == "the run's $3 are used up"


def test_what_has_no_price_costs_nothing_that_is_known() -> None:
    budget = Budget(Caps(cost=0.01), ALONE)
    budget.spend(USED, (), None)

    assert budget.used_up() is None


def spend(folder: Path, index: int) -> None:
    budget = Budget(Caps(tokens=10**9), Share(index, 3, folder))
    for _ in range(100):
        budget.spend(USED, (), None)


@pytest.mark.parametrize(("cap", "reached"), [(20_100, True), (20_101, False)])
def test_the_processes_of_a_run_add_up_what_they_use(
    tmp_path: Path, *, cap: int, reached: bool
) -> None:
    context = multiprocessing.get_context("forkserver")
    processes = [context.Process(target=spend, args=(tmp_path, index)) for index in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    budget = Budget(Caps(tokens=cap), Share(2, 3, tmp_path))
    budget.spend(USED, (), None)

    assert (budget.used_up() is not None) is reached


def test_a_reply_without_usage_counts_by_its_bytes() -> None:
    budget = Budget(Caps(tokens=100), ALONE)
    budget.spend(None, (Try(status=200, received=399),), None)
    before = budget.used_up()
    budget.spend(None, (Try(status=200, received=4),), None)

    assert (before, budget.used_up() is None) == (None, False)
