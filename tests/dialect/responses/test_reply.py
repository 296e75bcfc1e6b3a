"""A whole response, in the words of chat completions."""

import json
from typing import Any

import pytest

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.responses.reply import read_response
from evalkit.model.chat import CallError, ChatReply, Fault, ToolCall, Usage

JSON = {"content-type": "application/json"}
USAGE = {
    "input_tokens": 36,
    "input_tokens_details": {"cached_tokens": 12},
    "output_tokens": 87,
    "output_tokens_details": {"reasoning_tokens": 64},
    "total_tokens": 123,
}


def message(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "id": "msg_1", "role": "assistant", "content": [*parts]}


def text(words: str) -> dict[str, Any]:
    return {"type": "output_text", "text": words, "annotations": []}


def response(*output: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1741476777,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": "m-2026-01-01",
        "output": [*output],
        "usage": USAGE,
        **more,
    }


def read(
    body: Any, status: int = 200, asked: Asked | None = None, headers: Any = None
) -> ChatReply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_response(asked or Asked(model="m"), Head(status, headers or JSON), data)


def fault(body: Any, status: int = 200) -> Fault:
    with pytest.raises(CallError) as caught:
        read(body, status)
    return caught.value.fault


def warned(reply: ChatReply) -> set[str]:
    return {warning.name for warning in reply.warnings}


CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}


def test_a_standard_response_needs_no_tolerance() -> None:
    reply = read(response(message(text("Hel"), text("lo"))))

    assert reply == ChatReply(
        text="Hello",
        finish_reason="stop",
        usage=Usage(prompt=36, completion=87, total=123, reasoning=64, cached=12),
        model="m-2026-01-01",
        id="resp_1",
    )


def test_reasoning_is_kept_apart_from_the_text() -> None:
    thought = {
        "type": "reasoning",
        "summary": [
            {"type": "summary_text", "text": "One"},
            {"type": "summary_text", "text": "Two"},
        ],
        "content": [{"type": "reasoning_text", "text": "Three"}, 7, {"text": 7}],
    }
    reply = read(response(thought, message(text("Hi"))))
    assert (reply.reasoning, reply.text) == ("One\n\nTwo\n\nThree", "Hi")


def test_calls_are_a_reply_that_ends_with_them() -> None:
    custom = {"type": "custom_tool_call", "call_id": "call_2", "name": "run", "input": "ls"}
    reply = read(response(CALL, custom, {"type": "web_search_call"}))

    assert reply.tool_calls == (
        ToolCall(id="call_1", name="f", arguments="{}"),
        ToolCall(id="call_2", name="run", arguments="ls"),
    )
    assert (reply.finish_reason, reply.result, warned(reply)) == ("tool_calls", "ok", set())


@pytest.mark.parametrize(
    ("body", "result", "reason"),
    [
        pytest.param(
            response(
                message(text("Hel")),
                status="incomplete",
                incomplete_details={"reason": "max_output_tokens"},
            ),
            "truncated",
            "length",
            id="limit",
        ),
        pytest.param(
            response(status="incomplete", incomplete_details={"reason": "content_filter"}),
            "filtered",
            "content_filter",
            id="filter",
        ),
        pytest.param(
            response(message({"type": "refusal", "refusal": "I won't"})),
            "refused",
            "stop",
            id="refusal",
        ),
        pytest.param(response(), "empty", "stop", id="nothing"),
    ],
)
def test_how_a_response_ended_is_told(body: Any, result: str, reason: str) -> None:
    reply = read(body)
    assert (reply.result, reply.finish_reason, warned(reply)) == (result, reason, set())


@pytest.mark.parametrize("details", [None, {}, {"reason": "new"}, {"reason": [1]}])
def test_a_response_that_is_incomplete_for_no_known_reason_counts_as_cut_off(details: Any) -> None:
    reply = read(response(message(text("a")), status="incomplete", incomplete_details=details))
    assert (reply.result, warned(reply)) == ("truncated", {"nonstandard_finish_reason"})


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        pytest.param(response(message(text("a")), id=None), "missing_fields", id="no id"),
        pytest.param(
            response({**message(text("a")), "role": None}), "missing_fields", id="no role"
        ),
        pytest.param(response(message(text("a")), usage=None), "usage_missing", id="no usage"),
        pytest.param(
            response(message(text("a")), usage={**USAGE, "input_tokens": "x"}),
            "usage_missing",
            id="no count",
        ),
        pytest.param(response(message(text("a")), model="other"), "model_differs", id="model"),
        pytest.param(
            response(message(text("a")), status=None), "missing_finish_reason", id="no status"
        ),
        pytest.param(
            response({**message(), "content": "a"}), "nonstandard_shape", id="text as content"
        ),
        pytest.param(response(message(text("a")), 7), "nonstandard_shape", id="odd item"),
        pytest.param(
            response({**message(), "content": [text("a"), 7]}), "nonstandard_shape", id="odd part"
        ),
        pytest.param(
            response({**CALL, "call_id": None, "id": None}), "tool_call_repaired", id="no id of it"
        ),
        pytest.param(
            json.dumps(response(message(text("a")))).encode() + b" more",
            "trailing_data",
            id="more behind",
        ),
    ],
)
def test_every_tolerance_is_told(body: Any, warning: str) -> None:
    assert warned(read(body)) == {warning}


def test_json_in_place_of_a_stream_is_told() -> None:
    reply = read(response(message(text("a"))), asked=Asked(stream=True))
    assert warned(reply) == {"not_streamed"}


def test_a_response_under_an_error_status_is_read_and_told() -> None:
    assert warned(read(response(message(text("a"))), 500)) == {"error_status_mismatch"}


@pytest.mark.parametrize(
    ("body", "status", "kind", "words"),
    [
        pytest.param(
            response(status="failed", error={"code": "server_error", "message": "It broke"}),
            200,
            "server",
            "sent an error: It broke",
            id="failed",
        ),
        pytest.param(
            response(status="failed", error={"code": "rate_limit_exceeded", "message": "Slow"}),
            200,
            "rate_limit",
            "Slow",
            id="failed for its rate",
        ),
        pytest.param(
            response(status="cancelled"), 200, "server", "response is cancelled", id="cancelled"
        ),
        pytest.param(
            response(status="queued"), 200, "response_invalid", "still 'queued'", id="queued"
        ),
        pytest.param(
            {"error": {"message": "No", "type": "invalid_request_error", "code": None}},
            400,
            "bad_request",
            "answered 400: No",
            id="bad request",
        ),
        pytest.param(
            {"error": {"message": "Key", "code": "invalid_api_key"}}, 401, "auth", "Key", id="key"
        ),
        pytest.param(
            {"error": {"message": "You", "code": "insufficient_quota"}},
            429,
            "quota",
            "used up",
            id="quota",
        ),
        pytest.param({"id": "a"}, 200, "response_invalid", "no output, only 'id'", id="no output"),
        pytest.param([1], 200, "response_invalid", "JSON that is no object", id="a list"),
        pytest.param(b"", 200, "response_invalid", "an empty body", id="nothing"),
        pytest.param(b"<html>", 200, "response_invalid", "no JSON", id="a page"),
    ],
)
def test_what_is_no_answer_is_a_fault(body: Any, status: int, kind: str, words: str) -> None:
    found = fault(body, status)
    assert (found.kind, words in found.message) == (kind, True), found.message


def test_a_prompt_that_was_blocked_is_an_answer() -> None:
    reply = read({"error": {"code": "content_filter", "message": "No"}}, 400)
    assert (reply.result, reply.finish_reason) == ("filtered", "content_filter")
