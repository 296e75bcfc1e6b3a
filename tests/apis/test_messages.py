"""The Messages API over a real socket, its replies whole and streamed."""

import asyncio
from typing import Any

import pytest

from evalkit.apis.messages import Messages
from evalkit.model.chat import CallError, ChatRequest, Message, TextPart, ToolCall, Usage
from evalkit.model.consultation import EmbeddingRequest
from evalkit.model.profile import Profile

USAGE = {"input_tokens": 10, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 30}
THOUGHT = {"type": "thinking", "thinking": "Thinking it over", "signature": "EqQBCg"}
TEXT = {"type": "text", "text": "Grüße, 世界"}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Köln"}}
WHOLE = {
    "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
    "type": "message",
    "role": "assistant",
    "model": "m-20260101",
    "content": [THOUGHT, TEXT, CALL],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {**USAGE, "output_tokens": 87},
}
START = {**WHOLE, "content": [], "stop_reason": None, "usage": {**USAGE, "output_tokens": 1}}


def begun(index: int, block: dict[str, Any]) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def closed(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": START},
    begun(0, {"type": "thinking", "thinking": "", "signature": ""}),
    {"type": "ping"},
    delta(0, "thinking_delta", thinking="Thinking "),
    delta(0, "thinking_delta", thinking="it over"),
    delta(0, "signature_delta", signature="EqQBCg"),
    closed(0),
    begun(1, {"type": "text", "text": ""}),
    delta(1, "text_delta", text="Grüße, "),
    delta(1, "text_delta", text="世界"),
    closed(1),
    begun(2, {**CALL, "input": {}}),
    delta(2, "input_json_delta", partial_json=""),
    delta(2, "input_json_delta", partial_json='{"city":'),
    delta(2, "input_json_delta", partial_json='"Köln"}'),
    closed(2),
    {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use", "stop_sequence": None},
        "usage": {"output_tokens": 87},
    },
    {"type": "message_stop"},
]


def asking(*, stream: bool = False) -> ChatRequest:
    said = Message(role="user", parts=(TextPart(text="hi"),))
    return ChatRequest(messages=(said,), stream=stream)


def test_a_request_is_posted_below_the_base_url_with_the_key_and_the_version(wire: Any) -> None:
    heard = wire.over_a_socket(Messages, wire.answer.of(WHOLE), asking())

    assert heard.line == "POST /v1/messages HTTP/1.1"
    assert heard.headers["x-api-key"] == "sk-1"
    assert heard.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in heard.headers
    assert heard.body == {
        "model": "m",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
    }


def test_a_profile_may_say_where_the_key_goes(wire: Any) -> None:
    gateway = Profile(key_header="authorization", key_prefix="Bearer ")
    heard = wire.over_a_socket(Messages, wire.answer.of(WHOLE), asking(), profile=gateway)
    assert heard.headers["authorization"] == "Bearer sk-1"
    assert "x-api-key" not in heard.headers


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_reply_is_the_same_whole_and_streamed(wire: Any, *, stream: bool) -> None:
    answer = wire.answer.streaming(*EVENTS) if stream else wire.answer.of(WHOLE)
    reply = wire.over_a_socket(Messages, answer, asking(stream=stream)).reply

    assert (reply.text, reply.reasoning) == ("Grüße, 世界", "Thinking it over")
    assert reply.tool_calls == (
        ToolCall(id="toolu_1", name="weather", arguments='{"city":"Köln"}'),
    )
    assert reply.usage == Usage(prompt=60, completion=87, total=147, cached=30)
    assert (reply.finish_reason, reply.result, reply.streamed) == ("tool_calls", "ok", stream)
    assert (reply.model, reply.id, reply.warnings) == ("m-20260101", WHOLE["id"], ())


def test_the_first_token_of_a_stream_is_timed(wire: Any) -> None:
    heard = wire.over_a_socket(Messages, wire.answer.streaming(*EVENTS), asking(stream=True))
    timing = heard.reply.timing
    assert (timing.first_token is not None, len(timing.contents)) == (True, 7)


def test_a_stream_cut_anywhere_is_read_as_in_one_piece(wire: Any) -> None:
    assert wire.cuts(Messages, wire.answer.streaming(*EVENTS), asking(stream=True)) == []


def test_a_stream_that_breaks_off_keeps_what_came(wire: Any) -> None:
    answer = wire.answer.streaming(*EVENTS[:10])
    fault = wire.over_a_socket(Messages, answer, asking(stream=True)).fault
    assert (fault.kind, fault.partial.text) == ("stream_truncated", "Grüße, 世界")


def test_an_overload_is_the_server_s_fault(wire: Any) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    fault = wire.over_a_socket(Messages, wire.answer.of(error, 529), asking()).fault
    assert (fault.kind, "answered 529: Overloaded" in fault.message) == ("server", True)


def test_it_offers_no_embeddings(wire: Any) -> None:
    async def embed() -> None:
        called = wire.deployment("http://127.0.0.1:9/v1")
        async with Messages(called, wire.services) as api:
            await api.embed(EmbeddingRequest(texts=("a",)))

    with pytest.raises(CallError, match="offers no embedding") as caught:
        asyncio.run(embed())

    assert caught.value.fault.kind == "config"
