"""Which requests are let through, to one deployment and among several; all on virtual time."""

import asyncio
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from evalkit.model.api import Keys
from evalkit.model.chat import Fault
from evalkit.model.deployment import Limits, Retry
from evalkit.secrets import Secret
from evalkit.wire.admission import Admission
from evalkit.wire.breaker import TOLERANCE
from evalkit.wire.retry import Failure

QUOTA = b'{"error": {"code": "insufficient_quota", "message": "no credit"}}'
ONE = Secret("key-of-one", "ONE_KEY")
SAME = Secret("key-of-one", "ANOTHER_NAME_OF_IT")
OTHER = Secret("key-of-another", "OTHER_KEY")


@dataclass
class Two:
    """What two deployments came to, of which the first has used up its quota."""

    first: Any
    second: Any


def two(virtual: Any, wire: Any, second: Secret | None, calls: int = 40) -> Two:
    """Call two deployments at once; the server of the first refuses for the quota after 1 s."""
    keys, limits = Keys(), Limits(concurrency=4)

    async def run() -> Two:
        empty = wire.host(lambda _: wire.said(429, pieces=[(0, QUOTA)], after=1.0))
        full = wire.host(lambda _: wire.said(after=0.3))
        services = replace(wire.services, keys=keys)
        both = [
            wire.play(host, virtual.clock(), calls, services=services, api_key=key, limits=limits)
            for host, key in ((empty, ONE), (full, second))
        ]
        return Two(*await asyncio.gather(*both))

    found: Two = virtual.run(run())
    return found


def test_a_used_up_quota_stops_the_deployment_after_those_in_flight(
    virtual: Any, wire: Any
) -> None:
    first = two(virtual, wire, OTHER).first

    assert (len(first.host.requests), first.not_sent) == (4, 36)
    assert set(first.kinds) == {"quota"}
    assert "no credit" in str(first.answers[-1])


def test_a_used_up_quota_stops_every_deployment_with_that_key(virtual: Any, wire: Any) -> None:
    second = two(virtual, wire, SAME).second

    before = [at for at in second.host.begun if at <= 1.0]
    assert len(second.host.requests) == len(before) == second.kinds.count(None)
    assert second.kinds.count("quota") == second.not_sent == 40 - len(before)


@pytest.mark.parametrize("key", [OTHER, None], ids=["another key", "no key"])
def test_a_used_up_quota_leaves_other_keys_alone(
    virtual: Any, wire: Any, key: Secret | None
) -> None:
    assert two(virtual, wire, key).second.kinds == [None] * 40


def test_a_used_up_quota_without_a_key_stops_that_deployment_alone(virtual: Any, wire: Any) -> None:
    keys = Keys()

    async def run() -> tuple[Any, Any]:
        services = replace(wire.services, keys=keys)
        empty = wire.host(lambda _: wire.said(429, pieces=[(0, QUOTA)]))
        first = await wire.play(empty, virtual.clock(), 20, services=services)
        full = wire.host(lambda _: wire.said())
        return first, await wire.play(full, virtual.clock(), 20, services=services)

    first, second = virtual.run(run())

    assert first.not_sent == 20 - 8
    assert second.kinds == [None] * 20


def test_who_waits_for_the_minute_is_stopped_with_the_others(virtual: Any, wire: Any) -> None:
    def behave(host: Any) -> Any:
        return wire.said() if len(host.requests) == 1 else wire.said(429, pieces=[(0, QUOTA)])

    async def run() -> Any:
        limits = Limits(concurrency=8, rpm=6)
        return await wire.play(wire.host(behave), virtual.clock(), 20, limits=limits)

    played = virtual.run(run())

    assert (len(played.host.requests), played.not_sent) == (2, 18)


def admission(wire: Any, virtual: Any, **limits: Any) -> Admission:
    called = wire.deployment("http://host", limits=Limits(**limits))
    return Admission(called, wire.services, virtual.clock())


def fail(made: Admission) -> None:
    for _ in range(TOLERANCE):
        made.breaker.fail(Failure(Fault(kind="server", message="broken")), probe=0)


def test_a_probe_that_is_cancelled_while_it_waits_for_the_minute_is_none(
    virtual: Any, wire: Any
) -> None:
    async def hold(made: Admission) -> int:
        async with made.ticket(lambda _: 0.0) as ticket:
            return ticket.probe

    async def run() -> tuple[bool, int]:
        made = admission(wire, virtual, rpm=1)
        await hold(made)
        fail(made)
        probe = asyncio.ensure_future(hold(made))
        await asyncio.sleep(2)
        probe.cancel()
        await asyncio.wait([probe])
        return probe.cancelled(), await made.breaker.admit()

    assert virtual.run(run()) == (True, 2)


def test_a_ticket_tells_how_long_it_was_waited_for(virtual: Any, wire: Any) -> None:
    async def run() -> float:
        made = admission(wire, virtual, concurrency=1)

        async def hold() -> float:
            async with made.ticket(lambda _: 0.0) as ticket:
                await asyncio.sleep(3)
                return ticket.queued

        return (await asyncio.gather(hold(), hold()))[1]

    assert virtual.run(run()) == 3


def test_tokens_are_weighed_only_where_they_are_limited(virtual: Any, wire: Any) -> None:
    async def run(**limits: Any) -> list[int]:
        expected: list[int] = []

        def weigh(completion: int) -> float:
            expected.append(completion)
            return 1.0

        async with admission(wire, virtual, **limits).ticket(weigh):
            return expected

    assert [virtual.run(run()), virtual.run(run(tpm=1000))] == [[], [500]]


def test_a_minute_holds_no_more_requests_than_it_may(virtual: Any, wire: Any) -> None:
    async def run() -> Any:
        host = wire.host(lambda _: wire.said(after=0.2))
        return await wire.play(host, virtual.clock(), 200, limits=Limits(concurrency=64, rpm=60))

    begun = virtual.run(run()).host.begun

    assert max(sum(at <= other < at + 60 for other in begun) for at in begun) <= 60


def test_a_server_s_own_limit_per_minute_is_kept(virtual: Any, wire: Any) -> None:
    headers = {"content-type": "application/json", "x-ratelimit-limit-requests": "60"}

    async def run() -> Any:
        host = wire.host(lambda _: wire.said(headers=headers, after=0.2))
        return await wire.play(host, virtual.clock(), 100, limits=Limits(concurrency=1))

    begun = virtual.run(run()).host.begun[1:]

    assert max(sum(at <= other < at + 60 for other in begun) for at in begun) <= 60


class Capacity:
    """Answers as many requests at once as it can, within 0.5 to 1.5 s; refuses others at once."""

    def __init__(self, wire: Any, capacity: int) -> None:
        self._wire = wire
        self._capacity = capacity
        self._ends: list[float] = []
        self.refused: list[float] = []
        self.asked: list[tuple[float, int]] = []

    def __call__(self, host: Any) -> Any:
        self._ends = [end for end in self._ends if end > host.now]
        self.asked.append((host.now, host.flying + 1))
        if len(self._ends) >= self._capacity:
            self.refused.append(host.now)
            return self._wire.said(429, after=0.05)
        seconds = 0.5 + len(host.requests) * 7919 % 1000 / 1000
        self._ends.append(host.now + seconds)
        return self._wire.said(after=seconds)


@pytest.mark.parametrize("capacity", [3, 8, 20, 40])
def test_adaptive_concurrency_settles_near_what_a_server_takes(
    virtual: Any, wire: Any, capacity: int
) -> None:
    server = Capacity(wire, capacity)
    draws = (number * 104_729 % 1000 / 1000 for number in count())

    async def run() -> Any:
        limits, clock = Limits(concurrency="adaptive"), virtual.clock()
        varied = replace(clock, draw=lambda: next(draws))
        return await wire.play(wire.host(server), varied, 300 * capacity, limits=limits)

    played = virtual.run(run())

    warm, late = sorted(played.ended)[60 * capacity], sorted(played.ended)[-2 * capacity]
    sizes = sorted(size for at, size in server.asked if warm <= at <= late)
    refused = sum(warm <= at <= late for at in server.refused)
    assert set(played.kinds) == {None}
    assert sizes[len(sizes) // 50] >= 0.6 * capacity
    assert sizes[-1] <= max(1.1 * capacity, capacity + 1)
    assert refused / len(sizes) < 0.05


def rationed(host: Any) -> bool:
    """Whether a server that takes five requests in two seconds takes the one that came last."""
    taken = host.__dict__.setdefault("taken", [])
    recent = [at for at in taken if at > host.now - 2.0]
    if len(recent) >= 5:
        return False
    taken.append(host.now)
    return True


def test_a_server_that_says_when_to_come_again_is_left_alone_by_all_until_then(
    virtual: Any, wire: Any
) -> None:
    async def run() -> Any:
        host = wire.host(
            lambda host: wire.said() if rationed(host) else wire.said(429, {"retry-after": "2"})
        )
        return await wire.play(host, virtual.clock(), 200, limits=Limits(concurrency=8))

    played = virtual.run(run())
    refused = len(played.host.requests) - 200

    assert (set(played.kinds), refused < 200) == ({None}, True)
    assert max(played.ended) < 1.5 * 200 / 5 * 2


def test_a_server_that_asks_for_longer_than_anybody_waits_is_given_up(
    virtual: Any, wire: Any
) -> None:
    async def run() -> Any:
        host = wire.host(lambda _: wire.said(429, {"retry-after": "600"}))
        return await wire.play(host, virtual.clock(), 200, limits=Limits(concurrency=8))

    played = virtual.run(run())

    assert len(played.host.requests) <= 16
    assert max(played.ended) < 30


@pytest.mark.parametrize(("rpm", "concurrency"), [(60, 64), (20, 64), (10, 8), (2, 8)])
def test_no_minute_holds_too_many_requests_after_a_server_was_down(
    virtual: Any, wire: Any, rpm: int, concurrency: int
) -> None:
    async def run() -> Any:
        host = wire.host(
            lambda host: wire.refused if len(host.requests) <= TOLERANCE + 2 else wire.said()
        )
        limits = Limits(concurrency=concurrency, rpm=rpm)
        retry = Retry(tries=9, total=10_000)
        return await wire.play(host, virtual.clock(), 3 * rpm, limits=limits, retry=retry)

    begun = virtual.run(run()).host.begun

    assert max(sum(start <= at < start + 60 for at in begun) for start in begun) <= rpm
    assert len(begun) >= 3 * rpm


def test_what_was_never_sent_uses_nothing_of_the_minute(virtual: Any, wire: Any) -> None:
    async def run() -> Any:
        host = wire.host(lambda host: wire.refused if len(host.requests) == 1 else wire.said())
        limits = Limits(tpm=1000)
        params = {"max_tokens": 400}
        return await wire.play(host, virtual.clock(), 1, limits=limits, params=params)

    assert max(virtual.run(run()).ended) < 5


def test_replies_that_break_off_show_a_server_that_works(virtual: Any, wire: Any) -> None:
    begun = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
    cut = wire.said(headers={"content-type": "text/event-stream"}, pieces=[(0, begun)])

    async def run() -> Any:
        host = wire.host(lambda _: cut)
        return await wire.play(host, virtual.clock(), 40, stream=True)

    played = virtual.run(run())

    assert (len(played.host.requests), set(played.kinds)) == (40, {"stream_truncated"})
