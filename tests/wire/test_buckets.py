"""Requests and tokens per minute, on virtual time."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalkit.model.chat import Usage
from evalkit.model.deployment import Limits
from evalkit.wire.buckets import FIRST_GUESS, Bucket, Rates

Taken = list[tuple[float, float]]


def taken(virtual: Any, amount: float, wishes: list[tuple[float, float]]) -> Taken:
    """Reserve wishes, each so many seconds after the one before; gives when and how much."""

    async def run() -> Taken:
        bucket, now, seen = Bucket(amount, virtual.clock()), asyncio.get_running_loop().time, []

        async def wish(size: float) -> None:
            got = await bucket.reserve(size)
            seen.append((now(), got))

        tasks = []
        for pause, size in wishes:
            await asyncio.sleep(pause)
            tasks.append(asyncio.ensure_future(wish(size)))
        await asyncio.gather(*tasks)
        return seen

    got: Taken = virtual.run(run())
    return got


def most_in_a_minute(seen: Taken) -> float:
    starts = [at for at, _ in seen]
    return max(sum(size for at, size in seen if start <= at < start + 60) for start in starts)


@pytest.mark.parametrize("amount", [1, 2, 3, 10, 60, 600, 100_000])
def test_no_minute_holds_more_than_the_amount(virtual: Any, amount: int) -> None:
    seen = taken(virtual, amount, [(0, 1)] * min(3 * amount, 1500))

    assert most_in_a_minute(seen) <= amount + 1e-6


@given(
    amount=st.floats(1, 5000),
    wishes=st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 6000)), min_size=1, max_size=40),
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # it holds nothing
)
def test_no_minute_holds_more_whatever_is_reserved_and_when(
    virtual: Any, amount: float, wishes: list[tuple[float, float]]
) -> None:
    sizes = [(pause, max(size, 1.0)) for pause, size in wishes]

    assert most_in_a_minute(taken(virtual, amount, sizes)) <= amount * (1 + 1e-9) + 1e-6


def test_half_of_what_is_allowed_is_used_at_least(virtual: Any) -> None:
    seen = taken(virtual, 600, [(0, 1)] * 1800)

    assert seen[-1][0] < 2 * 180


def test_they_are_served_in_their_order(virtual: Any) -> None:
    seen = taken(virtual, 60, [(0, 1), (0, 20), (0, 1), (0, 2)])

    assert [size for _, size in seen] == [1, 20, 1, 2]


def test_a_wish_above_half_of_the_amount_is_cut_to_it(virtual: Any) -> None:
    assert taken(virtual, 1000, [(0, 9000)])[0][1] == 500


def test_what_is_given_back_serves_who_waits(virtual: Any) -> None:
    async def run() -> float:
        bucket, now = Bucket(1000, virtual.clock()), asyncio.get_running_loop().time
        first = await bucket.reserve(500)
        waiting = asyncio.ensure_future(bucket.reserve(400))
        await asyncio.sleep(1)
        bucket.settle(first, 10)
        await waiting
        return now()

    assert virtual.run(run()) < 1.1


def test_an_overrun_is_taken_from_what_follows(virtual: Any) -> None:
    async def run() -> float:
        bucket, now = Bucket(600, virtual.clock()), asyncio.get_running_loop().time
        bucket.settle(await bucket.reserve(10), 110)
        before = now()
        await bucket.reserve(10)
        return now() - before

    assert virtual.run(run()) > 8


def rates(virtual: Any, **limits: Any) -> Rates:
    async def run() -> Rates:
        return Rates(Limits(**limits), 1, virtual.clock())

    made: Rates = virtual.run(run())
    return made


def test_an_unseen_reply_is_taken_to_be_of_some_length(virtual: Any) -> None:
    assert rates(virtual).expected() == FIRST_GUESS


def test_later_the_length_of_most_replies_is_expected(virtual: Any) -> None:
    known = rates(virtual)
    for count in range(100):
        known.settle(0, Usage(completion=count))

    assert known.expected() == 95


@pytest.mark.parametrize(
    ("limits", "header", "wanted"),
    [
        ({}, "120", 120),
        ({"rpm": 30}, "120", 30),
        ({}, "0", None),
        ({}, "-1", None),
        ({}, "many", None),
        ({}, "9" * 30, None),
        ({}, "\u0661\u0662", 12),
    ],
    ids=["the server's", "the author's", "none", "negative", "no number", "too many", "arabic"],
)
def test_a_server_s_own_limit_holds_where_the_author_sets_none(
    virtual: Any, limits: dict[str, float], header: str, wanted: int | None
) -> None:
    known = rates(virtual, **limits)

    async def learn() -> None:
        known.learn({"x-ratelimit-limit-requests": header})

    virtual.run(learn())

    assert (known.requests and known.requests.amount) == wanted


def test_processes_divide_what_is_allowed(virtual: Any) -> None:
    async def run() -> float:
        bucket = Rates(Limits(rpm=90), 3, virtual.clock()).requests
        return bucket.amount if bucket else 0

    assert virtual.run(run()) == 30
