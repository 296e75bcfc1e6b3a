"""Places for requests in flight."""

import asyncio

from evalkit.wire.clock import Clock
from evalkit.wire.limits import Gate


def test_a_free_place_is_given_without_a_wait() -> None:
    async def run() -> float:
        async with Gate(1, Clock()).place() as waited:
            return waited

    assert asyncio.run(run()) == 0.0


def test_one_who_gives_up_waiting_holds_nobody_up() -> None:
    order: list[str] = []

    async def use(gate: Gate, name: str, turns: int) -> None:
        async with gate.place():
            order.append(name)
            for _ in range(turns):
                await asyncio.sleep(0)

    async def run() -> None:
        gate = Gate(1, Clock())
        first, second, third = (
            asyncio.ensure_future(use(gate, name, 3)) for name in ("first", "second", "third")
        )
        await asyncio.sleep(0)
        second.cancel()
        async with asyncio.timeout(1):
            await asyncio.gather(first, second, third, return_exceptions=True)

    asyncio.run(run())

    assert order == ["first", "third"]
