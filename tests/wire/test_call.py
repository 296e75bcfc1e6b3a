"""A line's policy: tries, places, headers and timing, on a clock that does not wait."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from evalkit.model.api import WireRequest, WireResponse
from evalkit.model.chat import (
    Attachment,
    CallError,
    ChatRequest,
    ImagePart,
    Message,
    NotSent,
)
from evalkit.model.deployment import Limits, Retry
from evalkit.secrets import Secret
from evalkit.wire.clock import Clock

COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
Answer = tuple[int, Mapping[str, str], bytes]
OK: Answer = (200, {"content-type": "application/json"}, COMPLETION)
BUSY: Answer = (503, {}, b"busy")


class Memory:
    """A transport that answers from a list, the last one for ever; `requests` is what came."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[WireRequest] = []
        self.flying = 0
        self.done = 0
        self.most = 0
        self._answers = answers

    @asynccontextmanager
    async def send(self, request: WireRequest) -> AsyncIterator[WireResponse]:
        self.requests.append(request)
        status, headers, body = self._answers[min(len(self.requests), len(self._answers)) - 1]
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            await asyncio.sleep(0)
            yield WireResponse(status, headers, _pieces(body))
        finally:
            self.flying -= 1
            self.done += 1

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.body) for request in self.requests]


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    yield body


def line(wire: Any, memory: Memory, clock: Clock | None = None, **settings: Any) -> Any:
    services = replace(wire.services, transport=memory)
    deployment = wire.deployment("http://host/v1", **settings)
    return wire.line(deployment, clock or wire.waits().clock, services)


def send(wire: Any, memory: Memory, *, stream: bool = False, **settings: Any) -> Any:
    clock = settings.pop("clock", None)

    async def run() -> Any:
        async with line(wire, memory, clock, **settings) as called:
            try:
                return await called.send(wire.asking(stream=stream))
            except CallError as error:
                return error.fault

    return asyncio.run(run())


def test_a_busy_server_is_tried_again_until_it_answers(wire: Any) -> None:
    waits = wire.waits(chance=1.0)

    reply = send(wire, Memory(BUSY, BUSY, OK), clock=waits.clock)

    assert [one.status for one in reply.tries] == [503, 503, 200]
    assert [one.waited for one in reply.tries] == [0.0, *waits.slept]
    assert waits.slept == [0.5, 1.0]


@pytest.mark.parametrize("tries", [1, 2, 4])
def test_as_many_requests_are_sent_as_tries_are_allowed(wire: Any, tries: int) -> None:
    memory = Memory(BUSY)

    fault = send(wire, memory, retry=Retry(tries=tries))

    assert fault.kind == "server"
    assert len(memory.requests) == len(fault.tries) == tries


def test_a_server_s_own_wait_is_kept(wire: Any) -> None:
    waits = wire.waits(chance=0.0)

    send(wire, Memory((503, {"retry-after": "2"}, b"{}"), OK), clock=waits.clock)

    assert waits.slept == [2.0]


def test_a_server_that_asks_for_an_hour_is_not_waited_for(wire: Any) -> None:
    memory = Memory((429, {"retry-after": "3600"}, b'{"error": "slow down"}'))

    fault = send(wire, memory)

    assert (fault.kind, len(memory.requests)) == ("rate_limit", 1)
    assert "slow down; server asks for 3600 s" in fault.message


def test_a_used_up_quota_is_asked_once(wire: Any) -> None:
    memory = Memory((429, {}, b'{"error": {"code": "insufficient_quota", "message": "no"}}'))

    fault = send(wire, memory)

    assert (fault.kind, len(memory.requests)) == ("quota", 1)


REFUSED: Answer = (422, {}, b'{"detail": [{"loc": ["body", "stream_options"], "msg": "extra"}]}')


def test_stream_options_that_are_refused_are_left_out_for_the_rest_of_the_run(wire: Any) -> None:
    memory = Memory(REFUSED, OK)

    async def run() -> Any:
        async with line(wire, memory, retry=Retry(tries=1)) as called:
            return [await called.send(wire.asking(stream=True)) for _ in range(2)]

    first, second = asyncio.run(run())

    assert ["stream_options" in body for body in memory.bodies] == [True, False, False]
    assert [len(first.tries), len(second.tries)] == [2, 1]
    assert "usage_missing" not in {warning.name for warning in second.warnings}


def test_a_refusal_that_persists_without_stream_options_is_final(wire: Any) -> None:
    memory = Memory(REFUSED)

    fault = send(wire, memory, stream=True)

    assert (fault.kind, len(memory.requests)) == ("bad_request", 2)


def test_stream_options_that_were_not_sent_are_not_negotiated(wire: Any) -> None:
    memory = Memory(REFUSED)

    send(wire, memory, stream=False)

    assert len(memory.requests) == 1


def test_the_limit_counts_requests_in_flight(wire: Any) -> None:
    memory = Memory(OK)

    async def run() -> Any:
        async with line(wire, memory, limits=Limits(concurrency=3)) as called:
            return await asyncio.gather(*(called.send(wire.asking()) for _ in range(10)))

    replies = asyncio.run(run())

    assert memory.most == 3
    assert {reply.text for reply in replies} == {"Hi"}


def test_places_are_given_in_the_order_in_which_requests_became_ready(wire: Any) -> None:
    memory = Memory(OK)

    async def run() -> None:
        async with line(wire, memory, limits=Limits(concurrency=1)) as called:
            await asyncio.gather(*(called.send(wire.asking(str(turn))) for turn in range(6)))

    asyncio.run(run())

    assert [body["messages"][0]["content"] for body in memory.bodies] == list("012345")


def test_a_retry_holds_no_place_while_it_waits(wire: Any) -> None:
    memory = Memory(BUSY, OK, OK)
    other_done = asyncio.Event()

    async def sleep(_: float) -> None:
        await other_done.wait()

    async def run() -> None:
        clock = Clock(sleep=sleep)
        async with line(wire, memory, clock, limits=Limits(concurrency=1)) as called:
            waiting, other = (asyncio.ensure_future(called.send(wire.asking(t))) for t in "ab")
            await other
            other_done.set()
            await waiting

    asyncio.run(run())

    assert [body["messages"][0]["content"] for body in memory.bodies] == ["a", "b", "a"]


def test_a_retry_that_gets_its_place_too_late_is_not_sent(wire: Any) -> None:
    memory = Memory(BUSY)

    async def sleep(_: float) -> None:
        memory.done += 1000

    clock = Clock(now=lambda: float(memory.done), sleep=sleep)
    fault = send(wire, memory, clock=clock)

    assert len(memory.requests) == len(fault.tries) == 1
    assert fault.message.endswith("no place for another try within 180 s")


def test_waiting_in_the_queue_is_apart_from_the_time_of_the_reply(wire: Any) -> None:
    memory = Memory(OK)

    async def run() -> Any:
        clock = Clock(now=lambda: float(len(memory.requests) + memory.done))
        async with line(wire, memory, clock, limits=Limits(concurrency=1)) as called:
            return await asyncio.gather(*(called.send(wire.asking()) for _ in range(3)))

    timings = [reply.timing for reply in asyncio.run(run())]

    assert [timing and (timing.queued, timing.total) for timing in timings] == [
        (0.0, 1.0),
        (1.0, 1.0),
        (3.0, 1.0),
    ]


def test_the_key_and_the_headers_are_sent_and_only_there(wire: Any) -> None:
    memory = Memory(OK)
    key, extra = Secret(" sk-canary \n", "KEY"), Secret("tenant-canary", "TENANT")

    reply = send(wire, memory, api_key=key, headers={"X-Tenant": extra, "accept": "a/b"})

    sent = memory.requests[0].headers
    assert sent["authorization"] == "Bearer sk-canary"
    assert (sent["x-tenant"], sent["accept"]) == ("tenant-canary", "a/b")
    assert "canary" not in repr(reply)


def test_a_refused_key_is_told_by_the_name_of_its_variable(wire: Any) -> None:
    memory = Memory((401, {}, b'{"error": {"message": "bad key"}}'))

    fault = send(wire, memory, api_key=Secret("sk-canary", "MY_KEY"))

    assert (fault.kind, len(memory.requests)) == ("auth", 1)
    assert fault.message == "host:80 answered 401: bad key; check the variable MY_KEY"


def test_an_attachment_that_cannot_be_read_any_more_is_a_mistake(wire: Any) -> None:
    image = ImagePart(
        attachment=Attachment(name="a.png", media_type="image/png", size=1, sha256="0")
    )
    request = ChatRequest(messages=(Message(role="user", parts=(image,)),))

    async def run() -> None:
        async with line(wire, Memory(OK)) as called:
            await called.send(request)

    with pytest.raises(CallError, match=r"an attachment cannot be read: a\.png"):
        asyncio.run(run())


def test_a_line_that_is_not_entered_is_a_bug(wire: Any) -> None:
    called = wire.line(wire.deployment("http://host"))

    with pytest.raises(RuntimeError, match="not entered"):
        asyncio.run(called.send(wire.asking()))


def test_an_endless_error_page_is_read_in_part(wire: Any) -> None:
    fault = send(wire, Memory((500, {}, b"x" * 2_000_000)), retry=Retry(tries=1))

    assert len(fault.message) < 400


def test_the_id_of_the_request_is_told_and_kept(wire: Any) -> None:
    fault = send(wire, Memory((400, {"x-request-id": "abc"}, b"no")))

    assert fault.request_id == fault.tries[0].request_id == "abc"
    assert fault.message == "host:80 answered 400: no (request abc)"


class Empty:
    """A purse with nothing in it."""

    def used_up(self) -> str:
        return "all is used up"


def test_nothing_is_sent_once_the_run_has_used_up_what_it_may(wire: Any) -> None:
    memory = Memory(OK)
    services = replace(wire.services, transport=memory, purse=Empty())

    async def run() -> None:
        async with wire.line(wire.deployment("http://h"), wire.waits().clock, services) as called:
            await called.send(wire.asking())

    with pytest.raises(NotSent, match="all is used up"):
        asyncio.run(run())
    assert memory.requests == []
