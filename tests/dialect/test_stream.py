"""Folding events, beyond the table of seen replies."""

import json
from typing import Any

import pytest

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.stream import Stream
from evalkit.model.chat import CallError, ChatReply

HEAD = Head(200, {"content-type": "text/event-stream"})
FIELDS = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
STOP: dict[str, Any] = {"index": 0, "delta": {}, "finish_reason": "stop"}


def chunk(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**FIELDS, "choices": list(choices), **fields}


def delta(**content: Any) -> dict[str, Any]:
    return chunk({"index": 0, "delta": content, "finish_reason": None})


def calls(*fragments: dict[str, Any]) -> dict[str, Any]:
    return delta(tool_calls=list(fragments))


def call(name: str | None = None, arguments: Any = None, **placed: Any) -> dict[str, Any]:
    return {**placed, "function": {"name": name, "arguments": arguments}}


def stream_of(*chunks: Any, asked: Asked | None = None) -> Stream:
    stream = Stream(asked or Asked(stream=True), HEAD)
    for one in chunks:
        stream.take("message", one if isinstance(one, str) else json.dumps(one), 0)
    return stream


def folded(*chunks: Any) -> ChatReply:
    return stream_of(*chunks, chunk(STOP, usage=USAGE), "[DONE]").end(b"", "")


def warned(reply: ChatReply) -> set[str]:
    return {warning.name for warning in reply.warnings}


def test_a_standard_stream_needs_no_tolerance() -> None:
    reply = folded(delta(role="assistant", content=""), delta(content="H"), delta(content="i"))

    assert (reply.text, reply.finish_reason, reply.streamed) == ("Hi", "stop", True)
    assert reply.warnings == ()


@pytest.mark.parametrize(
    ("part", "counts"),
    [
        (delta(content="a"), True),
        (delta(reasoning="a"), True),
        (delta(reasoning_content="a"), True),
        (delta(refusal="a"), True),
        (calls(call("w", "", index=0, id="t")), True),
        (delta(role="assistant", content=""), False),
        (delta(content=None), False),
        (chunk(usage=USAGE), False),
        (chunk(STOP), False),
        ("[DONE]", False),
    ],
)
def test_only_a_fragment_of_the_reply_counts_as_content(part: Any, *, counts: bool) -> None:
    assert (stream_of(part).contents == 1) is counts


@pytest.mark.parametrize(
    ("later", "usage"),
    [
        pytest.param([None], (5, 7), id="null"),
        pytest.param([{**USAGE, "completion_tokens": 3, "total_tokens": 8}], (5, 8), id="last"),
        pytest.param(["none"], (5, 7), id="no object"),
    ],
)
def test_the_last_usage_that_is_one_wins(later: list[Any], usage: tuple[int, int]) -> None:
    chunks = [delta(content="a"), chunk(STOP, usage=USAGE), *(chunk(usage=one) for one in later)]

    reply = stream_of(*chunks, "[DONE]").end(b"", "")

    assert reply.usage
    assert (reply.usage.prompt, reply.usage.total) == usage


@pytest.mark.parametrize(
    ("fragments", "wanted", "repaired"),
    [
        pytest.param(
            [call("w", '{"a"', index=0, id="t1"), call(None, ":1}", index=0)],
            [("t1", "w", '{"a":1}')],
            False,
            id="joined by index",
        ),
        pytest.param(
            [
                call("w", "1", index=0, id="t1"),
                call("z", "2", index=1, id="t2"),
                call(None, "1", index=0),
                call(None, "2", index=1),
            ],
            [("t1", "w", "11"), ("t2", "z", "22")],
            False,
            id="interleaved",
        ),
        pytest.param(
            [call("w", "1", index=0, id="t1"), call("w", "2", index=0, id="t1")],
            [("t1", "w", "12")],
            False,
            id="id and name repeated",
        ),
        pytest.param(
            [call("get_", "", index=0, id="t1"), call("it", "{}", index=0)],
            [("t1", "get_it", "{}")],
            False,
            id="name in pieces",
        ),
        pytest.param(
            [call("w", "{}", index=0), call(None, "", index=0, id="t1")],
            [("t1", "w", "{}")],
            False,
            id="id later",
        ),
        pytest.param([call("w", "{}", index=0)], [(None, "w", "{}")], True, id="no id"),
        pytest.param(
            [call("w", "{}", id="t1"), call("z", "{}", id="t2"), call(None, "!", id="t1")],
            [("t1", "w", "{}!"), ("t2", "z", "{}")],
            True,
            id="no index, id names the call",
        ),
        pytest.param(
            [call("w", "{}", index=0, id="t1"), call("z", "{}", id="t2")],
            [("t1", "w", "{}"), ("t2", "z", "{}")],
            True,
            id="index sometimes",
        ),
        pytest.param([call("w", None, index=0, id="t1")], [("t1", "w", "")], True, id="nothing"),
    ],
)
def test_tool_calls_are_joined_from_their_fragments(
    fragments: list[dict[str, Any]], wanted: list[tuple[str | None, str, str]], *, repaired: bool
) -> None:
    reply = folded(*(calls(fragment) for fragment in fragments))

    assert [(one.id, one.name, one.arguments) for one in reply.tool_calls] == wanted
    assert ("tool_call_repaired" in warned(reply)) is repaired


@pytest.mark.parametrize(
    ("texts", "cumulative"),
    [
        (["The", "The cat", "The cat sat"], True),
        (["The", "The cat"], False),
        (["The", "The cat", "The cat"], False),
        (["a", "b", "bc", "bcd"], False),
    ],
)
def test_deltas_that_hold_the_whole_text_are_told(texts: list[str], *, cumulative: bool) -> None:
    reply = folded(*(delta(content=text) for text in texts))

    assert reply.text == "".join(texts)
    assert ("looks_cumulative" in warned(reply)) is cumulative


def test_a_message_in_a_chunk_is_read_and_told() -> None:
    reply = folded(chunk({"index": 0, "message": {"content": "Hi"}}))

    assert reply.text == "Hi"
    assert "nonstandard_shape" in warned(reply)


@pytest.mark.parametrize("odd", [{"choices": [7]}, {"choices": 7}, {}])
def test_a_chunk_of_an_unknown_shape_is_told(odd: dict[str, Any]) -> None:
    assert "nonstandard_shape" in warned(folded({**FIELDS, **odd}, delta(content="a")))


@pytest.mark.parametrize("odd", ["null", "7", "[]", "{", "[done]", "[" * 100_000, "9" * 5000])
def test_data_that_is_no_object_is_told(odd: str) -> None:
    reply = folded(delta(content="a"), odd)

    assert reply.text == "a"
    assert "undecodable_event" in warned(reply)


@pytest.mark.parametrize("done", ["[DONE]", " [DONE] ", "[DONE]\n"])
def test_done_is_trimmed(done: str) -> None:
    assert stream_of(done).done


def test_blank_data_is_ignored() -> None:
    assert folded(" ", delta(content="a"), "").warnings == ()


def test_an_error_keeps_what_came_before() -> None:
    stream = stream_of(delta(content="Hel"), delta(reasoning="hm"))

    with pytest.raises(CallError, match="boom") as caught:
        stream.take("error", '{"error": {"message": "boom", "code": 429}}', 0)

    fault = caught.value.fault
    assert fault.kind == "rate_limit"
    assert fault.partial
    assert (fault.partial.text, fault.partial.reasoning) == ("Hel", "hm")


def test_a_finish_reason_that_means_failure_is_a_fault_of_the_server() -> None:
    with pytest.raises(CallError) as caught:
        stream_of(chunk({**STOP, "finish_reason": "abort"}))

    assert caught.value.fault.kind == "server"


ROLE = delta(role="assistant", content="")
A = delta(content="a")
END = [chunk(STOP), chunk(usage=USAGE)]


@pytest.mark.parametrize(
    ("chunks", "facts"),
    [
        ([ROLE, A, A, *END, "[DONE]"], (2, 0, 1, True, True)),
        ([delta(role="assistant", content="a"), *END, "[DONE]"], (1, 0, 1, True, True)),
        ([A, ROLE, *END, "[DONE]"], (1, 0, 1, False, True)),
        ([chunk(prompt_filter_results=[]), ROLE, A, *END, "[DONE]"], (1, 0, 1, True, True)),
        ([ROLE, A, *END], (1, 0, 1, True, False)),
        ([ROLE, A, chunk(STOP), A, chunk(STOP), "[DONE]"], (2, 1, 2, True, True)),
        ([ROLE, A, "[DONE]"], (1, 0, 0, True, True)),
        (
            [ROLE, A, chunk(STOP), chunk({**STOP, "finish_reason": None}), "[DONE]"],
            (1, 0, 1, True, True),
        ),
        ([ROLE, A, chunk({**STOP, "finish_reason": ""}), "[DONE]"], (1, 0, 0, True, True)),
        ([ROLE, A, chunk(STOP), chunk({**STOP, "index": 1}), "[DONE]"], (1, 0, 1, True, True)),
    ],
    ids=[
        "standard",
        "role and text at once",
        "role later",
        "a chunk without choices first",
        "no end",
        "more after the finish",
        "no finish",
        "null after the finish",
        "an empty finish",
        "the finish of another choice",
    ],
)
def test_how_a_reply_was_streamed_is_kept(
    chunks: list[Any], facts: tuple[int, int, int, bool, bool]
) -> None:
    kept = stream_of(*chunks).end(b"", "").stream

    assert kept
    assert (kept.contents, kept.late, kept.finishes, kept.role_first, kept.done) == facts


def test_what_came_as_json_has_no_facts_of_a_stream() -> None:
    body = {**FIELDS, "choices": [{**STOP, "message": {"content": "a"}}], "usage": USAGE}

    reply = stream_of().end(json.dumps(body).encode(), "")

    assert (reply.streamed, reply.stream) == (False, None)


def test_usage_that_was_not_asked_for_is_not_missed() -> None:
    asked = Asked(stream=True, usage=False)

    reply = stream_of(delta(content="a"), chunk(STOP), "[DONE]", asked=asked).end(b"", "")

    assert reply.usage is None
    assert reply.warnings == ()


def test_cumulative_deltas_are_joined_to_what_the_last_of_them_says() -> None:
    asked = Asked(stream=True, usage=False, cumulative=True)
    stream = Stream(asked, Head(200))
    for text in ("Hel", "Hello", "Hello", "Hello you"):
        stream.take("", json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}), 0)
    stream.take(
        "", json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}), 0
    )
    stream.take("", "[DONE]", 0)

    reply = stream.end(b"", "")

    assert (reply.text, stream.contents) == ("Hello you", 3)
    assert "looks_cumulative" not in {warning.name for warning in reply.warnings}


def test_what_a_profile_tolerates_is_not_noted() -> None:
    stream = Stream(Asked(stream=True, usage=False, tolerated=("missing_fields",)), Head(200))
    stream.take("", json.dumps({"choices": [{"delta": {"content": "a"}}]}), 0)
    stream.take("", "[DONE]", 0)

    names = [warning.name for warning in stream.end(b"", "").warnings]

    assert names == ["missing_finish_reason"]
