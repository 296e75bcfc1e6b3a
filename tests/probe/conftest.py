"""A deployment that supports everything, or departs from it in the ways that a test names."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiohttp import web

from evalkit.model.conformance import Conformance, Finding
from evalkit.model.deployment import Deployment
from evalkit.probe.examination import Errand, examine
from evalkit.secrets import Redactor, Secret
from evalkit.source import Span

KEY = Secret("the-key-of-this-test", "TEST_KEY")
PICTURE_TOKENS = 85


class Server:
    """Answers as OpenAI's API would, but for its `ways`; `bodies` are the requests it got."""

    def __init__(self, ways: frozenset[str]) -> None:
        self.ways = ways
        self.bodies: list[dict[str, Any]] = []
        self.received = self.in_flight = self.most_in_flight = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.received += 1
        if request.method == "GET":
            return web.json_response({"detail": "there is no such path"}, status=404)
        body = await request.json()
        self.bodies.append(body)
        if "silent_but_first" in self.ways and len(self.bodies) > 1:
            await asyncio.Event().wait()
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            refusal = self._closed(request) or self._refusal(request, body)
            return refusal or await self._reply(request, body)
        finally:
            self.in_flight -= 1

    def _closed(self, request: web.Request) -> web.Response | None:
        if "lost" in self.ways:
            return self._error(404, "there is no such path")
        if "closed" in self.ways:
            return self._error(401, f"no entry with {request.headers['authorization']}")
        return None

    def _refusal(self, request: web.Request, body: dict[str, Any]) -> web.Response | None:
        told = request.headers.get("authorization", "")
        if told != f"Bearer {KEY.reveal()}" and "any_key" not in self.ways:
            return self._error(401, f"Incorrect API key provided: {told}")
        if body["model"] != "m" and "any_model" not in self.ways:
            return self._error(404, f"the model {body['model']!r} does not exist")
        if isinstance(body.get("temperature"), str) and "any_parameter" not in self.ways:
            return self._error(400, "temperature must be a number")
        refused = [way[3:] for way in self.ways if way.startswith("no_") and way[3:] in body]
        if refused:
            return self._error(400, f"unsupported parameter: {refused[0]!r}")
        if "refuses" in self.ways:
            return self._error(400, f"not this way: {KEY.reveal()} \x1b[31m")
        return None

    def _error(self, status: int, words: str) -> web.Response:
        if "plain_errors" in self.ways:
            return web.Response(status=500, text=words)
        if "detail_errors" in self.ways:
            return web.json_response({"detail": words}, status=status)
        error = {"message": words, "type": "invalid_request_error", "param": None, "code": None}
        return web.json_response({"error": error}, status=status)

    async def _reply(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        if body.get("stream") and "not_streamed" not in self.ways:
            return await self._stream(request, body)
        count = 1 if "one_choice" in self.ways else body.get("n", 1)
        data = {
            **self._head("chat.completion"),
            "choices": [self._choice(body, i) for i in range(count)],
        }
        if "no_usage_told" not in self.ways:
            data["usage"] = self._usage(body)
        return web.json_response(data)

    def _choice(self, body: dict[str, Any], index: int) -> dict[str, Any]:
        message = self._message(body)
        role = {} if "no_role" in self.ways else {"role": "assistant"}
        place = "messages" if "messages" in self.ways else "message"
        said = {**role, **message}
        choice: dict[str, Any] = {"index": index, place: [said] if place == "messages" else said}
        if body.get("logprobs") and "no_logprobs_told" not in self.ways:
            choice["logprobs"] = {"content": [{"token": "1", "logprob": -0.1}]}
        return {**choice, "finish_reason": self._finish(body, message)}

    def _head(self, kind: str) -> dict[str, Any]:
        model = "another" if "other_model" in self.ways else "m-2026-01-01"
        named = {} if "no_model_told" in self.ways else {"model": model}
        return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, **named}

    def _usage(self, body: dict[str, Any]) -> dict[str, int]:
        words = json.dumps([one for one in self._read(body) if one["role"] != "tool"])
        pictures = words.count("image_url") // 2 * PICTURE_TOKENS
        prompt = len([word for word in words.split() if len(word) < 100]) + pictures
        if body.get("stream") and "counts_differ" in self.ways:
            prompt += 3
        completion = len(str(self._message(body)["content"] or "a call").split())
        total = prompt + completion + ("odd_sum" in self.ways)
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}

    def _read(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the messages that are looked at."""
        messages: list[dict[str, Any]] = body["messages"]
        return messages[-1:] if "no_history" in self.ways else messages

    def _message(self, body: dict[str, Any]) -> dict[str, Any]:
        calls = self._calls(body)
        if calls:
            return {"content": None, "tool_calls": calls}
        return {"content": "" if "silent" in self.ways else self._text(body)}

    def _calls(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        last = body["messages"][-1]
        if not body.get("tools") or last["role"] == "tool" or "ignores_tools" in self.ways:
            return []
        cities = ["Rome", "Lima"] if "Rome" in last["content"] else ["Oslo"]
        cities = cities[:1] if "one_call" in self.ways else cities
        given = "city=Oslo" if "bad_arguments" in self.ways else '{"city": "Oslo"}'
        same = "same_id" in self.ways
        function = {"name": "get_weather", "arguments": given}
        ids = ["call_0" if same else f"call_{index}" for index, _ in enumerate(cities)]
        return [{"id": one, "type": "function", "function": function} for one in ids]

    def _finish(self, body: dict[str, Any], message: dict[str, Any]) -> str:
        if message.get("tool_calls"):
            return "stop" if "calls_stop" in self.ways else "tool_calls"
        limit = body.get("max_tokens", body.get("max_completion_tokens", 100))
        cut = len(message["content"].split()) >= limit and "never_length" not in self.ways
        return "length" if cut else "stop"

    def _text(self, body: dict[str, Any]) -> str:
        asked = json.dumps(self._read(body))
        if "response_format" in body and "ignores_format" not in self.ways:
            return self._formatted(body["response_format"]["type"])
        answers = {
            "banana": "Banana",
            "Quibble": "Quibble",
            "image_url": "Red",
            "degrees": "I do not know" if "ignores_results" in self.ways else "17",
            "alpha": self._stopped(body),
            "1 to 50": " ".join(map(str, range(1, self._most(body) + 1))),
            "1 to 5": "1 2 3 4 5",
            "cat": f"Tom{len(self.bodies) if 'no_seed_used' in self.ways else ''}",
        }
        found = (answer for word, answer in answers.items() if word in asked)
        return next(found, "Fine, thank you")

    def _formatted(self, kind: str) -> str:
        text = '{"greeting": "Hi"}' if kind == "json_object" else '{"weekday_code": "d1x"}'
        return f"```json\n{text}\n```" if "fences" in self.ways else text

    def _most(self, body: dict[str, Any]) -> int:
        if "ignores_max_tokens" in self.ways:
            return 50
        return int(body.get("max_tokens", body.get("max_completion_tokens", 50)))

    def _stopped(self, body: dict[str, Any]) -> str:
        text = "alpha bravo charlie delta"
        return (
            text if "ignores_stop" in self.ways else text.partition(body.get("stop", ["-"])[0])[0]
        )

    async def _stream(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for choice in self._deltas(body):
            await self._send(response, {**self._head("chat.completion.chunk"), "choices": [choice]})
        if "no_usage_told" not in self.ways:
            chunk = {
                **self._head("chat.completion.chunk"),
                "choices": [],
                "usage": self._usage(body),
            }
            await self._send(response, chunk)
        if "no_done" not in self.ways:
            await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response

    async def _send(self, response: web.StreamResponse, chunk: dict[str, Any]) -> None:
        if "extra_field" in self.ways:
            chunk["service"] = "fast"
        await response.write(b"data: %b\n\n" % json.dumps(chunk).encode())

    def _deltas(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        message = self._message(body)
        if "no_role" not in self.ways:
            yield _delta({"role": "assistant", "content": ""})
        said = ""
        for word in message["content"].split(" "):
            said += word if "cumulative" in self.ways else ""
            yield _delta({"content": said or f"{word} "})
        if "no_finish" not in self.ways:
            yield _delta({}, self._finish(body, message))
        if "two_finishes" in self.ways:
            yield _delta({}, "stop")
        if "late" in self.ways:
            yield _delta({"content": "more"})


def _delta(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason}


async def probed(server: Server, errand: Errand, settings: dict[str, Any]) -> Conformance:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    given = {"base_url": url, "api_key": KEY, "model": "m", **settings}
    try:
        return await examine(Deployment(name="d", span=Span("a.yaml"), **given), errand)
    finally:
        await runner.cleanup()


class Probe:
    """Probes a server that has these `ways`, with these settings of its deployment."""

    def __init__(self, *ways: str, **settings: Any) -> None:
        self.server = Server(frozenset(ways))
        redactor = Redactor((KEY,))
        url = settings.pop("image_url", "https://example.com/square.png")
        seconds = settings.pop("seconds", 60.0)
        errand = Errand(redactor=redactor, image_url=url, seconds=seconds)
        self.found = asyncio.run(probed(self.server, errand, settings))

    def __getitem__(self, name: str) -> Finding:
        return next(one.finding for one in self.found.features if one.name == name)


@pytest.fixture(scope="session")
def probe() -> Callable[..., Probe]:
    return Probe
