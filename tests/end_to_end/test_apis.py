"""Suites against servers of OpenAI's Responses and Anthropic's Messages, over real HTTP."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from evalkit.records import reader

Bare = Callable[[dict[str, str]], Any]
Body = dict[str, Any]

SUITE = """\
deployments:
  whole: {api: API, base_url: "URL", model: m, price: {input: 1, output: 2}, retry: {tries: 1}}
  streamed:
    {api: API, base_url: "URL", model: m, stream: true, price: {input: 1, output: 2},
     retry: {tries: 1}}
conversations:
  - id: talk
    system: Be kind.
    params: {max_tokens: 50}
    turns:
      - user: hello
        expect:
          - equals: "You said: hello"
          - tokens: {max: 60}
          - cost: 0.001
          - finish_reason: stop
          - warnings: []
      - user: and again
        expect: [{contains: and again}]
    expect: [{turns: 2}]
  - id: tools
    tools:
      [{type: function, function: {name: look, parameters: {
        type: object, properties: {at: {type: string}}, required: [at]}}}]
    turns:
      - user: How is it in Oslo?
        expect: [{tool_call: {name: look, arguments: {at: Oslo}}}, {tool_arguments_valid: {}}]
  - id: wrong
    turns: [{user: hello, expect: [{contains: goodbye}]}]
  - id: busy
    turns: [{user: break, expect: [{contains: break}]}]
"""
STATUSES = {"talk": "passed", "tools": "passed", "wrong": "failed", "busy": "error"}


def respond(asked: Body) -> Body:
    """Answer a request of the Responses API."""
    said = asked["input"][-1]["content"]
    item: Body = {"type": "function_call", "id": "i", "call_id": "c", "name": "look"}
    output = [{**item, "arguments": '{"at":"Oslo"}'}] if "tools" in asked else [speak(said)]
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": asked["model"],
        "output": output,
        "usage": {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25},
    }


def speak(said: str) -> Body:
    part = {"type": "output_text", "text": f"You said: {said}"}
    return {"type": "message", "id": "i", "role": "assistant", "content": [part]}


def respond_in_events(asked: Body) -> Iterator[Body]:
    whole = respond(asked)
    yield {"type": "response.created", "response": {**whole, "status": "in_progress"}}
    (item,) = whole["output"]
    yield {"type": "response.output_item.added", "output_index": 0, "item": item}
    for part in item.get("content", ()):
        for word in part["text"].partition(" "):
            yield {"type": "response.output_text.delta", "output_index": 0, "delta": word}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {"type": "response.completed", "response": whole}


def message(asked: Body) -> Body:
    """Answer a request of the Messages API."""
    block: Body = {
        "type": "text",
        "text": f"You said: {asked['messages'][-1]['content'][0]['text']}",
    }
    if "tools" in asked:
        block = {"type": "tool_use", "id": "t", "name": "look", "input": {"at": "Oslo"}}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": [block],
        "stop_reason": "tool_use" if "tools" in asked else "end_turn",
        "usage": {"input_tokens": 12, "cache_read_input_tokens": 8, "output_tokens": 5},
    }


def message_in_events(asked: Body) -> Iterator[Body]:
    whole = message(asked)
    (block,) = whole["content"]
    yield {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}}
    empty = {**block, "text": ""} if block["type"] == "text" else {**block, "input": {}}
    yield {"type": "content_block_start", "index": 0, "content_block": empty}
    if block["type"] == "text":
        deltas = [{"type": "text_delta", "text": word} for word in block["text"].partition(" ")]
    else:
        deltas = [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
    for delta in deltas:
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    stopped = {"stop_reason": whole["stop_reason"]}
    yield {"type": "message_delta", "delta": stopped, "usage": {"output_tokens": 5}}
    yield {"type": "message_stop"}


APIS = {
    "responses": (respond, respond_in_events),
    "messages": (message, message_in_events),
}


class Door(BaseHTTPRequestHandler):
    """Answers in the form of the API whose name its path ends with."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        whole, in_events = APIS[self.path.removeprefix("/v1/")]
        if '"break"' in json.dumps(asked):
            self._send(529, "application/json", json.dumps({"error": {"message": "Overloaded"}}))
        elif asked.get("stream"):
            lines = [
                f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in in_events(asked)
            ]
            self._send(200, "text/event-stream", "".join(lines))
        else:
            self._send(200, "application/json", json.dumps(whole(asked)))

    def _send(self, status: int, content_type: str, text: str) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve both APIs on the loopback interface; give their base URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("api", APIS)
def test_a_suite_is_judged_over_either_api_whole_and_streamed(api: str, bare: Bare) -> None:
    with serving() as url:
        project = bare({"suites/a.yaml": SUITE.replace("API", api).replace("URL", url)})
        ran = project.evalkit_run("--deployment=*")

    assert project.records, ran.out + ran.err
    folder = project.records[0].parent
    found = {one.item.partition("::")[2]: one.status for one in reader.read(folder).outcomes}
    names = ("whole", "streamed")
    expected = {f"{id_}[{name}]": STATUSES[id_] for id_ in STATUSES for name in names}
    assert (ran.code, found) == (1, expected), ran.out


def test_both_are_listed(bare: Bare) -> None:
    ran = bare({}).evalkit("list", "apis")

    listed = [line.split()[0] for line in ran.out.splitlines()]
    assert {"messages", "responses"} <= {*listed}
