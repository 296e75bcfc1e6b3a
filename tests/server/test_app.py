"""What goes over the socket: quirks, faults, pauses, and who is let in."""

import json
import socket
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from evalkit.errors import UsageError
from evalkit.server.app import Received, Server
from evalkit.server.door import Binding
from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

Serve = Callable[..., ServerThread]

BODY = {"messages": [{"role": "user", "content": "one two"}]}


def post(server: ServerThread, body: Any = BODY, **options: Any) -> httpx.Response:
    with httpx.Client(trust_env=False) as client:
        return client.post(f"{server.base_url}/chat/completions", json=body, **options)


def reply(server: ServerThread) -> dict[str, Any]:
    body: dict[str, Any] = post(server).json()
    return body


def events(server: ServerThread) -> list[str]:
    streamed = post(server, {**BODY, "stream": True})
    return [line.removeprefix("data: ") for line in streamed.text.splitlines() if line]


def scripted(*quirks: str) -> dict[str, Any]:
    return {"quirks": list(quirks), "rules": [{"reply": {"echo": True}}]}


def test_messages_stand_in_place_of_message(serve: Serve) -> None:
    choice = reply(serve(scripted("messages")))["choices"][0]
    assert choice["messages"][0]["content"] == "one two"


def test_null_fields_are_sent_as_null(serve: Serve) -> None:
    body = reply(serve(scripted("null_fields")))
    assert [body[key] for key in ("object", "model", "system_fingerprint")] == [None] * 3


@pytest.mark.parametrize(
    ("quirk", "key"), [("no_model", "model"), ("no_usage", "usage")], ids=["model", "usage"]
)
def test_a_part_is_left_out(serve: Serve, quirk: str, key: str) -> None:
    assert key not in reply(serve(scripted(quirk)))


def test_a_role_is_left_out_of_the_stream(serve: Serve) -> None:
    first = json.loads(events(serve(scripted("no_role")))[0])
    assert first["choices"][0]["delta"] == {"content": "one "}


def test_a_stream_ends_with_done(serve: Serve) -> None:
    assert events(serve(scripted()))[-1] == "[DONE]"


def test_a_stream_ends_without_done(serve: Serve) -> None:
    assert json.loads(events(serve(scripted("no_done")))[-1])["choices"][0]["delta"] == {}


def test_a_finish_reason_is_left_out(serve: Serve) -> None:
    assert reply(serve(scripted("no_finish_reason")))["choices"][0]["finish_reason"] is None


def test_a_stream_is_answered_with_json(serve: Serve) -> None:
    streamed = post(serve(scripted("not_streamed")), {**BODY, "stream": True})
    assert streamed.json()["choices"][0]["message"]["content"] == "one two"


def test_json_is_fenced_in_prose(serve: Serve) -> None:
    written = {"json": {"a": 1}, "fence": True, "before": "Here:\n", "after": "\nDone."}
    body = reply(serve({"rules": [{"reply": written}]}))
    text = body["choices"][0]["message"]["content"]
    assert text == 'Here:\n```json\n{\n  "a": 1\n}\n```\nDone.'


def test_chunks_have_the_size_that_is_asked_for(serve: Serve) -> None:
    said = events(serve({"rules": [{"reply": {"text": "abcde", "chunk": 2}}]}))[1:4]
    deltas = [json.loads(event)["choices"][0]["delta"]["content"] for event in said]
    assert deltas == ["ab", "cd", "e"]


def test_a_pause_stands_between_chunks() -> None:
    ended: SimpleQueue[Received] = SimpleQueue()
    script = Script.model_validate({"rules": [{"reply": {"text": "a b c", "between": 0.02}}]})
    with ServerThread(script, listen=ended.put) as server:
        events(server)
        received = ended.get(timeout=10)
    assert received.ended - received.started > 4.5 * 0.02


def test_retry_after_is_sent(serve: Serve) -> None:
    error = {"status": 429, "retry_after": 1.5}
    answer = post(serve({"rules": [{"reply": {"error": error}}]}))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1.5")


@pytest.mark.parametrize("fault", ["reset", "close"])
def test_a_connection_is_ended_before_the_reply(serve: Serve, fault: str) -> None:
    server = serve({"rules": [{"reply": {"fault": fault}}]})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        post(server)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_reply_is_cut(serve: Serve, *, stream: bool) -> None:
    server = serve({"rules": [{"reply": {"fault": "cut"}}]})
    with pytest.raises(httpx.RemoteProtocolError):
        post(server, {**BODY, "stream": stream})


def test_silence_outlasts_the_client(serve: Serve) -> None:
    server = serve({"rules": [{"reply": {"fault": "silence"}}]})
    with pytest.raises(httpx.ReadTimeout):
        post(server, timeout=0.1)


@pytest.mark.parametrize(
    ("fault", "start"), [("garbage", "\0 this is"), ("html", "<!DOCTYPE html>")]
)
def test_a_body_is_no_completion(serve: Serve, fault: str, start: str) -> None:
    assert post(serve({"rules": [{"reply": {"fault": fault}}]})).text.startswith(start)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Host": "evil.example"}, 400, id="another name"),
        pytest.param({"Host": "127.0.0.1.evil.example"}, 400, id="a name that begins alike"),
        pytest.param({"Origin": "http://evil.example"}, 403, id="a web page"),
        pytest.param({"Authorization": "Bearer wrong"}, 401, id="another token"),
        pytest.param({"Authorization": "Bearer right"}, 200, id="the token"),
    ],
)
def test_only_who_knows_the_server_is_let_in(
    serve: Serve, headers: dict[str, str], status: int
) -> None:
    right = {"Authorization": "Bearer right"}
    answer = post(serve(scripted(), token="right"), headers={**right, **headers})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"{", "the body is no JSON", id="no JSON"),
        pytest.param(b"[]", "the body is no JSON object", id="no object"),
        pytest.param(b"{}", "messages are missing", id="no messages"),
    ],
)
def test_a_body_that_is_no_request_is_refused(serve: Serve, content: bytes, message: str) -> None:
    url = f"{serve(scripted()).base_url}/chat/completions"
    answer = httpx.post(url, content=content, trust_env=False)
    assert (answer.status_code, message in answer.json()["error"]["message"]) == (400, True)


def test_another_path_is_not_found(serve: Serve) -> None:
    answer = httpx.post(f"{serve(scripted()).base_url}/completions", json={}, trust_env=False)
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")


def test_a_path_before_the_endpoint_is_a_vendors(serve: Serve) -> None:
    base = urlsplit(serve(scripted()).base_url)
    url = f"http://{base.netloc}/v1/ai/endpoint/chat/completions"
    assert httpx.post(url, json=BODY, trust_env=False).status_code == 200


@pytest.mark.parametrize(
    "options",
    [{}, {"unsafe_bind": True}, {"token": "t"}],
    ids=["nothing said", "no token", "not called unsafe"],
)
def test_other_machines_are_kept_out(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="needs --unsafe-bind and --token"):
        Server(Script(), Binding("192.0.2.1", **options))


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{port}"):
            ServerThread(Script(), Binding(port=port)).__enter__()
