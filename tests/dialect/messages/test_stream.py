"""A streamed message is read as a whole one is."""

import json
from typing import Any

import pytest

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.messages.stream import Stream
from evalkit.model.chat import CallError, ChatReply, StreamFacts, ToolCall, Usage

HEAD = Head(200, {"content-type": "text/event-stream"})
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [],
    "stop_reason": None,
    "usage": {"input_tokens": 25, "cache_read_input_tokens": 5, "output_tokens": 1},
}
START = {"type": "message_start", "message": MESSAGE}
STOP = {"type": "message_stop"}
PING = {"type": "ping"}
TEXT = {"type": "text", "text": ""}
THINKING = {"type": "thinking", "thinking": "", "signature": ""}


def begun(index: int, block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def text(words: Any, index: int = 0) -> dict[str, Any]:
    return delta(index, "text_delta", text=words)


def closed(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def used(index: int, name: str = "find") -> dict[str, Any]:
    return begun(index, {"type": "tool_use", "id": f"t{index}", "name": name, "input": {}})


def written(index: int, part: str) -> dict[str, Any]:
    return delta(index, "input_json_delta", partial_json=part)


def changed(reason: Any = "end_turn", **more: Any) -> dict[str, Any]:
    stopped = {"stop_reason": reason, "stop_sequence": None, **more}
    return {"type": "message_delta", "delta": stopped, "usage": {"output_tokens": 15}}


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
    body = [begun(0, TEXT), PING, text("Hel"), text("lo"), closed(0)]
    reply = folded(START, *body, changed(), STOP)

    assert reply == ChatReply(
        text="Hello",
        finish_reason="stop",
        usage=Usage(prompt=30, completion=15, total=45, cached=5),
        model="m",
        id="msg_1",
        streamed=True,
        stream=StreamFacts(contents=2, finishes=1, role_first=True, done=True),
    )


def test_calls_are_joined_from_their_fragments() -> None:
    calls = [
        *(used(1), written(1, ""), written(1, '{"a"'), written(1, ": 1}"), closed(1)),
        *(used(2, "now"), written(2, ""), closed(2)),
    ]
    text_block = [begun(0, TEXT), text("See"), closed(0)]
    reply = folded(START, *text_block, *calls, changed("tool_use"), STOP)

    assert reply.tool_calls == (
        ToolCall(id="t1", name="find", arguments='{"a": 1}'),
        ToolCall(id="t2", name="now", arguments="{}"),
    )
    assert (reply.finish_reason, warned(reply)) == ("tool_calls", set())


def test_thinking_is_kept_apart_and_its_blocks_are_paragraphs() -> None:
    body = [
        *(begun(0, THINKING), delta(0, "thinking_delta", thinking="O")),
        *(delta(0, "thinking_delta", thinking="ne"), delta(0, "signature_delta", signature="s")),
        *(closed(0), begun(1, THINKING), delta(1, "thinking_delta", thinking="Two"), closed(1)),
        *(begun(2, TEXT), text("Hi", 2), closed(2)),
    ]
    reply = folded(START, *body, changed(), STOP)
    assert (reply.reasoning, reply.text, warned(reply)) == ("One\n\nTwo", "Hi", set())
    assert reply.stream == StreamFacts(contents=4, finishes=1, role_first=True, done=True)


def test_later_counts_replace_earlier_ones_and_need_not_name_all() -> None:
    last = {**changed(), "usage": {"output_tokens": 9, "input_tokens": None}}
    reply = folded(START, begun(0, TEXT), text("a"), changed(), last, STOP)
    assert reply.usage == Usage(prompt=30, completion=9, total=39, cached=5)


def test_a_refusal_is_told_in_the_words_that_explain_it() -> None:
    details = {"type": "refusal", "category": "bio", "explanation": "It harms"}
    reply = folded(START, begun(0, TEXT), text("a"), changed("refusal", stop_details=details), STOP)
    assert (reply.refusal, reply.result, reply.finish_reason) == ("It harms", "refused", "stop")
    assert reply.stream == StreamFacts(contents=1, finishes=1, role_first=True, done=True)


def test_unknown_events_and_deltas_are_ignored() -> None:
    odd = [{"type": "new_event"}, delta(0, "citations_delta"), begun(1, {"type": "new"}), "[DONE]"]
    reply = folded(START, begun(0, TEXT), *odd, text("a"), changed(), STOP)
    assert (reply.text, warned(reply)) == ("a", set())


@pytest.mark.parametrize(
    ("odd", "warning"),
    [
        pytest.param(text(["b"]), "nonstandard_shape", id="odd text"),
        pytest.param({"type": "content_block_delta"}, "nonstandard_shape", id="no delta"),
        pytest.param({"type": "content_block_start"}, "nonstandard_shape", id="no block"),
        pytest.param({"a": 1}, "nonstandard_shape", id="no type"),
        pytest.param("7", "undecodable_event", id="a number"),
    ],
)
def test_an_event_of_an_unknown_shape_is_told(odd: Any, warning: str) -> None:
    assert warned(folded(START, begun(0, TEXT), text("a"), odd, changed(), STOP)) == {warning}


def test_text_after_the_stop_reason_is_read_and_told() -> None:
    reply = folded(START, begun(0, TEXT), text("a"), changed(), text("b"), STOP)
    assert (reply.text, warned(reply)) == ("ab", {"content_after_finish"})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("overloaded_error", "server"),
        ("api_error", "server"),
        ("rate_limit_error", "rate_limit"),
        ("invalid_request_error", "bad_request"),
    ],
)
def test_an_error_keeps_what_came_before(error: str, kind: str) -> None:
    sent = {"type": "error", "error": {"type": error, "message": "It broke"}}
    with pytest.raises(CallError, match="It broke") as caught:
        stream_of(START, begun(0, TEXT), text("Hel"), sent)

    found = caught.value.fault
    assert found.kind == kind
    assert found.partial is not None
    assert (found.partial.text, found.partial.usage) == (
        "Hel",
        Usage(prompt=30, completion=1, total=31, cached=5),
    )


@pytest.mark.parametrize(
    ("events", "kind", "words"),
    [
        pytest.param(
            [START, text("Hel")], "stream_truncated", "without message_stop", id="in the text"
        ),
        pytest.param(
            [START, text("Hel"), changed()], "stream_truncated", "without", id="before its end"
        ),
        pytest.param([PING], "stream_truncated", "without message_stop", id="pings alone"),
        pytest.param([{"choices": []}], "response_invalid", "another API", id="chat"),
    ],
)
def test_a_stream_that_never_ended_is_a_fault(events: list[Any], kind: str, words: str) -> None:
    with pytest.raises(CallError) as caught:
        folded(*events)

    found = caught.value.fault
    assert (found.kind, words in found.message) == (kind, True), found.message


def test_a_last_event_without_its_blank_line_is_read_and_told() -> None:
    stream = stream_of(START, begun(0, TEXT), text("a"), changed())
    assert warned(stream.end(b"", json.dumps(STOP))) == {"missing_done"}


def test_a_stream_without_its_start_lacks_what_the_start_says() -> None:
    reply = folded(begun(0, TEXT), text("a"), changed(), STOP)
    assert warned(reply) == {"missing_fields", "usage_missing"}
