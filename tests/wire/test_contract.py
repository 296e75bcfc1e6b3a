"""What becomes of a call, by status, headers and body: requests, kind, and waits between tries."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from evalkit.model.chat import CallError, Fault
from evalkit.model.deployment import Limits, Retry, Timeout

BACKOFF = (0.25, 0.5, 1.0)
"""Half of the bounds of full jitter, as every draw gives the middle."""

FULL = Retry(tries=4, total=180.0)
CLOCKS = Timeout(connect=1.0, first_token=5.0, idle=5.0, total=12.0)
JSON_TYPE = {"content-type": "application/json"}
STREAM_TYPE = {"content-type": "text/event-stream"}
TODAY = 1_700_000_000.0

COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
TEXT = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
BLANK = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
COMMENT = b": working\n\n"
OVERLOADED = b'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n'
LIMITED = b'data: {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}\n\n'
EVER = 1e5

Pieces = Sequence[tuple[float, bytes]]


@dataclass(frozen=True)
class Row:
    """What a host says to every request, and what comes of the call."""

    kind: str | None
    requests: int
    waits: Sequence[float] = ()
    status: int | None = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Pieces | None = None
    broken: Fault | None = None
    stream: bool = False


def error(code: str = "x", words: str = "no") -> Pieces:
    return [(0, json.dumps({"error": {"message": words, "code": code}}).encode())]


def status(number: int, kind: str | None, requests: int = 1, **more: Any) -> Row:
    """Give the row of an error status; what is retried waits as the backoff says."""
    waits = more.pop("waits", BACKOFF if requests == 4 else ())
    return Row(kind, requests, waits, number, **more)


def streamed(kind: str | None, requests: int, *parts: Any, **more: Any) -> Row:
    """Give the row of a stream of parts, a number standing for seconds before the next part."""
    pieces, pause = [], 0.0
    for part in parts:
        if isinstance(part, bytes):
            pieces.append((pause, part))
            pause = 0.0
        else:
            pause = part
    if pause:
        pieces.append((pause, b""))
    waits = BACKOFF[: requests - 1]
    return Row(kind, requests, waits, headers=STREAM_TYPE, pieces=pieces, stream=True, **more)


CONNECT = Fault(kind="connect", message="the connection broke")
NO_NAME = Fault(kind="config", message="no such host")
LARGE = Fault(kind="too_large", message="too much")
FILTERED = b'{"error": {"code": "content_filter", "message": "filtered"}}'
POLICY = (
    b'{"error": {"code": "x", "message": "no", '
    b'"innererror": {"code": "ResponsibleAIPolicyViolation"}}}'
)
QUOTA_WORDS = "You exceeded your current quota, please check your plan"
AGAIN, NOT_AGAIN = {"x-should-retry": "true"}, {"x-should-retry": "false"}

ROWS = {
    **{
        f"{number}": status(number, "server", 4)
        for number in (408, 409, 425, 500, 502, 503, 504, *range(520, 530))
    },
    **{f"{number}": status(number, "server") for number in (501, 505, 511)},
    **{f"{number}": status(number, "bad_request") for number in (400, 405, 410, 413, 418, 422)},
    **{f"{number}": status(number, "auth") for number in (401, 403)},
    "404": status(404, "not_found"),
    **{f"{number}": status(number, "config") for number in (301, 302, 303, 307, 308)},
    "429": status(429, "rate_limit", 4),
    "429, code of the quota": status(429, "quota", pieces=error("insufficient_quota")),
    "429, code of billing": status(429, "quota", pieces=error("billing_hard_limit_reached")),
    "429, words of the quota": status(429, "quota", pieces=error(words=QUOTA_WORDS)),
    "402": status(402, "quota"),
    "403, quota": status(403, "quota", pieces=error("insufficient_quota")),
    "500, words of the quota": status(500, "server", 4, pieces=error(words=QUOTA_WORDS)),
    "400, filtered": status(400, None, pieces=[(0, FILTERED)]),
    "400, policy": status(400, None, pieces=[(0, POLICY)]),
    "500, HTML": status(500, "server", 4, pieces=[(0, b"<html>oops</html>")]),
    "500, empty": status(500, "server", 4, pieces=[]),
    "500, a body that breaks": status(500, "server", 4, pieces=[(0, b"oo")], broken=CONNECT),
    "429, seconds": status(429, "rate_limit", 4, waits=[2.1] * 3, headers={"retry-after": "2"}),
    "429, milliseconds": status(
        429, "rate_limit", 4, waits=[0.21] * 3, headers={"retry-after-ms": "200"}
    ),
    "429, both": status(
        429,
        "rate_limit",
        4,
        waits=[0.21] * 3,
        headers={"retry-after": "100", "retry-after-ms": "200"},
    ),
    "429, reset": status(
        429, "rate_limit", 4, waits=[3.15] * 3, headers={"x-ratelimit-reset-tokens": "3s"}
    ),
    "503, seconds": status(503, "server", 4, waits=[2.1] * 3, headers={"retry-after": "2"}),
    "429, an hour": status(429, "rate_limit", headers={"retry-after": "3600"}),
    "429, beyond the total": status(
        429, "rate_limit", 2, waits=[105.0], headers={"retry-after": "100"}
    ),
    "429, nothing to wait": status(429, "rate_limit", 4, headers={"retry-after": "0"}),
    **{
        f"{number}, again": status(number, kind, 4, headers=AGAIN)
        for number, kind in ((400, "bad_request"), (401, "auth"), (404, "not_found"))
    },
    "501, again": status(501, "server", 4, headers=AGAIN),
    **{
        f"{number}, not again": status(number, kind, headers=NOT_AGAIN)
        for number, kind in ((408, "server"), (429, "rate_limit"), (500, "server"))
    },
    "400, again after an hour": status(
        400, "bad_request", headers={**AGAIN, "retry-after": "3600"}
    ),
    "200": Row(None, 1, headers=JSON_TYPE),
    "200, HTML": Row("response_invalid", 2, BACKOFF[:1], pieces=[(0, b"<html></html>")]),
    "200, empty": Row("response_invalid", 2, BACKOFF[:1], headers=JSON_TYPE, pieces=[]),
    "200, no choices": Row("response_invalid", 2, BACKOFF[:1], pieces=[(0, b'{"choices":[]}')]),
    "200, a list": Row("response_invalid", 2, BACKOFF[:1], pieces=[(0, b"[1]")]),
    "200, an error of the server": Row("server", 4, BACKOFF, pieces=error("server_error")),
    "200, an error of the rate": Row("rate_limit", 4, BACKOFF, pieces=error("rate_limit_x")),
    "200, an error of the quota": Row("quota", 1, pieces=error("insufficient_quota")),
    "200, an error of the request": Row("bad_request", 1, pieces=error("invalid_value")),
    "200, a body that breaks": Row("connect", 4, BACKOFF, pieces=[(0, b"{")], broken=CONNECT),
    "200, silence": Row("timeout_total", 1, pieces=[(EVER, COMPLETION)]),
    "refused": Row("connect", 4, BACKOFF, None, broken=CONNECT),
    "no such host": Row("config", 1, (), None, broken=NO_NAME),
    "too much": Row("too_large", 1, pieces=[(0, b"{")], broken=LARGE),
    "stream": streamed(None, 1, TEXT, END, DONE),
    "stream without its mark": streamed(None, 1, TEXT, END),
    "stream that stays open": streamed(None, 1, TEXT, END, DONE, EVER),
    "stream that falls silent once finished": streamed(None, 1, TEXT, END, EVER),
    "stream that ends early": streamed("stream_truncated", 1, TEXT),
    "stream that ends before content": streamed("stream_truncated", 4, BLANK),
    "stream that breaks": streamed("stream_truncated", 1, TEXT, broken=CONNECT),
    "stream that breaks before content": streamed("stream_truncated", 4, BLANK, broken=CONNECT),
    "stream that grows too large": streamed("too_large", 1, TEXT, broken=LARGE),
    "an error first": streamed("server", 4, OVERLOADED),
    "an error of the rate first": streamed("rate_limit", 4, LIMITED),
    "an error after content": streamed("server", 1, TEXT, OVERLOADED),
    "an error of the rate after content": streamed("rate_limit", 1, TEXT, LIMITED),
    "nothing usable": streamed("stream_protocol", 2, b"data: 1\n\ndata: []\n\n"),
    "silence": streamed("timeout_first_token", 4, EVER, TEXT),
    "silence after a blank": streamed("timeout_first_token", 4, BLANK, EVER, TEXT),
    "comments for ever": streamed("timeout_first_token", 4, *[1.0, COMMENT] * 50),
    "silence after content": streamed("timeout_idle", 1, TEXT, EVER, TEXT),
    "comments after content": streamed("timeout_idle", 1, TEXT, *[1.0, COMMENT] * 50),
    "content for ever": streamed("timeout_total", 1, *[1.0, TEXT] * 50),
    "JSON for a stream": Row(None, 1, headers=JSON_TYPE, stream=True),
    "HTML for a stream": Row(
        "response_invalid", 2, BACKOFF[:1], pieces=[(0, b"<html></html>")], stream=True
    ),
    "503 for a stream": status(503, "server", 4, stream=True),
    "401 for a stream": status(401, "auth", stream=True),
}


def play(virtual: Any, wire: Any, row: Row) -> Any:
    said = wire.said(row.status, row.headers or JSON_TYPE, row.pieces, 0.0, row.broken)

    async def run() -> Any:
        host, clock = wire.host(lambda _: said), virtual.clock(today=TODAY)
        return await wire.play(host, clock, stream=row.stream, timeout=CLOCKS, retry=FULL)

    return virtual.run(run())


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_call_is_tried_as_the_contract_says(virtual: Any, wire: Any, row: Row) -> None:
    played = play(virtual, wire, row)

    answer = played.answers[0]
    tries = answer.fault.tries if isinstance(answer, CallError) else answer.tries
    posted = [at for at, one in zip(played.host.begun, played.host.requests, strict=True)
              if one.method == "POST"]  # fmt: skip
    gaps = [after - before for before, after in pairwise(posted)]
    assert (played.kinds, len(posted)) == ([row.kind], row.requests)
    assert [one.waited for one in tries] == pytest.approx([0.0, *row.waits])
    assert gaps == pytest.approx([one.seconds + after.waited for one, after in pairwise(tries)])


def test_the_table_is_not_short() -> None:
    assert len(ROWS) >= 40


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Tue, 14 Nov 2023 22:13:30 GMT", 10.0),
        ("Tue, 14 Nov 2023 22:13:30", 10.0),
        ("Tue, 14 Nov 2023 22:13:10 GMT", BACKOFF[0]),
    ],
    ids=["date", "date without a zone", "date that is past"],
)
def test_a_date_is_waited_for(virtual: Any, wire: Any, said: str, wanted: float) -> None:
    def behave(host: Any) -> Any:
        busy = wire.said(429, headers={"retry-after": said})
        return busy if len(host.requests) == 1 else wire.said()

    async def run() -> Any:
        return await wire.play(wire.host(behave), virtual.clock(chance=0.5, today=TODAY))

    waited = virtual.run(run()).answers[0].tries[1].waited
    assert waited == pytest.approx(wanted, rel=0.1)


@pytest.mark.parametrize(
    ("parts", "limit"),
    [
        pytest.param([EVER], 5.0, id="silence"),
        pytest.param([BLANK, EVER], 5.0, id="a blank, then silence"),
        pytest.param([1.0, COMMENT] * 20, 5.0, id="comments"),
        pytest.param([3.0, TEXT, EVER], 8.0, id="content, then silence"),
        pytest.param([3.0, TEXT, *[1.0, COMMENT] * 50], 8.0, id="content, then comments"),
        pytest.param([1.0, TEXT] * 50, 12.0, id="a drip of content"),
        pytest.param([4.0, TEXT, 4.0, TEXT, 3.5, TEXT, 4.0, TEXT], 12.0, id="slow content"),
    ],
)
def test_a_try_ends_at_its_limit(virtual: Any, wire: Any, parts: list[Any], limit: float) -> None:
    played = play(virtual, wire, streamed(None, 1, *parts))

    assert played.answers[0].fault.tries[0].seconds == pytest.approx(limit, abs=0.5)


@pytest.mark.parametrize("total", [0.1, 1.0, 7.0, 20.0, 60.0])
@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_no_try_starts_after_the_total_of_all_tries(
    virtual: Any, wire: Any, total: float, chance: float
) -> None:
    async def run() -> Any:
        host = wire.host(lambda host: wire.said(503, after=0.1 * len(host.requests)))
        return await wire.play(host, virtual.clock(chance), retry=Retry(tries=1000, total=total))

    played = virtual.run(run())

    assert max(played.host.begun) < total
    assert played.kinds == ["server"]


def test_a_wait_that_would_pass_the_total_fails_at_once(virtual: Any, wire: Any) -> None:
    async def run() -> Any:
        host = wire.host(lambda _: wire.said(503, {"retry-after": "8"}, after=1.0))
        return await wire.play(host, virtual.clock(0.0), retry=Retry(tries=9, total=18.0))

    played = virtual.run(run())

    assert (played.host.begun, played.ended) == ([0.0, 9.0], [10.0])
    assert str(played.answers[0]).endswith("after 10.0 s of 18 s for all tries")


def test_the_total_counts_from_the_first_try_and_not_from_the_queue(
    virtual: Any, wire: Any
) -> None:
    def behave(host: Any) -> Any:
        return wire.said(503) if len(host.requests) == 4 else wire.said(after=10.0)

    async def run() -> Any:
        limits, retry = Limits(concurrency=1), Retry(tries=4, total=5.0)
        return await wire.play(wire.host(behave), virtual.clock(), 4, limits=limits, retry=retry)

    played = virtual.run(run())

    assert played.kinds == [None] * 4
