"""Whatever a server sends, reading it gives a reply or a CallError, in bounded time and memory."""

import json
import tracemalloc
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalkit.dialect.asked import Asked
from evalkit.dialect.body import MOST_VALUES
from evalkit.dialect.calls import MOST_CALLS
from evalkit.dialect.completion import MOST_CHOICES
from evalkit.dialect.head import Head
from evalkit.dialect.lines import Chunks, read_body
from evalkit.model.chat import CallError, ChatReply

MIB = 1024 * 1024
STREAM_HEAD = Head(200, {"content-type": "text/event-stream"})
NAMES = st.sampled_from(
    [
        *["id", "object", "created", "model", "usage", "choices", "error", "detail", "message"],
        *["messages", "code", "type", "status", "index", "delta", "finish_reason", "content"],
        *["role", "text", "thinking", "reasoning", "refusal", "tool_calls", "function", "name"],
        *["arguments", "function_call", "prompt_tokens", "completion_tokens_details", "metadata"],
        *["reasoning_tokens", "innererror", "raw", "loc", "msg"],
    ]
)
WORDS = st.sampled_from(
    [
        *["", "a", "stop", "length", "tool_calls", "error", "content_filter", "assistant", "429"],
        *["[DONE]", "<think>", "</s>", "\ud800", "\x00", "{", '{"message": "m"}', " " * 25],
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 600)
    | st.sampled_from([10**30, -1, 1.5, 1e308, float("inf"), float("nan")])
    | WORDS
    | st.text(max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def objects(*names: str, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Give objects with the standard's fields, each often of the standard's type."""
    given_fields = dict.fromkeys(names, VALUES)
    given_fields |= {name: usual | VALUES for name, usual in fixed.items()}
    return st.fixed_dictionaries({}, optional=given_fields)


BLOCKS = st.lists(objects("type", text=WORDS, thinking=WORDS), max_size=3)
CALLS = st.lists(
    objects(
        id=WORDS, index=st.integers(-1, 3), function=objects(name=WORDS, arguments=WORDS | VALUES)
    ),
    max_size=3,
)
MESSAGES = objects(
    "function_call",
    role=WORDS,
    content=WORDS | BLOCKS,
    reasoning=WORDS,
    refusal=WORDS,
    tool_calls=CALLS,
)
CHOICES = objects(
    "error",
    index=st.integers(-1, 3),
    delta=MESSAGES,
    message=MESSAGES,
    messages=st.lists(MESSAGES, max_size=2),
    finish_reason=WORDS,
)
USAGE = objects("completion_tokens_details", prompt_tokens=SCALARS, total_tokens=SCALARS)
COMPLETIONS = objects(
    "id",
    "object",
    "created",
    "model",
    "error",
    "detail",
    "code",
    choices=st.lists(CHOICES, max_size=3),
    usage=USAGE,
)
DATA = (COMPLETIONS | VALUES).map(json.dumps) | WORDS | st.text(max_size=12)
EVENTS = st.lists(st.tuples(st.sampled_from(["message", "error", "ping", ""]), DATA), max_size=8)
ASKED = st.builds(
    Asked,
    model=st.none() | st.just("m"),
    stream=st.booleans(),
    usage=st.booleans(),
    choices=st.integers(0, 2),
    cumulative=st.booleans(),
)
HEADS = st.builds(
    Head,
    st.sampled_from([200, 204, 301, 400, 401, 404, 413, 429, 500, 599]),
    st.sampled_from(
        [{}, {"content-type": "application/json"}, {"content-type": "text/html", "location": "/a"}]
    ),
)
BODIES = (
    DATA.map(lambda text: text.encode("utf-8", "replace"))
    | st.lists(DATA, max_size=5).map(lambda lines: "\n".join(lines).encode("utf-8", "replace"))
    | st.binary(max_size=60)
)


def folded(asked: Asked, events: list[tuple[str, str]]) -> ChatReply | CallError:
    stream = Chunks(asked, STREAM_HEAD)
    try:
        for event, data in events:
            stream.take(event, data, 0)
        assert stream.partial() is not None
        return stream.end(b"", events[-1][1] if events else "")
    except CallError as error:
        return error


def read(asked: Asked, head: Head, body: bytes) -> ChatReply | CallError:
    try:
        return read_body(asked, head, body)
    except CallError as error:
        return error


def holds(found: ChatReply | CallError) -> None:
    """Whatever came of it can be recorded, and its message shown."""
    if isinstance(found, ChatReply):
        assert found.model_dump()
    else:
        assert "Cc" not in map(unicodedata.category, found.fault.message)
        assert len(found.fault.message) < 1000


MANY = settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(deadline=None)
@given(asked=ASKED, events=EVENTS)
def test_any_sequence_of_events_is_a_reply_or_a_fault(
    asked: Asked, events: list[tuple[str, str]]
) -> None:
    holds(folded(asked, events))


@settings(deadline=None)
@given(asked=ASKED, head=HEADS, body=BODIES)
def test_any_body_is_a_reply_or_a_fault(asked: Asked, head: Head, body: bytes) -> None:
    holds(read(asked, head, body))


@pytest.mark.exhaustive
@pytest.mark.timeout(1200)
@MANY
@given(asked=ASKED, events=EVENTS)
def test_very_many_sequences_of_events_are_replies_or_faults(
    asked: Asked, events: list[tuple[str, str]]
) -> None:
    holds(folded(asked, events))


@pytest.mark.exhaustive
@pytest.mark.timeout(1200)
@MANY
@given(asked=ASKED, head=HEADS, body=BODIES)
def test_very_many_bodies_are_replies_or_faults(asked: Asked, head: Head, body: bytes) -> None:
    holds(read(asked, head, body))


NESTED = {
    "model": '{"model": %s, "choices": [{"message": {"content": "a"}, "delta": {}}]}',
    "content": '{"choices": [{"message": {"content": %s}, "delta": {"content": %s}}]}',
    "a refusal": '{"choices": [{"message": {"refusal": %s}, "delta": {"refusal": %s}}]}',
    "arguments": '{"choices": [{"message": {"tool_calls": [{"function": {"arguments": %s}}]}}]}',
    "a finish reason": '{"choices": [{"finish_reason": %s, "message": {"content": "a"}}]}',
    "usage": '{"usage": {"prompt_tokens": %s}, "choices": [{"message": {"content": "a"}}]}',
    "an error": '{"error": %s}',
    "a place": '{"detail": [{"loc": [%s], "msg": "m"}]}',
    "an inner error": '{"error": {"innererror": %s}}',
    "everything": "%s",
    "a choice": '{"choices": [%s]}',
}
SHAPES = {"lists": ("[", "]"), "objects": ('{"innererror":', "}")}


@pytest.mark.parametrize("pattern", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize(("opening", "closing"), SHAPES.values(), ids=SHAPES)
def test_json_as_deep_as_can_be_parsed_is_a_reply_or_a_fault(
    pattern: str, opening: str, closing: str
) -> None:
    for depth in (50, 500, *range(880, 1000)):
        deep = pattern.replace("%s", opening * depth + "1" + closing * depth)
        holds(folded(Asked(stream=True), [("message", deep)]))
        holds(read(Asked(), Head(200), deep.encode()))
        holds(read(Asked(), Head(400), deep.encode()))


def of_choices(count: int) -> Iterator[str]:
    for index in range(count):
        yield json.dumps({"choices": [{"index": index, "delta": {"content": "a"}}]})


def of_calls(count: int) -> Iterator[str]:
    for start in range(0, count, 100):
        calls = [{"id": str(number)} for number in range(start, start + 100)]
        yield json.dumps({"choices": [{"index": 0, "delta": {"tool_calls": calls}}]})


def of_indexed_calls(count: int) -> Iterator[str]:
    for index in range(count):
        calls = [{"index": index, "function": {"name": "f"}}]
        yield json.dumps({"choices": [{"index": 0, "delta": {"tool_calls": calls}}]})


@pytest.mark.parametrize(
    ("chunks", "most"),
    [(of_choices, MOST_CHOICES), (of_calls, MOST_CALLS), (of_indexed_calls, MOST_CALLS)],
)
def test_choices_and_calls_without_end_are_too_large(
    chunks: Callable[[int], Iterator[str]], most: int
) -> None:
    allowed = folded(Asked(stream=True), [("message", chunk) for chunk in chunks(most)])
    beyond = folded(Asked(stream=True), [("message", chunk) for chunk in chunks(most + 100)])

    assert isinstance(allowed, CallError)
    assert allowed.fault.kind == "stream_truncated"
    assert isinstance(beyond, CallError)
    assert beyond.fault.kind == "too_large"
    assert f"more than {most:,}" in beyond.fault.message


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"choices": [%s[]]}' % (b"[]," * MOST_VALUES), id="lists"),
        pytest.param(b'{"choices": [%s0]}' % (b"0," * MOST_VALUES), id="numbers"),
        pytest.param(
            b'{"choices": [{"delta": {}}]}\n[%s0]' % (b"0," * MOST_VALUES), id="behind a chunk"
        ),
    ],
)
def test_a_body_of_very_many_values_is_refused_before_it_is_parsed(body: bytes) -> None:
    tracemalloc.start()
    found = read(Asked(), Head(200), body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert isinstance(found, CallError)
    assert found.fault.kind == "too_large"
    assert peak < MIB


def test_a_long_text_full_of_commas_is_no_body_of_very_many_values() -> None:
    message = {"role": "assistant", "content": "a, b, [c] " * 400_000}
    body = json.dumps({"choices": [{"index": 0, "message": message}]}).encode()

    assert isinstance(read(Asked(), Head(200), body), ChatReply)


def test_blank_lines_behind_a_chunk_take_no_memory() -> None:
    body = b'{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}'
    body += b"\r\n" * 4 * MIB
    tracemalloc.start()
    found = read(Asked(), Head(200), body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert isinstance(found, ChatReply)
    assert peak < 4 * len(body)
