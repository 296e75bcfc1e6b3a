"""A streamed response is read as a whole one is."""

import json
from typing import Any

import pytest

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.responses.stream import Stream
from evalkit.model.chat import CallError, ChatReply, StreamFacts, ToolCall, Usage

HEAD = Head(200, {"content-type": "text/event-stream"})
STARTED = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1741476777,
    "status": "in_progress",
    "model": "m",
    "output": [],
    "usage": None,
}
USAGE = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
CREATED = {"type": "response.created", "response": STARTED}
PART = {"type": "response.content_part.added", "part": {"type": "output_text", "text": ""}}
CALL = {"type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": ""}


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


def added(index: int, item: dict[str, Any]) -> dict[str, Any]:
    return event("output_item.added", output_index=index, item=item)


def done(index: int, item: dict[str, Any]) -> dict[str, Any]:
    return event("output_item.done", output_index=index, item=item)


def text(delta: Any) -> dict[str, Any]:
    return event("output_text.delta", output_index=0, content_index=0, delta=delta)


def argued(delta: str, index: int = 0) -> dict[str, Any]:
    return event("function_call_arguments.delta", output_index=index, delta=delta)


def ended(kind: str = "completed", **more: Any) -> dict[str, Any]:
    return event(kind, response={**STARTED, "status": kind, "usage": USAGE, **more})


def stream_of(*events: Any, asked: Asked | None = None) -> Stream:
    stream = Stream(asked or Asked(model="m", stream=True), HEAD)
    for one in events:
        stream.take("", one if isinstance(one, str) else json.dumps(one), 0)
    return stream


def folded(*events: Any) -> ChatReply:
    return stream_of(*events).end(b"", "")


def warned(reply: ChatReply) -> set[str]:
    return {warning.name for warning in reply.warnings}


def test_a_standard_stream_needs_no_tolerance() -> None:
    message = {"type": "message", "role": "assistant", "content": []}
    events = [CREATED, event("in_progress", response=STARTED), added(0, message), PART]
    reply = folded(*events, text("Hel"), text("lo"), event("output_text.done"), ended())

    assert reply == ChatReply(
        text="Hello",
        finish_reason="stop",
        usage=Usage(prompt=3, completion=2, total=5),
        model="m",
        id="resp_1",
        streamed=True,
        stream=StreamFacts(contents=2, finishes=1, role_first=True, done=True),
    )


def test_calls_are_joined_from_their_fragments() -> None:
    other = {**CALL, "call_id": "d", "name": "g"}
    reply = folded(
        *(CREATED, added(0, CALL), argued('{"a"'), added(1, other), argued(":1}"), argued("{}", 1)),
        *(done(0, {**CALL, "arguments": '{"a":1}'}), done(1, {**other, "arguments": "{}"})),
        ended(),
    )
    assert reply.tool_calls == (
        ToolCall(id="c", name="f", arguments='{"a":1}'),
        ToolCall(id="d", name="g", arguments="{}"),
    )
    assert (reply.finish_reason, warned(reply)) == ("tool_calls", set())


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([added(0, CALL), done(0, {**CALL, "arguments": "{}"})], id="no deltas"),
        pytest.param([done(0, {**CALL, "arguments": "{}"})], id="no beginning"),
    ],
)
def test_a_call_that_came_in_no_deltas_is_read_at_its_end(events: list[Any]) -> None:
    reply = folded(CREATED, *events, ended())
    assert reply.tool_calls == (ToolCall(id="c", name="f", arguments="{}"),)


def test_what_came_in_no_deltas_is_read_from_the_last_event() -> None:
    content = [{"type": "output_text", "text": "Hello"}]
    output = [{"type": "message", "role": "assistant", "content": content}]
    reply = folded(CREATED, ended(output=output))
    assert (reply.text, reply.stream and reply.stream.contents) == ("Hello", 1)


def test_the_parts_of_the_reasoning_are_paragraphs() -> None:
    part = event("reasoning_summary_part.added", part={"type": "summary_text", "text": ""})
    thoughts = [
        event("reasoning_summary_text.delta", delta="O"),
        event("reasoning_summary_text.delta", delta="ne"),
        event("reasoning_text.delta", delta="Two"),
    ]
    reply = folded(CREATED, part, *thoughts[:2], part, thoughts[2], text("Hi"), ended())
    assert (reply.reasoning, reply.text) == ("One\n\nTwo", "Hi")
    assert reply.stream == StreamFacts(contents=4, finishes=1, role_first=True, done=True)


@pytest.mark.parametrize(
    ("last", "result", "reason"),
    [
        pytest.param(
            ended("incomplete", incomplete_details={"reason": "max_output_tokens"}),
            "truncated",
            "length",
            id="limit",
        ),
        pytest.param(
            ended("incomplete", incomplete_details={"reason": "content_filter"}),
            "filtered",
            "content_filter",
            id="filter",
        ),
        pytest.param(event("completed", response={"usage": USAGE}), "ok", "stop", id="no status"),
    ],
)
def test_how_a_stream_ended_is_told(last: Any, result: str, reason: str) -> None:
    reply = folded(CREATED, text("Hel"), last)
    assert (reply.result, reply.finish_reason, warned(reply)) == (result, reason, set())


def test_a_refusal_is_no_text() -> None:
    deltas = [event("refusal.delta", delta=delta) for delta in ("I ", "won't")]
    reply = folded(CREATED, *deltas, ended())
    assert (reply.refusal, reply.text, reply.result) == ("I won't", "", "refused")


def test_unknown_events_are_ignored() -> None:
    odd = [event("new.thing", delta=7), {"type": "keepalive"}, "[DONE]", ""]
    assert warned(folded(CREATED, *odd, text("a"), ended())) == set()


@pytest.mark.parametrize(
    ("odd", "warning"),
    [
        pytest.param(text(None), "nonstandard_shape", id="no delta"),
        pytest.param(text(7), "nonstandard_shape", id="odd delta"),
        pytest.param({"a": 1}, "nonstandard_shape", id="no type"),
        pytest.param(event("output_item.added"), "nonstandard_shape", id="no item"),
        pytest.param("[1]", "undecodable_event", id="a list"),
        pytest.param("{", "undecodable_event", id="half an object"),
    ],
)
def test_an_event_of_an_unknown_shape_is_told(odd: Any, warning: str) -> None:
    assert warned(folded(CREATED, text("a"), odd, ended())) == {warning}


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        pytest.param(
            {"type": "error", "code": "server_error", "message": "It broke", "param": None},
            "server",
            "It broke",
            id="error event",
        ),
        pytest.param(
            {"error": {"message": "Slow", "code": "rate_limit_exceeded"}},
            "rate_limit",
            "Slow",
            id="envelope",
        ),
        pytest.param(
            ended("failed", error={"code": "server_error", "message": "It broke"}),
            "server",
            "It broke",
            id="failed",
        ),
        pytest.param(ended("failed"), "server", "the response is failed", id="failed, no words"),
    ],
)
def test_an_error_keeps_what_came_before(error: Any, kind: str, words: str) -> None:
    with pytest.raises(CallError) as caught:
        stream_of(CREATED, text("Hel"), error)

    found = caught.value.fault
    assert (found.kind, words in found.message) == (kind, True), found.message
    assert found.partial is not None
    assert found.partial.text == "Hel"


@pytest.mark.parametrize(
    ("events", "raw", "kind", "words"),
    [
        pytest.param(
            [CREATED, text("Hel")], b"", "stream_truncated", "without response.completed", id="text"
        ),
        pytest.param([CREATED, "[DONE]"], b"", "stream_truncated", "broke off", id="done of chat"),
        pytest.param(
            [{"choices": []}], b"", "response_invalid", "events of another API", id="chat"
        ),
        pytest.param([], b": ping\n\n", "stream_truncated", "before its first", id="comments"),
        pytest.param([], b"", "response_invalid", "an empty stream", id="nothing"),
        pytest.param(["{"], b"data: {", "stream_protocol", "usable event", id="no JSON"),
    ],
)
def test_a_stream_that_never_ended_is_a_fault(
    events: list[Any], raw: bytes, kind: str, words: str
) -> None:
    with pytest.raises(CallError) as caught:
        stream_of(*events).end(raw, "")

    found = caught.value.fault
    assert (found.kind, words in found.message) == (kind, True), found.message


def test_a_last_event_without_its_blank_line_is_read_and_told() -> None:
    reply = stream_of(CREATED, text("a")).end(b"", json.dumps(ended()))
    assert (reply.text, reply.finish_reason, warned(reply)) == ("a", "stop", {"missing_done"})


def test_a_last_event_of_an_odd_type_ends_nothing() -> None:
    with pytest.raises(CallError, match="broke off"):
        stream_of(CREATED).end(b"", '{"type": []}')


def test_a_stream_that_was_not_asked_for_is_told() -> None:
    reply = stream_of(CREATED, text("a"), ended(), asked=Asked(model="m")).end(b"", "")
    assert warned(reply) == {"unrequested_stream"}


def test_a_response_as_json_in_a_stream_is_read() -> None:
    whole = {**STARTED, "status": "completed", "usage": USAGE}
    reply = stream_of().end(json.dumps(whole).encode(), "")
    assert (reply.streamed, warned(reply)) == (False, {"content_type_mismatch", "not_streamed"})
