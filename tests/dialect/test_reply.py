"""Unstreamed replies: shapes, results and warnings beyond those of the table of seen replies."""

import json
from typing import Any

import pytest

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.reply import read_reply
from evalkit.model.chat import CallError, ChatReply

JSON = {"content-type": "application/json"}
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
ASKED = Asked(model="m", host="host:80")


def completion(message: Any = None, **changed: Any) -> dict[str, Any]:
    said = {"role": "assistant", "content": "Hi"} if message is None else message
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    head = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
    return {**head, "choices": [choice], "usage": USAGE, **changed}


def read(data: Any, asked: Asked = ASKED) -> ChatReply:
    return read_reply(asked, Head(200, JSON), json.dumps(data).encode())


def warned(reply: ChatReply) -> set[str]:
    return {warning.name for warning in reply.warnings}


def test_a_standard_reply_needs_no_tolerance() -> None:
    reply = read(completion())

    assert (reply.text, reply.result, reply.finish_reason) == ("Hi", "ok", "stop")
    assert (reply.id, reply.model, reply.streamed) == ("1", "m", False)
    assert reply.warnings == ()


def assistant(**fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, **fields}


CALL = {"id": "t", "type": "function", "function": {"name": "w", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("message", "finish_reason", "result"),
    [
        pytest.param(assistant(content="x", refusal="no"), "content_filter", "filtered", id="1"),
        pytest.param(assistant(content="x", refusal="no"), "length", "refused", id="2"),
        pytest.param(assistant(), "length", "truncated", id="3"),
        pytest.param(assistant(content=" \n"), "stop", "empty", id="4"),
        pytest.param(assistant(tool_calls=[CALL]), "tool_calls", "ok", id="5"),
    ],
)
def test_the_result_is_the_first_that_applies(
    message: dict[str, Any], finish_reason: str, result: str
) -> None:
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}

    assert read(completion(choices=[choice])).result == result


@pytest.mark.parametrize(
    ("message", "text", "reasoning"),
    [
        pytest.param(
            assistant(
                content=[
                    {"type": "thinking", "thinking": "hm"},
                    {"type": "text", "text": "Hi"},
                    {"type": "image_url", "image_url": {}},
                    "!",
                    7,
                ]
            ),
            "Hi!",
            "hm",
            id="blocks",
        ),
        pytest.param(
            assistant(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]),
            "",
            "hm",
            id="nested thinking",
        ),
        pytest.param(assistant(content={"a": 1}), '{"a":1}', None, id="object"),
        pytest.param(assistant(content=7), "7", None, id="number"),
    ],
)
def test_content_of_another_type_is_read_and_told(
    message: dict[str, Any], text: str, reasoning: str | None
) -> None:
    reply = read(completion(message))

    assert (reply.text, reply.reasoning) == (text, reasoning)
    assert warned(reply) == {"nonstandard_shape"}


def test_reasoning_under_both_names_is_one_text() -> None:
    message = assistant(content="x", reasoning="hm", reasoning_content="hm")

    assert read(completion(message)).reasoning == "hm"


def test_the_calls_of_other_choices_are_taken_where_the_first_has_none() -> None:
    choices = [
        {"index": 0, "message": assistant(), "finish_reason": "tool_calls"},
        {"index": 1, "message": assistant(tool_calls=[CALL]), "finish_reason": "tool_calls"},
    ]

    reply = read(completion(choices=choices))

    assert [call.name for call in reply.tool_calls] == ["w"]
    assert warned(reply) == {"extra_choices"}


def test_as_many_choices_as_asked_for_are_not_extra() -> None:
    choices = [{**completion()["choices"][0], "index": index} for index in (0, 1)]

    assert read(completion(choices=choices), Asked(choices=2)).warnings == ()


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        pytest.param(CALL, ["w"], id="one call without a list"),
        pytest.param([7, CALL], ["w"], id="a number among calls"),
        pytest.param([{"id": "t", "type": "function"}], [""], id="no function"),
        pytest.param([{"id": "t", "function": "w"}], [""], id="a function that is no object"),
    ],
)
def test_tool_calls_of_an_unknown_shape_are_told(sent: Any, names: list[str]) -> None:
    reply = read(completion(assistant(tool_calls=sent)))

    assert [call.name for call in reply.tool_calls] == names
    assert "nonstandard_shape" in warned(reply)


def test_a_function_call_of_the_protocol_before_tools_is_a_tool_call() -> None:
    reply = read(completion(assistant(function_call={"name": "w", "arguments": "{}"})))

    assert [(call.name, call.arguments) for call in reply.tool_calls] == [("w", "{}")]
    assert warned(reply) == {"nonstandard_shape", "tool_call_repaired"}


@pytest.mark.parametrize(
    ("sent", "read_as", "noted"),
    [
        ("stop", "stop", False),
        ("function_call", "function_call", False),
        ("eos", "stop", True),
        ("eos_token", "stop", True),
        ("end", "stop", True),
        ("end_turn", "stop", True),
        ("max_tokens", "length", True),
        ("sensitive", "content_filter", True),
        ("STOP", "STOP", True),
        ("tool_use", "tool_use", True),
        (7, "7", True),
    ],
)
def test_finish_reasons_are_read_in_the_standard_s_words(
    sent: Any, read_as: str, *, noted: bool
) -> None:
    choice = {**completion()["choices"][0], "finish_reason": sent}

    reply = read(completion(choices=[choice]))

    assert reply.finish_reason == read_as
    assert ("nonstandard_finish_reason" in warned(reply)) is noted


@pytest.mark.parametrize("word", ["error", "abort", "network_error"])
def test_a_finish_reason_that_means_failure_is_a_fault_of_the_server(word: str) -> None:
    error = {"code": 502, "message": "upstream died"}
    choice = {**completion()["choices"][0], "finish_reason": word, "error": error}

    with pytest.raises(CallError, match="upstream died") as caught:
        read(completion(choices=[choice]))

    assert caught.value.fault.kind == "server"
    assert caught.value.fault.partial
    assert caught.value.fault.partial.text == "Hi"


@pytest.mark.parametrize(
    ("asked", "served", "differs"),
    [
        ("m", "m", False),
        ("m", "m-2026-01-01", False),
        ("m", "m:free", False),
        ("gpt-4", "gpt-4o", True),
        ("m", "other-m", True),
        (None, "m", False),
    ],
)
def test_a_suffix_does_not_make_another_model(
    asked: str | None, served: str, *, differs: bool
) -> None:
    reply = read(completion(model=served), Asked(model=asked))

    assert ("model_differs" in warned(reply)) is differs
    assert reply.model == served


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("<think>a</think>b", "reasoning_in_text"),
        ("\n<think>a", "reasoning_in_text"),
        ("a</think>b", "reasoning_in_text"),
        ("a<think>b</think>", None),
        ("a</s>", "special_token_in_text"),
        ("<|im_end|>", "special_token_in_text"),
        ("a <| b |> c | d", "special_token_in_text"),
        ("a < b | c > d", None),
        ("a" + " " * 20, "trailing_whitespace"),
        ("a" + " " * 19, None),
    ],
)
def test_the_text_is_left_as_it_is_and_what_is_odd_is_told(text: str, warning: str | None) -> None:
    reply = read(completion(assistant(content=text)))

    assert reply.text == text
    assert warned(reply) == ({warning} if warning else set())


@pytest.mark.parametrize(
    ("content_type", "warning"),
    [
        ("application/json; charset=utf-8", None),
        ("application/problem+json", None),
        ("text/plain", "content_type_mismatch"),
        ("", "content_type_mismatch"),
    ],
)
def test_json_under_another_content_type_is_read_and_told(
    content_type: str, warning: str | None
) -> None:
    head = Head(200, {"content-type": content_type} if content_type else {})

    reply = read_reply(ASKED, head, json.dumps(completion()).encode())

    assert warned(reply) == ({warning} if warning else set())


def test_invalid_utf_8_is_replaced_and_told() -> None:
    data = json.dumps(completion()).encode().replace(b"Hi", b"H\xff")

    reply = read_reply(ASKED, Head(200, JSON), data)

    assert reply.text == "H\ufffd"
    assert warned(reply) == {"utf8_replaced"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 200_000, id="too deep"),
        pytest.param(b'{"id": ' + b"9" * 5000 + b"}", id="a number too long"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'{"choices": []}', id="no choices"),
        pytest.param(b'{"choices": [7]}', id="no choice"),
        pytest.param(b'{"choices": null}', id="null choices"),
        pytest.param(b'{"code": 0, "message": "success", "data": {}}', id="wrapped"),
        pytest.param(b"\xff\xfe", id="no text"),
    ],
)
def test_what_is_no_completion_is_a_fault_and_never_a_crash(body: bytes) -> None:
    with pytest.raises(CallError) as caught:
        read_reply(ASKED, Head(200, JSON), body)

    assert caught.value.fault.kind in ("response_invalid", "server")
    assert len(caught.value.fault.message) < 400


def test_a_byte_order_mark_is_no_part_of_the_json() -> None:
    data = b"\xef\xbb\xbf" + json.dumps(completion()).encode()

    assert read_reply(ASKED, Head(200, JSON), data).warnings == ()
