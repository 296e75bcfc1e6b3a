"""Streams that break off or hold something odd, told from each other over real sockets."""

from typing import Any

import pytest

from evalkit.model.chat import ChatReply

STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
TEXT = b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n'
END = b'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
CHUNKED_HEAD = STREAM_HEAD[:-2] + b"Transfer-Encoding: chunked\r\n\r\n"
SHORT_BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"


@pytest.mark.parametrize(
    ("sent", "then", "kind", "text"),
    [
        pytest.param(STREAM_HEAD + TEXT, "reset", "stream_truncated", "Hel", id="reset"),
        pytest.param(STREAM_HEAD + TEXT, "close", "stream_truncated", "Hel", id="closed"),
        pytest.param(STREAM_HEAD, "close", "response_invalid", "", id="empty"),
        pytest.param(STREAM_HEAD + b": hi\n\n", "close", "stream_truncated", "", id="comments"),
        pytest.param(STREAM_HEAD + b"hello", "close", "response_invalid", "", id="plain text"),
        pytest.param(SHORT_BODY, "close", "connect", "", id="short body"),
        pytest.param(b"220 smtp ready\r\n", "close", "connect", "", id="no HTTP"),
        pytest.param(
            STREAM_HEAD + b"data: 1\n\ndata: []\n\n", "close", "stream_protocol", "", id="unusable"
        ),
        pytest.param(
            STREAM_HEAD + b'data: {"error": "overloaded"}\n\n', "close", "server", "", id="words"
        ),
        pytest.param(
            STREAM_HEAD + TEXT + b"event: error\ndata: boom\n\n",
            "close",
            "server",
            "Hel",
            id="error event in words",
        ),
        pytest.param(
            STREAM_HEAD + b"data: {}\n\n" + DONE, "close", "response_invalid", "", id="no choices"
        ),
    ],
)
def test_a_broken_reply_is_told_from_a_bad_one(
    wire: Any, sent: bytes, then: str, kind: str, text: str
) -> None:
    found = wire.fault(wire.writing(sent, then=then))

    assert found.kind == kind
    assert (found.partial or ChatReply()).text == text


def test_bad_framing_breaks_the_stream_or_the_connection(wire: Any) -> None:
    chunk = b"%x\r\n%s\r\n" % (len(TEXT), TEXT)

    found = wire.fault(wire.writing(CHUNKED_HEAD + chunk + b"zzz\r\n", then="close"))

    assert found.kind in ("stream_truncated", "connect")


@pytest.mark.parametrize(
    ("parts", "warnings"),
    [
        pytest.param([TEXT, END], {"missing_done"}, id="no done"),
        pytest.param([TEXT, END, b"data: [DONE]"], {"missing_done"}, id="unended done"),
        pytest.param([TEXT, DONE], {"missing_finish_reason"}, id="done without reason"),
        pytest.param([TEXT, END, DONE, b"data: {oops"], set(), id="data after done"),
        pytest.param([b"\xef\xbb\xbf" + TEXT, b"id: 5\n\n", END, DONE], set(), id="mark, ping"),
        pytest.param([TEXT, b"data: {\n\n", END, DONE], {"undecodable_event"}, id="no JSON"),
        pytest.param([TEXT, b"data: [done]\n\n", END, DONE], {"undecodable_event"}, id="[done]"),
        pytest.param(
            [TEXT, b'data: {"error": null, "choices": []}\n\n', END, DONE], set(), id="null"
        ),
        pytest.param([TEXT, b'data: {"error": {}, "choices": []}\n\n', END, DONE], set(), id="{}"),
    ],
)
def test_a_stream_that_is_complete_in_spite_of_something_is_an_answer(
    wire: Any, parts: list[bytes], warnings: set[str]
) -> None:
    found = wire.served(wire.writing(STREAM_HEAD, *parts, then="close"))

    assert found.text == "Hel"
    usual = {"usage_missing", "missing_fields"}
    assert {warning.name for warning in found.warnings} == warnings | usual


def test_a_connection_that_breaks_after_the_finish_reason_gave_an_answer(wire: Any) -> None:
    found = wire.served(wire.writing(STREAM_HEAD, TEXT, END, then="reset"))

    assert found.finish_reason == "stop"


def test_the_offset_of_an_undecodable_event_is_told(wire: Any) -> None:
    found = wire.served(wire.writing(STREAM_HEAD, TEXT, b"data: oops\n\n", END, DONE, then="close"))

    details = [warning.detail for warning in found.warnings if warning.name == "undecodable_event"]
    assert details == [f"at byte {len(TEXT)}: oops"]


def test_invalid_utf_8_is_replaced_and_told(wire: Any) -> None:
    broken = TEXT.replace(b"Hel", b"H\xffl")
    found = wire.served(wire.writing(STREAM_HEAD, broken, END, DONE, then="close"))

    assert found.text == "H\ufffdl"
    assert "utf8_replaced" in {warning.name for warning in found.warnings}


BROKEN = (
    b"HTTP/1.1 401 No\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n"
    b'{"error":{"message":"bad key"}}'
)


@pytest.mark.parametrize("then", ["close", "reset", "wait"])
def test_an_error_whose_body_is_not_whole_is_told_by_its_status(wire: Any, then: str) -> None:
    found = wire.fault(wire.writing(BROKEN, then=then), timeout=wire.clocks(total=0.2))

    assert (found.kind, "answered 401: bad key" in found.message) == ("auth", True)


def test_silence_after_a_finish_reason_is_the_end_of_an_answer(wire: Any) -> None:
    handler = wire.writing(STREAM_HEAD, TEXT, END)
    found = wire.served(handler, timeout=wire.clocks(idle=0.1), retry=wire.one_try)

    assert isinstance(found, ChatReply), found
    assert (found.text, "missing_done" in {one.name for one in found.warnings}) == ("Hel", True)
    assert found.timing is not None
    assert found.timing.total < 0.1


def test_silence_after_a_finish_reason_without_content_is_an_empty_answer(wire: Any) -> None:
    handler = wire.writing(STREAM_HEAD, END)
    found = wire.served(handler, timeout=wire.clocks(first_token=0.1), retry=wire.one_try)

    assert isinstance(found, ChatReply), found
    assert found.result == "empty"
