"""Suites against what is nobody's standard: a JSON endpoint, and generators of the author's own."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from evalkit.records import reader

Bare = Callable[[dict[str, str]], Any]

TURNS = """\
conversations:
  - id: talk
    turns:
      - user: hello
        expect: [{equals: "You said: hello"}, {warnings: []}]
      - user: and again
        expect: [{equals: "You said: and again"}]
  - id: wrong
    turns: [{user: hello, expect: [{contains: goodbye}]}]
  - id: busy
    turns: [{user: break, expect: [{contains: break}]}]
"""

ENDPOINT = """\
    api: http
    base_url: URL/ask
    retry: {tries: 1}
    params: {top_k: 3}
    body: {q: "{{ prompt }}", turns: "{{ messages }}", k: "{{ params.top_k }}", s: "{{ stream }}"}
    reply: $.answer.text
    delta: $.piece
    usage: {prompt: $.in, completion: $.out}
    error: $.problem
"""

ENDPOINTS = f"""\
deployments:
  whole:
{ENDPOINT}
  streamed:
    stream: true
{ENDPOINT}
"""

FUNCTIONS = """\
deployments:
  whole: {api: python, call: "bot.py:answer", timeout: {total: 1s}}
  streamed: {api: python, call: "bot.py:stream", timeout: {total: 1s}}
"""

BOT = """\
import asyncio


def answer(messages):
    if messages[-1]["content"] == "break":
        raise ValueError("no luck")
    return {"text": "You said: " + messages[-1]["content"]}


async def stream(messages):
    yield "You said: "
    if messages[-1]["content"] == "break":
        await asyncio.Event().wait()
    yield messages[-1]["content"]
"""

STATUSES = {
    f"{id_}[{deployment}]": status
    for id_, status in (("talk", "passed"), ("wrong", "failed"), ("busy", "error"))
    for deployment in ("whole", "streamed")
}


class Endpoint(BaseHTTPRequestHandler):
    """Answers in a form of its own, whole or as JSON lines."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fits = asked["turns"][-1] == {"role": "user", "content": asked["q"]} and asked["k"] == 3
        if not fits or asked["q"] == "break":
            self._send("application/json", {"problem": "no luck"})
        elif asked["s"]:
            counts = {"in": 2, "out": 3}
            pieces = ({"piece": "You said: "}, {"piece": asked["q"]}, counts)
            self._send("application/x-ndjson", *pieces)
        else:
            answer = {"answer": {"text": f"You said: {asked['q']}"}, "in": 2, "out": 3}
            self._send("application/json", answer)

    def _send(self, content_type: str, *values: Any) -> None:
        body = "\n".join(map(json.dumps, values)).encode()
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing of requests."""


@contextmanager
def serving() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def statuses(project: Any) -> dict[str, str]:
    (record,) = project.records
    outcomes = reader.read(record.parent).outcomes
    return {one.item.partition("::")[2]: one.status for one in outcomes}


def test_a_json_endpoint_is_judged_whole_and_streamed(bare: Bare) -> None:
    with serving() as url:
        project = bare({"suites/a.yaml": ENDPOINTS.replace("URL", url) + TURNS})
        ran = project.evalkit_run()

    assert (ran.code, "no luck" in ran.out) == (1, True), ran.out
    assert statuses(project) == STATUSES


def test_functions_and_generators_are_judged(bare: Bare) -> None:
    project = bare({"suites/a.yaml": FUNCTIONS + TURNS, "suites/bot.py": BOT})

    ran = project.evalkit_run()

    assert (ran.code, "no luck" in ran.out, "within 1 s" in ran.out) == (1, True, True), ran.out
    assert statuses(project) == STATUSES
