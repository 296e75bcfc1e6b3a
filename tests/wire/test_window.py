"""How the number of requests in flight follows what a server takes."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from evalkit.wire.limits import Gate
from evalkit.wire.window import PATIENCE, START, Mark, Window

FULL = Mark(cuts=0, full=True)


def test_it_doubles_each_round_until_the_first_refusal() -> None:
    window, sizes = Window(), []
    for _ in range(4):
        sizes.append(window.size)
        for _ in range(window.size):
            window.grow(FULL)

    assert sizes == [8, 16, 32, 64]


def test_replies_to_a_window_that_was_not_full_say_nothing() -> None:
    window = Window()
    for _ in range(100):
        window.grow(window.mark(START - 1))

    assert window.size == START


def test_it_is_cut_once_for_all_that_was_sent_before_the_cut() -> None:
    window = Window(start=40)
    marks = [window.mark(40) for _ in range(10)]
    for mark in marks:
        window.shrink(mark)

    assert (window.size, window.cuts) == (30, 1)


def test_after_a_cut_it_grows_by_one_at_a_time() -> None:
    window = Window(start=8)
    window.shrink(window.mark(8))
    for _ in range(PATIENCE):
        window.grow(window.mark(6))

    assert window.size == 7


def test_replies_to_what_was_sent_before_a_cut_do_not_let_it_grow() -> None:
    window = Window(start=8)
    window.shrink(FULL)
    for _ in range(100):
        window.grow(FULL)

    assert window.size == 6


def test_it_never_shrinks_below_its_least() -> None:
    window = Window(start=2)
    for _ in range(10):
        window.shrink(window.mark(2))

    assert window.size == 1


def test_a_fixed_one_stays_as_it_is() -> None:
    window = Window.fixed(5)
    window.grow(window.mark(5))
    window.shrink(window.mark(5))

    assert window.size == 5


LATENCY = 1.0


@dataclass
class Server:
    """Answers after a second; more than its capacity at once are refused at once."""

    capacity: int
    busy: int = 0
    refusals: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    sizes: list[tuple[float, int]] = field(default_factory=list)

    async def answer(self, number: int) -> bool:
        now = asyncio.get_running_loop().time
        if self.busy >= self.capacity:
            self.refusals.append(now())
            return False
        self.busy += 1
        await asyncio.sleep(LATENCY * (0.5 + (number * 7919 % 1000) / 1000))
        self.busy -= 1
        self.replies.append(now())
        return True


async def simulate(server: Server, requests: int) -> None:
    gate, now = Gate(Window()), asyncio.get_running_loop().time

    async def ask(number: int) -> None:
        while True:
            async with gate.place() as mark:
                answered = await server.answer(number)
                (gate.window.grow if answered else gate.window.shrink)(mark)
                server.sizes.append((now(), gate.window.size))
            if answered:
                return
            await asyncio.sleep(0.1 + number * 104729 % 1000 / 1000)

    await asyncio.gather(*(ask(number) for number in range(requests)))


@pytest.mark.parametrize("capacity", [3, 8, 20, 50])
def test_it_settles_near_what_the_server_takes(virtual: Any, capacity: int) -> None:
    server, requests = Server(capacity), 400 * capacity
    virtual.run(simulate(server, requests))

    warm = server.replies[requests // 5]
    sizes = [size for at, size in server.sizes if warm <= at <= server.replies[-capacity * 2]]
    refused = sum(at > warm for at in server.refusals)
    answered = sum(at > warm for at in server.replies)
    steps = [after - before for before, after in pairwise(sizes)]
    assert 0.6 * capacity <= min(sizes)
    assert max(sizes) <= max(1.1 * capacity, capacity + 1)
    assert refused / (refused + answered) < 0.05
    assert min(steps) >= -0.3 * capacity - 1
