"""A server that does not work costs seconds, not items times retries; all on virtual time."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from evalkit.model.chat import Fault, FaultKind, NotSent
from evalkit.model.deployment import Limits, Retry
from evalkit.wire.breaker import LONGEST, TOLERANCE, Breaker
from evalkit.wire.retry import Failure

CALLS = 100
CONCURRENCY = [1, 8, 64]


def play(virtual: Any, wire: Any, behave: Callable[[Any], Any], calls: int = 1, **more: Any) -> Any:
    """Make calls of a server that behaves so, each draw of chance the middle one."""

    async def run() -> Any:
        return await wire.play(wire.host(behave), virtual.clock(), calls, **more)

    return virtual.run(run())


def dead(wire: Any, seconds: float) -> dict[str, Callable[[Any], Any]]:
    return {
        "refused": lambda _: wire.refused,
        "500": lambda _: wire.said(500, after=seconds),
        "503, slow": lambda host: wire.said(503, after=seconds * (1 + len(host.requests) % 7)),
        "no completion": lambda _: wire.said(pieces=[(0, b"hello")], after=seconds),
    }


@pytest.mark.parametrize("way", ["refused", "500", "503, slow", "no completion"])
@pytest.mark.parametrize("concurrency", CONCURRENCY)
def test_a_dead_server_is_asked_few_times_and_given_up_soon(
    virtual: Any, wire: Any, concurrency: int, way: str
) -> None:
    limits = Limits(concurrency=concurrency)
    played = play(virtual, wire, dead(wire, 0.1)[way], CALLS, limits=limits)

    assert len(played.host.requests) <= concurrency + 8
    assert max(played.ended) < 30
    assert None not in played.kinds
    assert played.not_sent >= CALLS - len(played.host.requests)


@pytest.mark.parametrize("tries", [1, 2, 10])
def test_the_number_of_tries_does_not_change_what_a_dead_server_costs(
    virtual: Any, wire: Any, tries: int
) -> None:
    limits, retry = Limits(concurrency=8), Retry(tries=tries)
    played = play(virtual, wire, lambda _: wire.refused, CALLS, limits=limits, retry=retry)

    assert len(played.host.requests) <= 8 + 8
    assert max(played.ended) < 30


def test_one_call_of_a_dead_server_is_tried_as_often_as_it_may(virtual: Any, wire: Any) -> None:
    played = play(virtual, wire, lambda _: wire.refused)

    assert (len(played.host.requests), played.kinds) == (4, ["connect"])
    assert str(played.answers[0]).endswith("is the server running?; after 4 tries")


def test_who_was_never_sent_is_told_why(virtual: Any, wire: Any) -> None:
    played = play(virtual, wire, lambda _: wire.refused, CALLS, limits=Limits(concurrency=1))

    assert str(played.answers[-1]) == (
        "deployment 'd' is stopped, for 9 requests in a row failed and none succeeded within 20 s: "
        "host:80 refuses connections: is the server running?"
    )
    tried = [one for one in played.answers if not isinstance(one, NotSent)]
    assert all("it is not tried again: deployment 'd' is stopped" in str(one) for one in tried[1:])


@pytest.mark.parametrize("concurrency", CONCURRENCY)
@pytest.mark.parametrize("back", [2.0, 6.0])
def test_a_server_that_comes_back_in_time_serves_everybody(
    virtual: Any, wire: Any, back: float, concurrency: int
) -> None:
    def behave(host: Any) -> Any:
        return wire.said(after=0.05) if host.now >= back else wire.refused

    played = play(virtual, wire, behave, CALLS, limits=Limits(concurrency=concurrency))

    assert played.kinds == [None] * CALLS
    before = [at for at in played.host.begun if at < back]
    assert len(before) <= concurrency + 8
    assert max(len(reply.tries) for reply in played.answers) >= 2


def test_a_server_is_probed_after_1_2_4_and_8_seconds_by_one_request(
    virtual: Any, wire: Any
) -> None:
    played = play(virtual, wire, lambda _: wire.refused, CALLS, limits=Limits(concurrency=8))

    opened = played.host.begun[TOLERANCE - 1]
    probes = [at - opened for at in played.host.begun if at >= opened + 1]
    assert probes == pytest.approx([1, 3, 7, 15], abs=0.01)


@pytest.mark.parametrize("concurrency", CONCURRENCY)
def test_a_server_that_falters_now_and_then_serves_everybody(
    virtual: Any, wire: Any, concurrency: int
) -> None:
    def behave(host: Any) -> Any:
        up = host.now % 5 < 3
        return wire.said(after=0.2) if up else wire.said(503, after=0.2)

    played = play(
        virtual, wire, behave, 3 * CALLS, limits=Limits(concurrency=concurrency),
        retry=Retry(tries=8),
    )  # fmt: skip

    assert played.kinds == [None] * 3 * CALLS


def test_one_success_among_failures_keeps_it_closed(virtual: Any, wire: Any) -> None:
    def behave(host: Any) -> Any:
        return wire.said() if len(host.requests) % TOLERANCE == 0 else wire.said(500)

    one_try = Retry(tries=1)
    played = play(virtual, wire, behave, 50, limits=Limits(concurrency=1), retry=one_try)

    assert (len(played.host.requests), max(played.ended)) == (50, 0)


def test_refusals_for_the_rate_open_nothing(virtual: Any, wire: Any) -> None:
    limits, one_try = Limits(concurrency=1), Retry(tries=1)
    played = play(virtual, wire, lambda _: wire.said(429), 50, limits=limits, retry=one_try)

    assert len(played.host.requests) == 50


def test_bad_requests_count_until_one_was_right(virtual: Any, wire: Any) -> None:
    def behave(host: Any) -> Any:
        return wire.said() if len(host.requests) == 1 else wire.said(400)

    limits = Limits(concurrency=1)
    after = play(virtual, wire, behave, 50, limits=limits)
    never = play(virtual, wire, lambda _: wire.said(400), 50, limits=limits)

    assert [len(one.host.requests) for one in (after, never)] == [50, 9]


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("concurrency", CONCURRENCY)
def test_a_server_that_refuses_its_first_calls_gets_those_in_flight_alone(
    virtual: Any, wire: Any, concurrency: int, status: int
) -> None:
    def behave(host: Any) -> Any:
        return wire.said(status, after=0.1 + len(host.requests) / 100)

    played = play(virtual, wire, behave, CALLS, limits=Limits(concurrency=concurrency))

    posts = [one for one in played.host.requests if one.method == "POST"]
    assert len(posts) == concurrency
    assert set(played.kinds) == {"not_found" if status == 404 else "auth"}
    assert played.not_sent == CALLS - concurrency


def test_a_key_that_is_refused_later_on_is_probed_and_given_up(virtual: Any, wire: Any) -> None:
    def behave(host: Any) -> Any:
        return wire.said(200 if len(host.requests) <= 30 else 401, after=0.1)

    played = play(virtual, wire, behave, CALLS, limits=Limits(concurrency=4))

    assert played.kinds == [None] * 30 + ["auth"] * 70
    assert len(played.host.requests) <= 30 + 4 + 8
    assert played.not_sent == CALLS - len(played.host.requests)


def test_a_key_that_is_refused_for_a_while_costs_those_that_were_sent(
    virtual: Any, wire: Any
) -> None:
    def behave(host: Any) -> Any:
        return wire.said(401 if 1 <= host.now < 3 else 200, after=0.1)

    played = play(virtual, wire, behave, CALLS, limits=Limits(concurrency=4))

    refused = [kind for kind in played.kinds if kind]
    assert set(refused) == {"auth"}
    assert len(refused) <= 4 + 8
    assert played.not_sent == 0


def failure(kind: FaultKind = "server", **headers: str) -> Failure:
    return Failure(Fault(kind=kind, message="broken"), headers)


def opened(virtual: Any) -> Breaker:
    breaker = Breaker("d", virtual.clock())
    for _ in range(TOLERANCE):
        breaker.fail(failure(), probe=0)
    return breaker


def test_a_probe_that_is_cancelled_lets_the_next_one_probe(virtual: Any) -> None:
    async def run() -> tuple[int, float]:
        breaker = opened(virtual)
        assert await breaker.admit() == 1
        waiting = asyncio.ensure_future(breaker.admit())
        await asyncio.sleep(0.5)
        breaker.abandon(probe=1)
        return await waiting, asyncio.get_running_loop().time()

    assert virtual.run(run()) == (2, 1.5)


def test_a_probe_stays_one_and_is_stopped_as_all_are(virtual: Any) -> None:
    async def run() -> int:
        breaker = opened(virtual)
        probe = await breaker.admit()
        kept = await breaker.admit(probe=probe)
        breaker.stop(Fault(kind="quota", message="empty"))
        with pytest.raises(NotSent, match="deployment 'd' is stopped: empty"):
            await breaker.admit(probe=probe)
        return kept

    assert virtual.run(run())


@pytest.mark.parametrize(("works", "admitted"), [(True, True), (False, False)])
def test_a_slow_reply_is_waited_for_before_a_server_is_given_up(
    virtual: Any, *, works: bool, admitted: bool
) -> None:
    async def run() -> bool:
        breaker = opened(virtual)
        probe = await breaker.admit()
        waiting = asyncio.ensure_future(breaker.admit())
        await asyncio.sleep(2 * LONGEST)
        if works:
            breaker.succeed()
        else:
            breaker.fail(failure(), probe=probe)
        await asyncio.wait([waiting])
        return waiting.exception() is None

    assert virtual.run(run()) is admitted


def test_a_late_probe_is_not_taken_for_the_one_that_is_out(virtual: Any) -> None:
    async def run() -> bool:
        breaker = opened(virtual)
        late = await breaker.admit()
        breaker.succeed()
        for _ in range(TOLERANCE):
            breaker.fail(failure(), probe=0)
        await breaker.admit()
        breaker.fail(failure(), probe=late)
        next_one = asyncio.ensure_future(breaker.admit())
        await asyncio.sleep(10)
        held = not next_one.done()
        next_one.cancel()
        return held

    assert virtual.run(run())


@pytest.mark.parametrize(
    ("kind", "proven", "stops"),
    [
        ("config", True, True),
        ("quota", True, True),
        ("auth", False, True),
        ("not_found", False, True),
        ("auth", True, False),
        ("not_found", True, False),
        ("server", False, False),
        ("connect", False, False),
    ],
)
def test_what_no_other_request_can_escape_stops_at_once(
    virtual: Any, kind: FaultKind, *, proven: bool, stops: bool
) -> None:
    async def run() -> bool:
        breaker = Breaker("d", virtual.clock())
        if proven:
            breaker.succeed()
        breaker.fail(failure(kind), probe=0)
        return breaker.stopped is not None

    assert virtual.run(run()) is stops


def test_a_server_that_asks_for_another_try_stops_nothing(virtual: Any) -> None:
    async def run() -> int:
        breaker = Breaker("d", virtual.clock())
        breaker.fail(failure("auth", **{"x-should-retry": "true"}), probe=0)
        return await breaker.admit()

    assert virtual.run(run()) == 0


def test_the_first_reason_stays(virtual: Any) -> None:
    async def run() -> str:
        breaker = Breaker("d", virtual.clock())
        for message in ("first", "second"):
            breaker.stop(Fault(kind="config", message=message))
        assert breaker.stopped
        return breaker.stopped.message

    assert virtual.run(run()) == "deployment 'd' is stopped: first"


def test_parts_that_a_server_does_not_know_open_nothing(virtual: Any, wire: Any) -> None:
    def behave(host: Any) -> Any:
        known = b"stream_options" not in host.requests[-1].body
        words = b'{"error": {"message": "unknown field stream_options"}}'
        return wire.said(after=1) if known else wire.said(400, pieces=[(0, words)], after=1)

    limits = Limits(concurrency=16)
    played = play(virtual, wire, behave, 16, stream=True, limits=limits, retry=Retry(tries=1))

    assert (played.kinds, max(played.ended)) == ([None] * 16, 2)


def test_nobody_waits_to_try_again_once_it_is_stopped(virtual: Any, wire: Any) -> None:
    def behave(host: Any) -> Any:
        if len(host.requests) == 1:
            return wire.said(429, {"retry-after": "100"})
        return wire.said(401, after=2)

    played = play(virtual, wire, behave, 2)

    assert (played.kinds, played.ended) == (["rate_limit", "auth"], [2, 2])
    assert "it is not tried again: deployment 'd' is stopped" in str(played.answers[0])
