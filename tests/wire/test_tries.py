"""What is kept of each try, and replies that are refused for the tolerance they needed."""

import json
from typing import Any

import pytest

from evalkit.model.chat import CallError, Fault
from evalkit.model.deployment import Retry

STREAM_TYPE = {"content-type": "text/event-stream"}
FULL: dict[str, Any] = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hi"},
        }
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}
USAGE = (
    b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n'
)
BLANK = b'data: {"choices":[{"index":0,"delta":{"content":""}}]}\n\n'
TEXT = b'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n'
END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
RESET = Fault(kind="connect", message="the connection was reset")


def whole(**changes: Any) -> list[tuple[float, bytes]]:
    kept = {name: value for name, value in {**FULL, **changes}.items() if value is not None}
    return [(0.0, json.dumps(kept).encode())]


def said(text: str) -> list[dict[str, Any]]:
    return [{**FULL["choices"][0], "message": {"role": "assistant", "content": text}}]


def answers(virtual: Any, wire: Any, *replies: Any, **settings: Any) -> Any:
    """Give the replies, the last one for ever, and what one call came to."""

    async def run() -> Any:
        host = wire.host(lambda host: replies[min(len(host.requests), len(replies)) - 1])
        return await wire.play(host, virtual.clock(), **settings)

    return virtual.run(run())


def test_a_reply_to_the_letter_of_the_protocol_passes_strictly(virtual: Any, wire: Any) -> None:
    played = answers(virtual, wire, wire.said(pieces=whole()), strict_wire=True)

    assert played.answers[0].text == "Hi"
    assert played.answers[0].warnings == ()


STRICT = {
    "one": (whole(model="other"), "model_differs (asked for 'm', served by 'other')"),
    "two": (whole(id=None, created=1.0), "nonstandard_shape"),
    "no text": (whole(id=None, choices=said("")), "missing_fields"),
    "no usage": (whole(usage=None), "usage_missing"),
}


@pytest.mark.parametrize(("pieces", "named"), STRICT.values(), ids=STRICT)
def test_a_reply_that_needed_tolerance_is_an_error_where_none_is_wanted(
    virtual: Any, wire: Any, pieces: list[tuple[float, bytes]], named: str
) -> None:
    played = answers(virtual, wire, wire.said(pieces=pieces), strict_wire=True)

    fault = played.answers[0].fault
    assert fault.kind == "response_invalid"
    assert fault.message.startswith("host:80 departs from the protocol: ")
    assert named in fault.message
    assert len(played.host.requests) == 1


def test_every_warning_is_named(virtual: Any, wire: Any) -> None:
    pieces = whole(id=None, model="other", usage=None)

    lenient = answers(virtual, wire, wire.said(pieces=pieces)).answers[0]
    strict = answers(virtual, wire, wire.said(pieces=pieces), strict_wire=True).answers[0]

    names = [warning.name for warning in lenient.warnings]
    assert len(names) == 3
    assert all(name in str(strict) for name in names)


def test_a_stream_that_needed_tolerance_is_an_error_of_the_stream(virtual: Any, wire: Any) -> None:
    stream = wire.said(headers=STREAM_TYPE, pieces=[(0, TEXT), (0, END)])

    played = answers(virtual, wire, stream, strict_wire=True, stream=True)

    fault = played.answers[0].fault
    assert (fault.kind, len(played.host.requests)) == ("stream_protocol", 1)
    assert "missing_done" in fault.message
    assert fault.partial.text == "Hel"


def test_replies_that_are_refused_for_their_form_show_a_server_that_works(
    virtual: Any, wire: Any
) -> None:
    said = [wire.said(pieces=whole(id=None)) for _ in range(12)]

    played = answers(virtual, wire, *said, calls=12, strict_wire=True)

    kinds = {answer.fault.kind for answer in played.answers}
    assert (len(played.host.requests), kinds) == (12, {"response_invalid"})


def test_the_tokens_of_a_refused_reply_are_wasted(virtual: Any, wire: Any) -> None:
    played = answers(virtual, wire, wire.said(pieces=whole(id=None)), strict_wire=True)

    assert played.answers[0].fault.tries[0].wasted == 5


def test_tokens_of_tries_that_came_to_nothing_are_counted_and_those_of_a_reply_are_not(
    virtual: Any, wire: Any
) -> None:
    broken = wire.said(headers=STREAM_TYPE, pieces=[(0, BLANK), (0, USAGE)], broken=RESET)
    good = wire.said(headers=STREAM_TYPE, pieces=[(0, TEXT), (0, END), (0, USAGE), (0, DONE)])

    reply = answers(virtual, wire, broken, wire.said(503), good, stream=True).answers[0]

    assert [one.wasted for one in reply.tries] == [5, None, None]
    assert reply.usage.total == 5


def test_the_bytes_of_every_try_are_counted(virtual: Any, wire: Any) -> None:
    busy = wire.said(503, pieces=[(0, b"bu"), (0, b"sy")])
    broken = wire.said(headers=STREAM_TYPE, pieces=[(0, BLANK)], broken=RESET)
    good = wire.said(headers=STREAM_TYPE, pieces=[(0, TEXT), (0, END), (0, DONE)])

    reply = answers(virtual, wire, wire.refused, busy, broken, good, stream=True).answers[0]

    wanted = [0, 4, len(BLANK), len(TEXT + END + DONE)]
    assert [one.received for one in reply.tries] == wanted


def test_each_try_tells_its_status_kind_id_and_seconds(virtual: Any, wire: Any) -> None:
    busy = wire.said(503, {"x-request-id": "a"}, after=1.5)
    reply = answers(virtual, wire, wire.refused, busy, wire.said(after=2.0)).answers[0]

    told = [(one.status, one.kind, one.request_id, one.seconds) for one in reply.tries]
    assert told == [(None, "connect", None, 0), (503, "server", "a", 1.5), (200, None, None, 2)]
    assert reply.timing.total == 2


def test_a_call_that_fails_keeps_its_tries(virtual: Any, wire: Any) -> None:
    played = answers(virtual, wire, wire.refused, wire.said(400), retry=Retry(tries=9))

    error = played.answers[0]
    assert isinstance(error, CallError)
    assert [one.kind for one in error.fault.tries] == ["connect", "bad_request"]
