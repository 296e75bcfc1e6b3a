"""Bodies of chunks without events, and choices that have no place for a reply."""

import json
from typing import Any

import pytest

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.lines import read_body
from evalkit.dialect.stream import Stream
from evalkit.model.chat import CallError, ChatReply

ASKED = Asked(stream=True, host="host:80")
HEAD = Head(200, {"content-type": "application/json"})
FIELDS = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def line(finish_reason: str | None = None, **placed: Any) -> str:
    choice = {"index": 0, "finish_reason": finish_reason, **placed}
    return json.dumps({**FIELDS, "choices": [choice]})


def read(*lines: str) -> ChatReply:
    return read_body(ASKED, HEAD, "\n".join(lines).encode())


def test_chunks_one_a_line_are_folded_and_told() -> None:
    reply = read(
        line(delta={"role": "assistant", "content": ""}),
        line(delta={"content": "Hel"}),
        "",
        line(delta={"content": "lo"}),
        line("stop", delta={}),
    )
    assert (reply.text, reply.finish_reason) == ("Hello", "stop")
    assert "nonstandard_shape" in {warning.name for warning in reply.warnings}


def test_chunks_without_an_end_are_no_reply() -> None:
    with pytest.raises(CallError) as caught:
        read(line(delta={"role": "assistant", "content": ""}))
    assert caught.value.fault.kind == "stream_truncated"


def test_a_completion_is_read_as_one() -> None:
    message = {"role": "assistant", "content": "Hi"}
    assert read(line("stop", message=message)).text == "Hi"


@pytest.mark.parametrize("delta", [{}, {"role": "assistant", "content": ""}], ids=["bare", "empty"])
def test_a_completion_with_a_delta_beside_its_message_is_one(delta: dict[str, Any]) -> None:
    reply = read(line("stop", message={"role": "assistant", "content": "Hi"}, delta=delta))

    assert reply.text == "Hi"
    assert "nonstandard_shape" not in {warning.name for warning in reply.warnings}


@pytest.mark.parametrize("choice", [{"text": "Hello"}, {"content": "Hello"}, {}])
def test_a_choice_without_a_message_is_no_empty_reply(choice: dict[str, Any]) -> None:
    with pytest.raises(CallError) as caught:
        read(line("stop", **choice))
    assert caught.value.fault.kind == "response_invalid"


def test_a_filtered_choice_needs_no_message() -> None:
    assert read(line("content_filter")).result == "filtered"


def streamed(*lines: str) -> ChatReply:
    stream = Stream(ASKED, Head(200, {"content-type": "text/event-stream"}))
    for one in lines:
        stream.take("message", one, 0)
    return stream.end(b"", "")


def test_a_list_of_messages_in_a_chunk_is_read() -> None:
    said = [{"role": "assistant", "content": "Hello"}]
    assert streamed(line("stop", messages=said), "[DONE]").text == "Hello"


def test_a_stream_without_any_delta_is_no_empty_reply() -> None:
    with pytest.raises(CallError) as caught:
        streamed(line(text="Hello"), line("stop", text=""), "[DONE]")
    assert "a stream without any delta" in caught.value.fault.message
