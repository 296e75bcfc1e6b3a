"""Errors in every form that servers give them, as a status, as a success and in mid-stream."""

import asyncio
import json
from typing import Any

import pytest

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: r-7\r\n\r\n"
TEXT = b'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n'
ID = (("X-Request-Id", "r-7"),)
OBJECTS = {
    "object": {"error": {"message": "boom", "type": "t", "code": "c"}},
    "object and status": {"error": {"message": "boom", "code": 503}},
    "text": {"error": "boom"},
    "detail": {"detail": "boom"},
    "list of details": {"detail": [{"loc": ["body"], "msg": "boom"}]},
    "error_code": {"error_code": "E1", "message": "boom"},
    "flat": {"code": "E1", "message": "boom"},
    "flat and number": {"code": 50001, "message": "boom"},
    "object named error": {"object": "error", "message": "boom", "code": 50001},
    "JSON in a text": {"error": {"message": '{"error": {"message": "boom"}}'}},
}
TEXTS = {"plain": "boom", "page": "<html><head><title>boom</title></head></html>"}
MODES = ["streamed", "unstreamed"]


@pytest.mark.parametrize(
    "body",
    [*(json.dumps(form) for form in OBJECTS.values()), *TEXTS.values()],
    ids=[*OBJECTS, *TEXTS],
)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("status", [400, 404, 500])
def test_under_an_error_status_the_words_the_status_the_id_and_the_place_are_told(
    wire: Any, body: str, mode: str, status: int
) -> None:
    sent = wire.response(status, body.encode(), "application/json", ID)

    found = wire.fault(wire.sending(sent), stream=mode == "streamed")

    assert found.kind == {400: "bad_request", 404: "not_found", 500: "server"}[status]
    assert found.message.startswith("127.0.0.1:")
    assert f" answered {status}: " in found.message
    assert "boom" in found.message
    assert found.message.endswith("(request r-7)")
    assert (found.status, found.request_id) == (status, "r-7")


@pytest.mark.parametrize("form", OBJECTS.values(), ids=OBJECTS)
@pytest.mark.parametrize("mode", MODES)
def test_an_error_as_the_body_of_a_success_is_told_and_warned_about(
    wire: Any, form: dict[str, Any], mode: str
) -> None:
    sent = wire.response(200, json.dumps(form).encode(), "application/json", ID)

    found = wire.fault(wire.sending(sent), stream=mode == "streamed")

    assert found.kind == "server"
    assert "sent an error: " in found.message
    assert "boom" in found.message
    assert found.message.endswith("(request r-7)")
    assert "error_status_mismatch" in {warning.name for warning in found.partial.warnings}


@pytest.mark.parametrize("form", OBJECTS.values(), ids=OBJECTS)
@pytest.mark.parametrize("event", [b"", b"event: error\n", b"event: message\n"])
@pytest.mark.parametrize("before", [b"", TEXT], ids=["first", "after text"])
def test_an_error_in_a_stream_is_told_and_keeps_the_text_before_it(
    wire: Any, form: dict[str, Any], event: bytes, before: bytes
) -> None:
    error = event + b"data: " + json.dumps(form).encode() + b"\n\n"

    found = wire.fault(wire.writing(STREAM_HEAD, before, error, TEXT, then="close"))

    assert found.kind == "server"
    assert "boom" in found.message
    assert found.message.endswith("(request r-7)")
    assert found.partial.text == ("Hel" if before else "")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_words_under_an_error_event_are_told(wire: Any, text: str) -> None:
    error = f"event: error\ndata: {text}\n\n".encode()

    found = wire.fault(wire.writing(STREAM_HEAD, TEXT, error, then="close"))

    assert (found.kind, found.partial.text) == ("server", "Hel")
    assert "boom" in found.message


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("mode", MODES)
def test_words_as_the_body_of_a_success_are_no_reply_and_are_quoted(
    wire: Any, text: str, mode: str
) -> None:
    sent = wire.response(200, text.encode(), "text/html", ID)

    found = wire.fault(wire.sending(sent), stream=mode == "streamed")

    assert found.kind == "response_invalid"
    assert "boom" in found.message
    assert found.message.endswith("(request r-7)")


@pytest.mark.parametrize("status", [302, 400, 401, 429, 500, 200])
def test_no_message_tells_the_query_of_the_url_or_the_key(wire: Any, status: int) -> None:
    moved = (("Location", "https://user:SECRET@other.invalid/v2?key=SECRET"),)
    sent = wire.response(status, b'{"error":"boom"}', "application/json", moved)

    async def call() -> Any:
        async with wire.server(wire.sending(sent)) as server:
            url = f"{server.base_url}?key=SECRET"
            return await wire.answer(url, retry=wire.one_try, headers={"x-key": "SECRET"})

    found = asyncio.run(call())

    assert "127.0.0.1:" in found.message
    assert "SECRET" not in found.message
