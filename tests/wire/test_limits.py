"""Places for requests in flight."""

import asyncio
from typing import Any

from evalkit.wire.limits import Gate
from evalkit.wire.window import Window


def test_one_who_gives_up_waiting_holds_nobody_up() -> None:
    order: list[str] = []

    async def use(gate: Gate, name: str, turns: int) -> None:
        async with gate.place():
            order.append(name)
            for _ in range(turns):
                await asyncio.sleep(0)

    async def run() -> None:
        gate = Gate(Window.fixed(1))
        first, second, third = (
            asyncio.ensure_future(use(gate, name, 3)) for name in ("first", "second", "third")
        )
        await asyncio.sleep(0)
        second.cancel()
        async with asyncio.timeout(1):
            await asyncio.gather(first, second, third, return_exceptions=True)

    asyncio.run(run())

    assert order == ["first", "third"]


def test_one_who_is_cancelled_as_he_gets_his_place_passes_it_on(virtual: Any) -> None:
    async def hold(gate: Gate, seconds: float) -> None:
        async with gate.place():
            await asyncio.sleep(seconds)

    async def run() -> float:
        gate = Gate(Window.fixed(1))
        first = asyncio.ensure_future(hold(gate, 1))
        second, third = (asyncio.ensure_future(hold(gate, 1)) for _ in range(2))
        await first
        second.cancel()
        await third
        return asyncio.get_running_loop().time()

    assert virtual.run(run()) == 2


def test_a_window_that_grows_lets_in_who_waits(virtual: Any) -> None:
    async def run() -> int:
        gate, held = Gate(Window(1, 1, 8)), 0

        async def hold() -> None:
            nonlocal held
            async with gate.place() as mark:
                held += 1
                await asyncio.sleep(held)
                gate.window.grow(mark)

        tasks = [asyncio.ensure_future(hold()) for _ in range(8)]
        await asyncio.sleep(1.5)
        for task in tasks:
            task.cancel()
        return held

    assert virtual.run(run()) == 3


def test_one_who_tries_again_is_served_before_those_who_try_first(virtual: Any) -> None:
    order: list[str] = []

    async def use(gate: Gate, name: str, *, again: bool) -> None:
        async with gate.place(again=again):
            order.append(name)
            await asyncio.sleep(1)

    async def run() -> None:
        gate = Gate(Window.fixed(1))
        names = ("holder", "first", "second", "again", "again too")
        await asyncio.gather(*(use(gate, one, again=one.startswith("again")) for one in names))

    virtual.run(run())

    assert order == ["holder", "again", "again too", "first", "second"]
