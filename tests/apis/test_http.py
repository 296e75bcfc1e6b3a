"""Deployments that are any JSON endpoint: templates and paths, over real sockets."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from pydantic import ValidationError

from evalkit.apis.http import Http
from evalkit.model.api import Services
from evalkit.model.chat import (
    Attachment,
    CallError,
    ChatReply,
    ChatRequest,
    Fault,
    ImagePart,
    Message,
    TextPart,
)
from evalkit.model.consultation import EmbeddingRequest
from evalkit.model.deployment import Deployment, Retry, Timeout
from evalkit.source import Span

EVENTS = "text/event-stream"
LINES = "application/x-ndjson"


class Names:
    """Every attachment holds its name."""

    def read(self, attachment: Attachment) -> bytes:
        return attachment.name.encode()

    def base64(self, attachment: Attachment) -> str:
        return attachment.name


@dataclass
class Server:
    """Answers each connection with the same bytes, in pieces; `heads` and `bodies` are asked."""

    body: Sequence[bytes]
    content_type: str = "application/json"
    status: int = 200
    whole: bool = True
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/chat"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        size = head.lower().partition("content-length:")[2].split()
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(int(size[0]) if size else 0))
        length = f"Content-Length: {sum(map(len, self.body))}\r\n" if self.whole else ""
        writer.write(
            f"HTTP/1.1 {self.status} S\r\nContent-Type: {self.content_type}\r\n"
            f"{length}Connection: close\r\n\r\n".encode()
        )
        for piece in self.body:
            writer.write(piece)
            await writer.drain()
        writer.close()


def said(text: str, role: str = "user") -> Message:
    return Message.model_validate({"role": role, "parts": [TextPart(text=text)]})


ASKED = ChatRequest(messages=(said("Be kind.", "system"), said("hi")), params={"temperature": 0.5})
STREAMED = ASKED.model_copy(update={"stream": True})


def exchange(
    server: Server,
    request: ChatRequest = ASKED,
    settings: dict[str, Any] | None = None,
    **options: Any,
) -> ChatReply:
    async def run() -> ChatReply:
        async with server:
            called = Deployment(
                name="own",
                span=Span("suite.yaml"),
                api="http",
                base_url=server.url,
                retry=Retry(tries=1),
                timeout=Timeout(first_token=5, idle=5, total=10),
                options=Http.Options(**options),
                **(settings or {}),
            )
            async with Http(called, Services(files=Names())) as api:
                return await api.send(request)

    return asyncio.run(run())


def failed(server: Server, request: ChatRequest = ASKED, **options: Any) -> Fault:
    with pytest.raises(CallError) as raised:
        exchange(server, request, **options)
    return raised.value.fault


def answering(value: Any) -> Server:
    return Server([json.dumps(value).encode()])


def sent(body: Any, request: ChatRequest = ASKED, settings: dict[str, Any] | None = None) -> Any:
    server = answering({"answer": "hello"})
    exchange(server, request, settings, body=body, reply="$.answer")
    return json.loads(server.bodies[0])


HISTORY = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}]

BODIES = [
    pytest.param("{{ prompt }}", "hi", id="prompt"),
    pytest.param({"q": "{{ system }} {{ prompt }}"}, {"q": "Be kind. hi"}, id="texts"),
    pytest.param({"all": ["{{ messages }}"]}, {"all": [HISTORY]}, id="the history as a list"),
    pytest.param("{{ params.temperature }}", 0.5, id="a number"),
    pytest.param("{{ params.top_k | default(3) }}", 3, id="a default"),
    pytest.param("{{ messages[0].content }}", "Be kind.", id="an entry"),
    pytest.param("{{ messages | length }}", 2, id="a filter"),
    pytest.param("t={{ params.temperature }}", "t=0.5", id="a number in a text"),
    pytest.param({"model": "{{ model }}", "on": True}, {"model": None, "on": True}, id="no model"),
    pytest.param({"s": "{{ stream }}", "t": "{{ tools }}"}, {"s": False, "t": []}, id="no tools"),
]


@pytest.mark.parametrize(("body", "wanted"), BODIES)
def test_values_are_put_into_the_body_with_their_types(body: Any, wanted: Any) -> None:
    assert sent(body) == wanted


def test_what_a_model_said_is_never_a_template() -> None:
    history = (said("hi"), said("{{ params }}", "assistant"), said("go on {{ model }}"))
    request = ChatRequest(messages=history)

    assert sent(["{{ prompt }}", "{{ messages[1].content }}"], request) == [
        "go on {{ model }}",
        "{{ params }}",
    ]


def test_without_a_body_the_request_is_openai_s() -> None:
    server = answering({"answer": "hello"})

    exchange(server, settings={"model": "m"}, reply="$.answer")

    assert json.loads(server.bodies[0]) == {"messages": HISTORY, "model": "m", "temperature": 0.5}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_the_method_and_the_path_are_those_of_the_deployment(method: str) -> None:
    server = answering({"answer": "hello"})

    exchange(server, settings={"path": "ask?v=2"}, method=method, reply="$.answer")

    assert server.heads[0].startswith(f"{method} /chat/ask?v=2 HTTP/1.1")


def test_without_a_path_the_address_is_asked_as_it_is() -> None:
    server = answering({"answer": "hello"})

    exchange(server, reply="$.answer")

    assert server.heads[0].startswith("POST /chat HTTP/1.1")


def test_get_sends_the_body_as_the_query_of_the_url() -> None:
    server = answering({"answer": "hello"})
    body = {"q": "{{ prompt }}&x=#1", "n": 3, "none": "{{ model }}"}

    exchange(server, method="GET", body=body, reply="$.answer")

    assert server.heads[0].startswith("GET /chat?q=hi%26x%3D%231&n=3 HTTP/1.1")
    assert server.bodies == [b""]


REPLIES = [
    pytest.param("$.answer", {"answer": "hello"}, "hello", id="a text"),
    pytest.param("$.a[*].t", {"a": [{"t": "hel"}, {"t": "lo"}]}, "hello", id="several texts"),
    pytest.param("$.answer", {"answer": {"a": [1]}}, '{"a":[1]}', id="an object"),
    pytest.param("$.answer", {"answer": 0.5}, "0.5", id="a number"),
    pytest.param("$.answer", {"answer": True}, "true", id="a flag"),
    pytest.param("$", "hello", "hello", id="all of it"),
    pytest.param("$[0]", ["hello"], "hello", id="of a list"),
    pytest.param("$.answer", {"answer": "hi", "error": "none"}, "hi", id="beside an error"),
]


@pytest.mark.parametrize(("path", "body", "text"), REPLIES)
def test_the_text_is_what_the_path_finds(path: str, body: Any, text: str) -> None:
    reply = exchange(answering(body), reply=path)

    assert (reply.text, reply.result, reply.warnings) == (text, "ok", ())


def test_a_null_is_an_empty_reply() -> None:
    assert exchange(answering({"answer": None}), reply="$.answer").result == "empty"


def test_the_other_parts_are_read_by_their_paths() -> None:
    body = {
        "out": {"text": "", "why": "length", "by": "m-2"},
        "calls": [{"id": "1", "name": "find", "input": {"q": 1}}],
        "tokens": {"in": 3, "out": 4, "all": 7},
    }

    reply = exchange(
        answering(body),
        reply="$.out.text",
        finish_reason="$.out.why",
        served_model="$.out.by",
        tool_calls="$.calls",
        usage={"prompt": "$.tokens.in", "completion": "$.tokens.out", "total": "$.tokens.all"},
    )

    (call,) = reply.tool_calls
    assert (call.id, call.name, call.arguments) == ("1", "find", '{"q":1}')
    assert (reply.finish_reason, reply.result, reply.model) == ("length", "truncated", "m-2")
    assert reply.usage
    assert (reply.usage.prompt, reply.usage.completion, reply.usage.total) == (3, 4, 7)
    assert reply.warnings == ()


def test_a_part_that_is_missing_is_warned_of() -> None:
    usage = {"prompt": "$.in", "completion": "$.out", "total": "$.all"}

    reply = exchange(answering({"a": "hello"}), reply="$.a", usage=usage, finish_reason="$.why")

    names = {warning.name for warning in reply.warnings}
    assert names == {"usage_missing", "missing_finish_reason"}


def test_without_a_path_a_chat_completion_is_read() -> None:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "x"}}

    assert exchange(answering({"choices": [choice]})).text == "x"


DEEP = b"[" * 100_000 + b"]" * 100_000

WRONG = [
    pytest.param([b""], "response_invalid", "an empty body", id="empty"),
    pytest.param([b"<html><p>Hi</html>"], "response_invalid", "<html><p>Hi</html>", id="html"),
    pytest.param([b'{"text": "hello"}'], "response_invalid", "without '$.answer'", id="no text"),
    pytest.param([b'{"text": "hello"}'], "response_invalid", '{"text": "hello"}', id="excerpt"),
    pytest.param([DEEP], "response_invalid", "no JSON", id="deep"),
    pytest.param([b'{"error": "no luck"}'], "server", "no luck", id="an error"),
    pytest.param([b"[" + b"1," * 2_100_000 + b"1]"], "too_large", "JSON values", id="many values"),
    pytest.param([b"x" * 2**20] * 65, "too_large", "64 MiB", id="huge"),
]


@pytest.mark.parametrize(("body", "kind", "words"), WRONG)
def test_what_is_no_reply_is_told(body: list[bytes], kind: str, words: str) -> None:
    fault = failed(Server(body), reply="$.answer")

    assert (fault.kind, words in fault.message) == (kind, True), fault.message


def test_invalid_utf_8_is_replaced_and_warned_of() -> None:
    reply = exchange(Server([b'{"answer": "a\xff"}']), reply="$.answer")

    assert reply.text == "a\ufffd"
    assert [warning.name for warning in reply.warnings] == ["utf8_replaced"]


def test_a_path_that_takes_too_many_steps_is_told() -> None:
    nested = b'{"a":' * 900 + b"1" + b"}" * 900

    fault = failed(Server([nested]), reply="$..a..a..a")

    assert (fault.kind, "steps" in fault.message) == ("response_invalid", True)


ERRORS = [
    pytest.param({"err": "no luck"}, 200, ("server", "no luck"), id="a text"),
    pytest.param({"err": {"message": "m", "code": 429}}, 200, ("rate_limit", "m"), id="a code"),
    pytest.param({"err": {"x": 1}}, 200, ("server", '{"x":1}'), id="an object"),
    pytest.param({"err": "no luck"}, 503, ("server", "answered 503: no luck"), id="a status"),
    pytest.param({"err": "no luck"}, 401, ("auth", "no luck"), id="a refusal"),
    pytest.param({"other": "x"}, 500, ("server", "answered 500"), id="elsewhere"),
]


@pytest.mark.parametrize(("body", "status", "wanted"), ERRORS)
def test_what_stands_at_the_error_s_path_is_the_fault(
    body: Any, status: int, wanted: tuple[str, str]
) -> None:
    server = Server([json.dumps(body).encode()], status=status)

    fault = failed(server, reply="$.answer", error="$.err")

    assert (fault.kind, wanted[1] in fault.message) == (wanted[0], True), fault.message


@pytest.mark.parametrize("nothing", [None, "", 0, False, {}])
def test_nothing_at_the_error_s_path_is_no_error(nothing: Any) -> None:
    body = {"answer": "hello", "err": nothing}

    assert exchange(answering(body), reply="$.answer", error="$.err").text == "hello"


def events(*data: Any) -> list[bytes]:
    return [b"data: %b\n\n" % json.dumps(one).encode() for one in data]


def lines(*data: Any) -> list[bytes]:
    return [json.dumps(one).encode() + b"\n" for one in data]


PIECES = [{"t": "hel"}, {"t": "lo", "in": 3}, {"ping": 1}, {"why": "stop", "out": 2}]
PATHS: dict[str, Any] = {
    "reply": "$.answer",
    "delta": "$.t",
    "finish_reason": "$.why",
    "usage": {"prompt": "$.in", "completion": "$.out"},
}

STREAMS = [
    pytest.param(events(*PIECES), EVENTS, id="events"),
    pytest.param([*events(*PIECES[:3]), b"data: [DONE]\n\n"], EVENTS, id="done"),
    pytest.param(lines(*PIECES), LINES, id="lines"),
    pytest.param([b"".join(lines(*PIECES)).rstrip()], LINES, id="a last line without end"),
    pytest.param(lines(*PIECES), "application/json", id="lines under another name"),
]


@pytest.mark.parametrize(("body", "content_type"), STREAMS)
def test_a_stream_is_joined_of_what_the_path_finds(body: list[bytes], content_type: str) -> None:
    reply = exchange(Server(body, content_type, whole=False), STREAMED, **PATHS)

    assert (reply.text, reply.result, reply.streamed) == ("hello", "ok", True)
    assert reply.stream
    assert reply.stream.contents == 2
    assert reply.usage
    assert reply.usage.prompt == 3


@pytest.mark.parametrize("content_type", [EVENTS, LINES])
def test_the_pieces_of_a_stream_are_timed(content_type: str) -> None:
    written = events if content_type == EVENTS else lines

    timing = exchange(Server(written(*PIECES), content_type), STREAMED, **PATHS).timing

    assert timing
    assert timing.first_token is not None
    assert len(timing.contents) == 2


def test_a_stream_without_a_path_for_its_end_ends_with_the_connection() -> None:
    server = Server(events("hel", "lo"), EVENTS)

    reply = exchange(server, STREAMED, reply="$.answer", delta="$")

    assert (reply.text, reply.warnings) == ("hello", ())


def test_a_whole_reply_to_a_stream_is_read_as_one() -> None:
    reply = exchange(answering({"answer": "hello", "why": "stop"}), STREAMED, **PATHS)

    assert reply.text == "hello"
    assert [warning.name for warning in reply.warnings] == ["not_streamed"]


BROKEN = [
    pytest.param(events({"t": "a"}), ("stream_truncated", "without '$.why'", "a"), id="no end"),
    pytest.param(
        events({"x": 1}, {"why": "stop"}), ("response_invalid", "'$.t'", ""), id="no text"
    ),
    pytest.param([b"data: x\n\n"], ("stream_protocol", "at byte 0: x", ""), id="no JSON"),
    pytest.param([b""], ("response_invalid", "an empty stream", ""), id="empty"),
    pytest.param(
        events({"t": "a"}, {"error": {"message": "no luck"}}),
        ("server", "no luck", "a"),
        id="error",
    ),
    pytest.param(
        [*events({"t": "a"}), b"event: error\ndata: bad\n\n"], ("server", "bad", "a"), id="event"
    ),
]


@pytest.mark.parametrize(("body", "wanted"), BROKEN)
def test_a_stream_that_is_no_whole_reply_is_told(
    body: list[bytes], wanted: tuple[str, str, str]
) -> None:
    fault = failed(Server(body, EVENTS, whole=False), STREAMED, **PATHS)

    partial = fault.partial.text if fault.partial else ""
    assert (fault.kind, partial) == (wanted[0], wanted[2])
    assert wanted[1] in fault.message


def test_a_stream_is_not_asked_for_where_no_path_says_what_its_events_hold() -> None:
    server = answering({})

    fault = failed(server, STREAMED, reply="$.answer")

    assert (fault.kind, "'delta'" in fault.message) == ("config", True)
    assert server.heads == []


SCHEMA = {"type": "json_object"}
IMAGE = Message(
    role="user",
    parts=(
        ImagePart(attachment=Attachment(name="a.png", media_type="image/png", size=1, sha256="0")),
    ),
)

LOST = [
    pytest.param({"tools": ({"type": "function"},)}, "{{ tools }}", id="tools"),
    pytest.param({"response_format": SCHEMA}, "{{ response_format }}", id="a format"),
    pytest.param({"messages": (IMAGE,)}, "{{ messages }}", id="an image"),
]


@pytest.mark.parametrize(("given", "words"), LOST)
def test_what_the_body_would_leave_out_unnoticed_is_a_fault(
    given: dict[str, Any], words: str
) -> None:
    request = ASKED.model_copy(update=given)

    fault = failed(answering({}), request, body={"q": "{{ prompt }}"}, reply="$.answer")

    assert (fault.kind, words in fault.message) == ("config", True)


def test_a_value_that_is_missing_is_a_fault() -> None:
    fault = failed(answering({}), body="{{ params.top_p }}", reply="$.answer")

    assert (fault.kind, "'top_p'" in fault.message) == ("config", True)


REFUSED = [
    pytest.param({"reply": "answer"}, "no JSONPath", id="a path"),
    pytest.param({"method": "GET", "body": ["x"]}, "mapping", id="a list for a query"),
    pytest.param({"error": "$.err"}, "needs 'reply'", id="no reply"),
]


@pytest.mark.parametrize(("options", "words"), REFUSED)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Http.Options(**options)


def test_embeddings_are_not_offered() -> None:
    async def run() -> None:
        called = Deployment(
            name="own", span=Span("s"), api="http", base_url="http://h", options=Http.Options()
        )
        async with Http(called, Services(files=Names())) as api:
            await api.embed(EmbeddingRequest(texts=("a",)))

    with pytest.raises(CallError, match="offers no embeddings"):
        asyncio.run(run())
