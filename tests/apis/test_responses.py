"""The Responses API over a real socket, its replies whole and streamed."""

from typing import Any

import pytest

from evalkit.apis.responses import Responses
from evalkit.model.chat import ChatRequest, Message, TextPart, ToolCall, Usage

CREATED = {
    "id": "resp_67ccd2bed1ec8190",
    "object": "response",
    "created_at": 1741476542,
    "status": "in_progress",
    "error": None,
    "incomplete_details": None,
    "model": "m-2026-01-01",
    "output": [],
    "usage": None,
}
USAGE = {
    "input_tokens": 36,
    "input_tokens_details": {"cached_tokens": 12},
    "output_tokens": 87,
    "output_tokens_details": {"reasoning_tokens": 64},
    "total_tokens": 123,
}
SUMMARY = {"type": "summary_text", "text": "Thinking it over"}
THOUGHT = {"id": "rs_1", "type": "reasoning", "summary": [SUMMARY]}
TEXT = {"type": "output_text", "text": "Grüße, 世界", "annotations": []}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "content": [TEXT],
}
CALL = {
    "id": "fc_1",
    "type": "function_call",
    "call_id": "call_1",
    "name": "weather",
    "arguments": '{"city":"Köln"}',
    "status": "completed",
}
FINAL = {**CREATED, "status": "completed", "output": [THOUGHT, MESSAGE, CALL], "usage": USAGE}


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


EVENTS = [
    event("created", response=CREATED),
    event("in_progress", response=CREATED),
    event("output_item.added", output_index=0, item={**THOUGHT, "summary": []}),
    event("reasoning_summary_part.added", output_index=0, part={**SUMMARY, "text": ""}),
    event("reasoning_summary_text.delta", output_index=0, delta="Thinking "),
    event("reasoning_summary_text.delta", output_index=0, delta="it over"),
    event("reasoning_summary_text.done", output_index=0, text=SUMMARY["text"]),
    event("output_item.done", output_index=0, item=THOUGHT),
    event("output_item.added", output_index=1, item={**MESSAGE, "content": []}),
    event("content_part.added", output_index=1, part={**TEXT, "text": ""}),
    event("output_text.delta", output_index=1, content_index=0, delta="Grüße, "),
    event("output_text.delta", output_index=1, content_index=0, delta="世界"),
    event("output_text.done", output_index=1, text=TEXT["text"]),
    event("content_part.done", output_index=1, part=TEXT),
    event("output_item.done", output_index=1, item=MESSAGE),
    event("output_item.added", output_index=2, item={**CALL, "arguments": ""}),
    event("function_call_arguments.delta", output_index=2, delta='{"city":'),
    event("function_call_arguments.delta", output_index=2, delta='"Köln"}'),
    event("function_call_arguments.done", output_index=2, arguments=CALL["arguments"]),
    event("output_item.done", output_index=2, item=CALL),
    event("completed", response=FINAL),
]


def asking(*, stream: bool = False) -> ChatRequest:
    said = Message(role="user", parts=(TextPart(text="hi"),))
    return ChatRequest(messages=(said,), stream=stream)


def test_a_request_is_posted_below_the_base_url_with_the_key(wire: Any) -> None:
    heard = wire.over_a_socket(Responses, wire.answer.of(FINAL), asking())

    assert heard.line == "POST /v1/responses HTTP/1.1"
    assert heard.headers["authorization"] == "Bearer sk-1"
    assert heard.body == {"model": "m", "input": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_reply_is_the_same_whole_and_streamed(wire: Any, *, stream: bool) -> None:
    answer = wire.answer.streaming(*EVENTS) if stream else wire.answer.of(FINAL)
    reply = wire.over_a_socket(Responses, answer, asking(stream=stream)).reply

    assert (reply.text, reply.reasoning) == ("Grüße, 世界", "Thinking it over")
    assert reply.tool_calls == (ToolCall(id="call_1", name="weather", arguments='{"city":"Köln"}'),)
    assert reply.usage == Usage(prompt=36, completion=87, total=123, reasoning=64, cached=12)
    assert (reply.finish_reason, reply.result, reply.streamed) == ("tool_calls", "ok", stream)
    assert (reply.model, reply.id, reply.warnings) == ("m-2026-01-01", CREATED["id"], ())


def test_the_first_token_of_a_stream_is_timed(wire: Any) -> None:
    heard = wire.over_a_socket(Responses, wire.answer.streaming(*EVENTS), asking(stream=True))
    timing = heard.reply.timing
    assert (timing.first_token is not None, len(timing.contents)) == (True, 7)


def test_a_stream_cut_anywhere_is_read_as_in_one_piece(wire: Any) -> None:
    assert wire.cuts(Responses, wire.answer.streaming(*EVENTS), asking(stream=True)) == []


def test_a_stream_that_breaks_off_keeps_what_came(wire: Any) -> None:
    answer = wire.answer.streaming(*EVENTS[:12])
    fault = wire.over_a_socket(Responses, answer, asking(stream=True)).fault
    assert (fault.kind, fault.partial.text) == ("stream_truncated", "Grüße, 世界")


def test_an_error_says_what_the_server_says(wire: Any) -> None:
    error = {"error": {"message": "Bad model", "type": "invalid_request_error", "code": None}}
    fault = wire.over_a_socket(Responses, wire.answer.of(error, 400), asking()).fault
    assert (fault.kind, "answered 400: Bad model" in fault.message) == ("bad_request", True)
