"""A whole message, in the words of chat completions."""

import json
from typing import Any

import pytest

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.messages.reply import read_message
from evalkit.model.chat import CallError, ChatReply, Fault, ToolCall, Usage

JSON = {"content-type": "application/json"}
USAGE = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 20,
    "cache_read_input_tokens": 30,
    "output_tokens": 8,
    "output_tokens_details": {"thinking_tokens": 5},
}


def text(words: Any) -> dict[str, Any]:
    return {"type": "text", "text": words}


def message(*content: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m-20260101",
        "content": [*content],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": USAGE,
        **more,
    }


def read(body: Any, status: int = 200, asked: Asked | None = None) -> ChatReply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_message(asked or Asked(model="m"), Head(status, JSON), data)


def fault(body: Any, status: int = 200) -> Fault:
    with pytest.raises(CallError) as caught:
        read(body, status)
    return caught.value.fault


def warned(reply: ChatReply) -> set[str]:
    return {warning.name for warning in reply.warnings}


def envelope(kind: str, words: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": words}, "request_id": "req_1"}


def test_a_standard_message_needs_no_tolerance() -> None:
    reply = read(message(text("Hel"), text("lo")))

    assert reply == ChatReply(
        text="Hello",
        finish_reason="stop",
        usage=Usage(prompt=60, completion=8, total=68, reasoning=5, cached=30),
        model="m-20260101",
        id="msg_1",
    )


def test_thinking_is_kept_apart_from_the_text() -> None:
    blocks = [
        {"type": "thinking", "thinking": "One", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "thinking", "thinking": "Two", "signature": "s"},
    ]
    reply = read(message(*blocks, text("Hi")))
    assert (reply.reasoning, reply.text, warned(reply)) == ("One\n\nTwo", "Hi", set())


def test_calls_have_their_arguments_as_json_text() -> None:
    used = {"type": "tool_use", "id": "t1", "name": "find", "input": {"a": [1, "ä"]}}
    bare = {"type": "tool_use", "id": "t2", "name": "now", "input": {}}
    server = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    reply = read(message(text("Let me see"), server, used, bare, stop_reason="tool_use"))

    assert reply.tool_calls == (
        ToolCall(id="t1", name="find", arguments='{"a":[1,"ä"]}'),
        ToolCall(id="t2", name="now", arguments="{}"),
    )
    assert (reply.finish_reason, reply.result, warned(reply)) == ("tool_calls", "ok", set())


@pytest.mark.parametrize(
    ("body", "result", "reason"),
    [
        pytest.param(message(text("a"), stop_reason="stop_sequence"), "ok", "stop", id="stop"),
        pytest.param(message(text("a"), stop_reason="max_tokens"), "truncated", "length", id="cut"),
        pytest.param(
            message(text("a"), stop_reason="model_context_window_exceeded"),
            "truncated",
            "length",
            id="window",
        ),
        pytest.param(message(stop_reason="refusal"), "refused", "stop", id="refusal"),
        pytest.param(message(), "empty", "stop", id="nothing"),
    ],
)
def test_why_a_message_stopped_is_told(body: Any, result: str, reason: str) -> None:
    reply = read(body)
    assert (reply.result, reply.finish_reason, warned(reply)) == (result, reason, set())


@pytest.mark.parametrize(
    ("details", "words"),
    [
        pytest.param(None, "refusal", id="nothing"),
        pytest.param({"category": "cyber", "explanation": None}, "cyber", id="a category"),
        pytest.param({"category": "cyber", "explanation": "It harms"}, "It harms", id="words"),
    ],
)
def test_a_refusal_is_told_in_the_words_that_explain_it(details: Any, words: str) -> None:
    assert read(message(stop_reason="refusal", stop_details=details)).refusal == words


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        pytest.param(
            {"input_tokens": 3, "output_tokens": 2},
            Usage(prompt=3, completion=2, total=5),
            id="no cache",
        ),
        pytest.param(
            {"input_tokens": 3, "cache_read_input_tokens": None, "output_tokens": 2},
            Usage(prompt=3, completion=2, total=5),
            id="null for the cache",
        ),
        pytest.param({"input_tokens": 3}, Usage(prompt=3), id="no output"),
        pytest.param({"output_tokens": 2}, Usage(completion=2), id="no input"),
        pytest.param(
            {"input_tokens": "x", "output_tokens": 2}, Usage(completion=2), id="no number"
        ),
    ],
)
def test_what_is_cached_counts_as_prompt(usage: Any, expected: Usage) -> None:
    assert read(message(text("a"), usage=usage)).usage == expected


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        pytest.param(message(text("a"), id=None), "missing_fields", id="no id"),
        pytest.param(message(text("a"), role=""), "missing_fields", id="no role"),
        pytest.param(message(text("a"), usage=None), "usage_missing", id="no usage"),
        pytest.param(
            message(text("a"), usage={"input_tokens": 1}), "usage_missing", id="half a usage"
        ),
        pytest.param(message(text("a"), model="other"), "model_differs", id="model"),
        pytest.param(message(text("a"), stop_reason=None), "missing_finish_reason", id="no reason"),
        pytest.param(
            message(text("a"), stop_reason="pause_turn"), "nonstandard_finish_reason", id="pause"
        ),
        pytest.param(message(text("a"), 7), "nonstandard_shape", id="odd block"),
        pytest.param(message(text(["a"])), "nonstandard_shape", id="odd text"),
        pytest.param(
            message({"type": "tool_use", "id": "t", "name": "f", "input": [1]}),
            "nonstandard_shape",
            id="odd input",
        ),
        pytest.param(
            message({"type": "tool_use", "id": "t", "name": "f"}),
            "tool_call_repaired",
            id="no input",
        ),
    ],
)
def test_every_tolerance_is_told(body: Any, warning: str) -> None:
    assert warned(read(body)) == {warning}


def test_json_in_place_of_a_stream_is_told() -> None:
    assert warned(read(message(text("a")), asked=Asked(stream=True))) == {"not_streamed"}


@pytest.mark.parametrize(
    ("body", "status", "kind", "words"),
    [
        (envelope("overloaded_error", "Overloaded"), 529, "server", "answered 529: Overloaded"),
        (envelope("overloaded_error", "Overloaded"), 200, "server", "sent an error: Overloaded"),
        (envelope("rate_limit_error", "Slow"), 429, "rate_limit", "Slow"),
        (envelope("authentication_error", "invalid x-api-key"), 401, "auth", "x-api-key"),
        (envelope("permission_error", "No"), 403, "auth", "No"),
        (envelope("billing_error", "Pay"), 402, "quota", "Pay"),
        (
            {
                "type": "error",
                "error": {
                    "type": "rate_limit_error",
                    "message": "Limit",
                    "details": {"error_code": "enforced_spend_limit_reached"},
                },
            },
            429,
            "quota",
            "Limit; the account's quota is used up",
        ),
        (envelope("request_too_large", "Large"), 200, "bad_request", "Large"),
        (envelope("not_found_error", "model: m"), 404, "not_found", "model: m"),
        (envelope("invalid_request_error", "Bad"), 400, "bad_request", "Bad"),
        (envelope("request_too_large", "Large"), 413, "bad_request", "Large"),
        (envelope("api_error", "Broken"), 500, "server", "Broken"),
        ({"id": "a"}, 200, "response_invalid", "no content, only 'id'"),
        ({"content": "a"}, 200, "response_invalid", "no content, only 'content'"),
        ([1], 200, "response_invalid", "JSON that is no object"),
        (b"<html>", 200, "response_invalid", "no JSON"),
    ],
)
def test_what_is_no_answer_is_a_fault(body: Any, status: int, kind: str, words: str) -> None:
    found = fault(body, status)
    assert (found.kind, words in found.message) == (kind, True), found.message
