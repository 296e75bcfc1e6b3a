"""Whatever a server of Responses or Messages sends, reading it gives a reply or a CallError."""

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.messages.reply import read_message
from evalkit.dialect.messages.stream import Stream as MessageStream
from evalkit.dialect.responses.reply import read_response
from evalkit.dialect.responses.stream import Stream as ResponseStream
from evalkit.dialect.speech import Fold, Read
from evalkit.model.chat import CallError, ChatReply

STREAM_HEAD = Head(200, {"content-type": "text/event-stream"})
FORMS: dict[str, tuple[Read, Fold]] = {
    "responses": (read_response, ResponseStream),
    "messages": (read_message, MessageStream),
}
TYPES = [
    *["response.created", "response.output_item.added", "response.output_item.done"],
    *["response.content_part.added", "response.reasoning_summary_part.added"],
    *["response.output_text.delta", "response.refusal.delta", "response.reasoning_text.delta"],
    *["response.function_call_arguments.delta", "response.completed", "response.incomplete"],
    *["response.failed", "message_start", "content_block_start", "content_block_delta"],
    *["content_block_stop", "message_delta", "message_stop", "ping", "error"],
]
KINDS = [
    *["message", "function_call", "custom_tool_call", "reasoning", "output_text", "refusal"],
    *["summary_text", "text", "thinking", "tool_use", "text_delta", "thinking_delta"],
    *["input_json_delta", "reasoning_text"],
]
NAMES = st.sampled_from(
    [
        *["id", "type", "object", "created_at", "model", "role", "status", "output", "content"],
        *["usage", "input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens"],
        *["output_tokens_details", "thinking_tokens", "input_tokens_details", "error", "message"],
        *["incomplete_details", "reason", "stop_reason", "stop_details", "explanation", "item"],
        *["response", "part", "delta", "index", "output_index", "content_block", "text"],
        *["thinking", "summary", "refusal", "name", "call_id", "arguments", "input", "code"],
        *["partial_json"],
    ]
)
WORDS = st.sampled_from(
    [
        *["", "a", "{}", "{", "assistant", "completed", "incomplete", "failed", "queued"],
        *["cancelled", "max_output_tokens", "content_filter", "end_turn", "tool_use", "refusal"],
        *["max_tokens", "\ud800", "\x00", "<think>", " " * 25, "m", "server_error", "429"],
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 600)
    | st.sampled_from([10**30, -1, 1.5, 2.0, 1e308, float("inf"), float("nan")])
    | WORDS
    | st.sampled_from(KINDS)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def objects(*names: str, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Give objects with the API's fields, each often of the API's type."""
    given_fields = dict.fromkeys(names, VALUES)
    given_fields |= {name: usual | VALUES for name, usual in fixed.items()}
    return st.fixed_dictionaries({}, optional=given_fields)


KIND = st.sampled_from(KINDS)
INDEX = st.integers(-1, 3)
PARTS = objects("thinking", type=KIND, text=WORDS, refusal=WORDS)
ITEMS = objects(
    *("id", "call_id", "name", "arguments", "input"),
    type=KIND,
    role=WORDS,
    content=st.lists(PARTS, max_size=3),
    summary=st.lists(PARTS, max_size=2),
    text=WORDS,
    thinking=WORDS,
)
USAGE = objects(
    *("cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens_details"),
    *("input_tokens_details", "total_tokens"),
    input_tokens=SCALARS,
    output_tokens=SCALARS,
)
REPLIES = objects(
    *("id", "object", "created_at", "model", "role", "error", "detail", "incomplete_details"),
    *("stop_details", "type"),
    status=WORDS,
    stop_reason=WORDS,
    output=st.lists(ITEMS, max_size=3),
    content=st.lists(ITEMS, max_size=3),
    usage=USAGE,
)
DELTAS = objects(
    *("partial_json", "stop_details"), type=KIND, text=WORDS, thinking=WORDS, stop_reason=WORDS
)
EVENT = objects(
    "error",
    type=st.sampled_from(TYPES),
    response=REPLIES,
    message=REPLIES,
    item=ITEMS,
    part=PARTS,
    content_block=ITEMS,
    delta=DELTAS | WORDS,
    index=INDEX,
    output_index=INDEX,
    usage=USAGE,
)
DATA = (EVENT | REPLIES | VALUES).map(json.dumps) | WORDS | st.text(max_size=12)
EVENTS = st.lists(st.tuples(st.sampled_from(["error", "ping", ""]), DATA), max_size=10)
ASKED = st.builds(Asked, model=st.none() | st.just("m"), stream=st.booleans())
HEADS = st.builds(
    Head,
    st.sampled_from([200, 204, 301, 400, 401, 404, 413, 429, 500, 529]),
    st.sampled_from(
        [{}, {"content-type": "application/json"}, {"content-type": "text/html", "location": "/a"}]
    ),
)
BODIES = DATA.map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=60)


def outcome(act: Callable[[], ChatReply]) -> ChatReply | CallError:
    try:
        return act()
    except CallError as error:
        return error


def folded(fold: Fold, asked: Asked, events: list[tuple[str, str]]) -> ChatReply:
    stream = fold(asked, STREAM_HEAD)
    for event, data in events:
        stream.take(event, data, 0)
        assert stream.partial() is not None
    return stream.end(b"", events[-1][1] if events else "")


def holds(found: object) -> None:
    """Whatever came of it can be recorded, and its message shown."""
    if isinstance(found, ChatReply):
        assert found.model_dump()
    else:
        assert isinstance(found, CallError)
        assert "Cc" not in map(unicodedata.category, found.fault.message)
        assert len(found.fault.message) < 1000


MANY = settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SOME = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
READ = pytest.mark.parametrize("read", [read for read, _ in FORMS.values()], ids=FORMS)
FOLD = pytest.mark.parametrize("fold", [fold for _, fold in FORMS.values()], ids=FORMS)
EACH = pytest.mark.parametrize(("read", "fold"), FORMS.values(), ids=FORMS)


@FOLD
@SOME
@given(asked=ASKED, events=EVENTS)
def test_any_sequence_of_events_is_a_reply_or_a_fault(
    fold: Fold, asked: Asked, events: list[tuple[str, str]]
) -> None:
    holds(outcome(lambda: folded(fold, asked, events)))


@READ
@SOME
@given(asked=ASKED, head=HEADS, body=BODIES)
def test_any_body_is_a_reply_or_a_fault(read: Any, asked: Asked, head: Head, body: bytes) -> None:
    holds(outcome(lambda: read(asked, head, body)))


@pytest.mark.exhaustive
@pytest.mark.timeout(1200)
@FOLD
@MANY
@given(asked=ASKED, events=EVENTS)
def test_very_many_sequences_of_events_are_replies_or_faults(
    fold: Fold, asked: Asked, events: list[tuple[str, str]]
) -> None:
    holds(outcome(lambda: folded(fold, asked, events)))


@pytest.mark.exhaustive
@pytest.mark.timeout(1200)
@READ
@MANY
@given(asked=ASKED, head=HEADS, body=BODIES)
def test_very_many_bodies_are_replies_or_faults(
    read: Any, asked: Asked, head: Head, body: bytes
) -> None:
    holds(outcome(lambda: read(asked, head, body)))


NESTED = {
    "everything": "%s",
    "an item": '{"output": [%s], "content": [%s]}',
    "a text": '{"output": [{"type": "message", "content": [{"text": %s, "refusal": %s}]}]}',
    "a block": '{"content": [{"type": "text", "text": %s}]}',
    "an input": '{"content": [{"type": "tool_use", "input": %s}]}',
    "a reason": '{"content": [], "output": [], "stop_reason": %s, "status": %s}',
    "an explanation": '{"content": [], "stop_reason": "refusal", "stop_details": {"category": %s}}',
    "usage": '{"content": [], "output": [], "usage": {"input_tokens": %s, "output_tokens": 1}}',
    "a delta": '{"type": "response.output_text.delta", "delta": %s}',
    "an error": '{"type": "error", "error": %s}',
}
SHAPES = {"lists": ("[", "]"), "objects": ('{"error":', "}")}


@EACH
@pytest.mark.parametrize("pattern", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize(("opening", "closing"), SHAPES.values(), ids=SHAPES)
def test_json_as_deep_as_can_be_parsed_is_a_reply_or_a_fault(
    read: Any, fold: Fold, pattern: str, opening: str, closing: str
) -> None:
    for depth in (100, 900, 950, 970, 980, 990, 5000):
        nested = pattern.replace("%s", opening * depth + "1" + closing * depth)
        holds(outcome(lambda: read(Asked(), Head(200), nested.encode())))  # noqa: B023 - at once
        events = [("", nested)]
        holds(outcome(lambda: folded(fold, Asked(stream=True), events)))  # noqa: B023 - at once
