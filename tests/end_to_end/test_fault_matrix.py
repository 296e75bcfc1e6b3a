"""What a run makes of deployments that misbehave: outcome, words, exit code and requests.

Those that end in the same exit code share a process, each a deployment and a conversation of it;
some have a suite, and so a process, of their own. All call one server of raw bytes, which tells
them apart by the path.
"""

import gzip
import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
import trustme

from evalkit.model.outcome import Outcome
from evalkit.model.run import Run
from evalkit.records import reader

AT_ONCE = 6
"""Processes that run at the same time; most of them wait for most of their time."""

SERVED: dict[str, Any] = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}
CHUNKED = {**SERVED, "object": "chat.completion.chunk", "usage": None}


@dataclass(frozen=True)
class Reply:
    """Bytes that are sent, a number standing for seconds before the next ones, and the end.

    The connection stays open, is closed or reset, or falls silent.
    """

    parts: Sequence[bytes | float]
    then: str = "open"


def http(
    body: bytes,
    status: int = 200,
    kind: str = "application/json",
    then: str = "open",
    **headers: object,
) -> Reply:
    named = {"Content_Type": kind, "Content_Length": len(body), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} Status", *lines])
    return Reply((head.encode() + b"\r\n\r\n" + body,), then)


def error(status: int, message: str = "no", code: str | None = None, **headers: object) -> Reply:
    body = {"error": {"message": message, "code": code}}
    return http(json.dumps(body).encode(), status, **headers)  # type: ignore[arg-type] # headers


def completion(text: str | None = "Hi", finish: str = "stop", **changes: Any) -> Reply:
    calls = {"tool_calls": changes.pop("tool_calls")} if "tool_calls" in changes else {}
    message = {"role": "assistant", "content": text, **calls}
    choice = {"index": 0, "finish_reason": finish, "message": message}
    return http(json.dumps({**SERVED, "choices": [choice], **changes}).encode())


def event(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({**CHUNKED, "choices": [choice]}).encode() + b"\n\n"


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
ROLE = event({"role": "assistant", "content": ""})
HEL, LO = event({"content": "Hel"}), event({"content": "lo"})
END = event({}, "stop")
USAGE = b"data: " + json.dumps({**SERVED, "choices": []}).encode() + b"\n\n"
DONE = b"data: [DONE]\n\n"
PLAIN = ROLE + HEL + LO + END + USAGE + DONE
COMMENTS = (0.05, b": working\n\n") * 100
GOOD = completion()


def stream(*parts: bytes | float, then: str = "close") -> Reply:
    return Reply((HEAD, *parts), then)


Serve = Callable[[str, int, int], Reply]
"""Answers a request by its method, its number on its path, and how many there are under way."""


def always(reply: Reply) -> Serve:
    return lambda *_: reply


def first(*replies: Reply) -> Serve:
    """Answer with the replies in their order, the last one for ever."""
    return lambda _, number, __: replies[min(number, len(replies)) - 1]


@dataclass(frozen=True)
class Way:
    """A way to misbehave, and what is made of it.

    `kind` is that of the fault, None where there was a reply. `requests` is the most that is sent,
    the least as well where `fewer` is not set.
    """

    serve: Serve
    code: int
    kind: str | None = None
    told: Sequence[str] = ()
    requests: int = 1
    fewer: bool = False
    warnings: frozenset[str] = frozenset()
    deployment: str = ""
    expect: str = "{contains: H}"
    more: str = ""
    suite: str | None = None
    statuses: Mapping[str, str] = field(default_factory=dict)


def broken(kind: str, serve: Serve, *told: str, **more: Any) -> Way:
    """Give the way of a call that ends in an error."""
    return Way(serve, 6, kind, told, **more)


def read(serve: Serve, *warnings: str, **more: Any) -> Way:
    """Give the way of a reply that is read, with these warnings."""
    code = more.pop("code", 0)
    return Way(serve, code, None, warnings=frozenset(warnings), **more)


def streaming(way: Way) -> Way:
    settings = ", ".join(part for part in ("stream: true", way.deployment) if part)
    return Way(**{**vars(way), "deployment": settings})


ODD = PLAIN.replace(b"\n", b"\r").replace(b'"lo"', b'"l\xc3|\xb6"')
CHUNKS = b"%x\r\n%b\r\nzzz\r\n" % (len(HEL), HEL)
BAD_CHUNKS = HEAD[:-2] + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS
TWICE = "retry: {tries: 2}"
SHORT = "timeout: {first_token: 0.3, idle: 0.3, total: 20}, retry: {tries: 2}"
BRIEF = "timeout: {total: 0.5}"
SEVERAL = "".join(
    f"  - {{id: c{number}, turns: [{{user: hello, expect: [{{contains: H}}]}}]}}\n"
    for number in range(40)
)
BOMB = gzip.compress(b" " * 200_000_000, 9)
CALL = {"id": "x", "type": "function", "function": {"name": "look", "arguments": '{"at": '}}
TOOLS = """tools: [{type: function, function: {name: look,
      parameters: {type: object, properties: {at: {type: string}}, required: [at]}}}],"""


def storm(_: str, __: int, flying: int) -> Reply:
    """Serve four at once and refuse all others."""
    return error(429, "slow down") if flying > 4 else Reply((0.05, *GOOD.parts))


def calls(*deltas: Mapping[str, Any]) -> Reply:
    sent = [event({"tool_calls": [delta]}) for delta in deltas]
    return stream(ROLE, *sent, event({}, "tool_calls"), USAGE, DONE)


def named(method: str, *_: int) -> Reply:
    if method == "GET":
        return http(b'{"object": "list", "data": [{"id": "gpt-a"}, {"id": "gpt-b"}]}')
    return Reply((0.2, *error(404, "no model m", "model_not_found").parts))


TWO = """
deployments:
  bad: {base_url: "BAD", model: m}
  good: {base_url: "http://127.0.0.1:PORT/good/v1", model: m}
conversations:
  - {id: c, turns: [{user: hello, expect: [{contains: H}]}]}
  - {id: d, turns: [{user: hello, expect: [{contains: H}]}]}
"""
ONE_KEY = """
deployments:
  one: {base_url: "URL", model: m, api_key: "${FIRST_KEY}", limits: {concurrency: 2}}
  two: {base_url: "URL", model: m, api_key: "${FIRST_KEY}", limits: {concurrency: 2}}
  other:
    base_url: "http://127.0.0.1:PORT/good/v1"
    model: m
    api_key: "${OTHER_KEY}"
conversations:
"""
MANY = """
deployments:
  d: {base_url: "URL", model: m, api_key: "${FIRST_KEY}", limits: {concurrency: 4}}
conversations:
"""
ADAPTIVE = """
deployments:
  d: {base_url: "URL", model: m, limits: {concurrency: adaptive}}
conversations:
"""
LATE = """
deployments:
  late: {base_url: "http://127.0.0.1:LATER/good/v1", model: m, retry: {tries: 20}}
  bell: {base_url: "URL", model: m}
conversations:
  - {id: c, turns: [{user: hello, expect: [{contains: H}]}]}
"""
FINE = {"c[good]": "passed", "d[good]": "passed"}

WAYS: dict[str, Way] = {
    "01-refused": broken(
        "connect",
        always(GOOD),
        "could not connect to 127.0.0.1:CLOSED: connection refused; is the server running?",
        "after 4 tries",
        requests=0,
        suite=TWO.replace("BAD", "http://127.0.0.1:CLOSED/v1"),
        statuses={**FINE, "c[bad]": "error", "d[bad]": "error"},
    ),
    "02-late": Way(always(GOOD), 0, suite=LATE, statuses={"c[late]": "passed"}),
    "03-no-such-host": broken(
        "config",
        always(GOOD),
        "there is no host 'nx.invalid'",
        requests=0,
        suite=TWO.replace("BAD", "http://nx.invalid/v1"),
        statuses=FINE,
    ),
    "04-certificate": broken(
        "config",
        always(GOOD),
        "the certificate of 127.0.0.1:SECURE is",
        "ca_file",
        requests=0,
        suite=TWO.replace("BAD", "https://127.0.0.1:SECURE/04-certificate/v1"),
        statuses=FINE,
    ),
    "05-http-to-tls": broken(
        "config",
        always(Reply((b"\x15\x03\x01\x00\x02\x02\x46",), "close")),
        "looks like TLS; should base_url begin with https://?",
    ),
    "05-tls-to-http": broken(
        "config",
        always(GOOD),
        "does not speak TLS; should base_url begin with http://?",
        requests=0,
        suite=TWO.replace("BAD", "https://127.0.0.1:PORT/05-tls-to-http/v1"),
        statuses=FINE,
    ),
    "06-silence": streaming(
        broken(
            "timeout_first_token",
            always(Reply((), "silence")),
            "sent nothing of its reply within 0.3 s; after 2 tries",
            requests=2,
            deployment=SHORT,
        )
    ),
    "07-head-alone": streaming(
        broken("timeout_first_token", always(stream(then="silence")), requests=2, deployment=SHORT)
    ),
    "08-comments": streaming(
        broken("timeout_first_token", always(stream(*COMMENTS)), requests=2, deployment=SHORT)
    ),
    "08-comments-after-text": streaming(
        broken(
            "timeout_idle",
            always(stream(HEL, *COMMENTS)),
            "sent nothing more of its reply for 0.3 s",
            deployment=SHORT,
        )
    ),
    "09-drip": broken(
        "timeout_total",
        always(Reply((b"HTTP/1.1 200 OK\r\n\r\n", *(0.05, b" ") * 100))),
        "did not finish its reply within 0.5 s",
        deployment=BRIEF,
    ),
    "10-reset": read(first(Reply((), "reset"), GOOD), requests=2),
    "11-reset-after-text": streaming(
        broken("stream_truncated", always(stream(HEL, 0.1, then="reset")), "Hel")
    ),
    "12-no-end": streaming(broken("stream_truncated", always(stream(HEL)), "Hel")),
    "13-no-done": streaming(read(always(stream(ROLE + HEL + END + USAGE)), "missing_done")),
    "14-error-first": streaming(
        read(
            first(stream(b'data: {"error": {"message": "overloaded"}}\n\n'), stream(PLAIN)),
            requests=2,
        )
    ),
    "15-error-after-text": streaming(
        broken(
            "server",
            always(stream(HEL, b'data: {"error": {"message": "overloaded"}}\n\n')),
            "overloaded",
        )
    ),
    "16-error-in-words": streaming(
        broken(
            "server",
            always(stream(b'data: {"error": "overloaded"}\n\n')),
            "overloaded; after 2 tries",
            requests=2,
            deployment=TWICE,
        )
    ),
    "16-error-null": read(always(completion(error=None))),
    "16-error-empty": read(always(completion(error={}))),
    "17-html": broken(
        "response_invalid",
        always(http(b"<html><b>Bad\x1b[31m gateway" + b"x" * 500, kind="text/html")),
        "that is no JSON: <html><b>Bad",
        requests=2,
    ),
    "18-not-streamed": streaming(read(always(GOOD), "not_streamed")),
    "19-empty": broken("response_invalid", always(http(b"")), requests=2),
    "19-no-choices": broken(
        "response_invalid", always(completion(choices=[])), "choices", requests=2
    ),
    "20-odd-chunks": streaming(
        read(
            always(stream(ROLE, b"data: oops\n\ndata: []\n\ndata: null\n\n", PLAIN)),
            "undecodable_event",
        )
    ),
    "20-unusable": streaming(
        broken("stream_protocol", always(stream(b"data: oops\n\n")), requests=2)
    ),
    "21-odd-form": streaming(
        read(
            always(
                stream(
                    b"\xef\xbb\xbfid: 1\r\r: ping\r\revent: ping\r\rdata:\r\r",
                    *(piece for part in ODD.split(b"|") for piece in (part, 0.05)),
                )
            ),
            expect='{equals: "Hell\u00f6"}',
        )
    ),
    "22-invalid-utf-8": streaming(
        read(
            always(stream(PLAIN.replace(b"Hel", b"H\xff"))),
            "utf8_replaced",
            expect='{equals: "H\\uFFFDlo"}',
        )
    ),
    "23-long-line": streaming(
        broken("too_large", always(stream(HEL, b"data: " + b"x" * (9 << 20))), "8 MiB")
    ),
    "24-bomb": broken("too_large", always(http(BOMB, Content_Encoding="gzip")), "64 MiB"),
    "25-short-body": broken(
        "connect",
        always(http(b"{", Content_Length=99, then="close")),
        "ended in the middle of a reply",
        requests=2,
        deployment=TWICE,
    ),
    "25-bad-chunks": streaming(
        broken("connect", always(Reply((BAD_CHUNKS,), "close")), requests=2, deployment=TWICE)
    ),
    "26-busy": read(first(error(429, retry_after_ms=300), GOOD), requests=2),
    "27-an-hour": broken(
        "rate_limit", always(error(429, "later", retry_after=3600)), "later; server asks for 3600 s"
    ),
    "28-storm": read(storm, requests=400, fewer=True, suite=ADAPTIVE + SEVERAL),
    "29-quota": broken(
        "quota",
        lambda *_: Reply((0.2, *error(429, "no credit", "insufficient_quota").parts)),
        "no credit; the account's quota is used up",
        "of them not run",
        requests=4,
        fewer=True,
        suite=ONE_KEY + SEVERAL,
        statuses={"c39[one]": "not_run", "c39[two]": "not_run", "c39[other]": "passed"},
    ),
    "30-down": broken(
        "server",
        always(error(500, "oops")),
        "deployment 'd' is stopped, for",
        "none succeeded within 20 s",
        "of them not run",
        requests=4 + 8,
        fewer=True,
        suite=MANY + SEVERAL,
        statuses={"c39[d]": "not_run"},
    ),
    "31-busy-twice": read(first(error(503), error(503), GOOD), requests=3),
    "32-bad-parameter": broken(
        "bad_request", always(error(400, "temperature is too high")), "temperature is too high"
    ),
    "33-filtered": read(
        always(error(400, "filtered", "content_filter")), code=1, expect="{not: {contains: H}}"
    ),
    "33-filtered-as-expected": read(
        always(error(400, "filtered", "content_filter")), expect="{finish_reason: content_filter}"
    ),
    "34-unknown-key": broken(
        "auth",
        lambda *_: Reply((0.2, *error(401, "who are you").parts)),
        "who are you; check the variable FIRST_KEY",
        "of them not run",
        requests=4,
        suite=MANY + SEVERAL,
        statuses={"c39[d]": "not_run"},
    ),
    "35-key-rotated": broken(
        "auth",
        first(GOOD, GOOD, error(401, "expired")),
        "expired; check the variable FIRST_KEY",
        requests=4,
        suite=MANY.replace("concurrency: 4", "concurrency: 1")
        + "".join(SEVERAL.splitlines(keepends=True)[:4]),
        statuses={"c1[d]": "passed", "c2[d]": "error", "c3[d]": "error"},
    ),
    "36-no-such-model": broken(
        "not_found",
        named,
        "no model m; check base_url and model; its models are 'gpt-a', 'gpt-b'",
        requests=4 + 1,
        suite=MANY + SEVERAL,
        statuses={"c39[d]": "not_run"},
    ),
    "37-redirect": broken(
        "config",
        always(http(b"", 302, Location="http://else.example/v1?key=1")),
        "server redirects to http://else.example/v1; is there a login or a proxy in between? "
        "else set base_url to it, without the API's own path",
    ),
    "38-truncated": read(
        always(completion('{"a": ', "length")),
        code=1,
        expect="{json: true}",
        told=("cut by max_tokens",),
    ),
    "39-broken-arguments": read(
        always(completion(None, "tool_calls", tool_calls=[CALL])),
        expect="{finish_reason: tool_calls}",
        more=TOOLS,
    ),
    "39-broken-arguments-asserted": read(
        always(completion(None, "tool_calls", tool_calls=[CALL])),
        code=1,
        expect="{tool_arguments_valid: {}}",
        more=TOOLS,
    ),
    "40-calls-without-index": streaming(
        read(
            always(calls({"function": {"name": "look", "arguments": '{"at": "Oslo"}'}})),
            "tool_call_repaired",
            expect="{tool_call: {name: look, arguments: {at: Oslo}}}",
            more=TOOLS,
        )
    ),
    "41-another-model": read(always(completion(model="other")), "model_differs"),
}

DEPLOYMENT = '  NAME: {base_url: "http://127.0.0.1:PORT/NAME/v1", model: mMORE}\n'
CONVERSATION = """  - {id: NAME, deployments: [NAME], TOOLS
     turns: [{user: hello, expect: [EXPECT]}]}
"""
KEYS = {"FIRST_KEY": "sk-first-canary", "OTHER_KEY": "sk-other-canary"}


def suite(names: Sequence[str]) -> str:
    """Write a suite of ways that have none of their own."""
    text = ["deployments:\n", "conversations:\n"]
    for name in names:
        way = WAYS[name]
        settings = f", {way.deployment}" if way.deployment else ""
        text[0] += DEPLOYMENT.replace("NAME", name).replace("MORE", settings)
        written = CONVERSATION.replace("NAME", name).replace("TOOLS", way.more)
        text[1] += written.replace("EXPECT", way.expect)
    return "".join(text)


def job(name: str) -> str:
    """Name the process in which a way runs."""
    return name if WAYS[name].suite else f"exit-{WAYS[name].code}"


class Matrix:
    """Runs the ways, some at the same time, and gives what came of each."""

    def __init__(self, root: Path, serving: Any, at: Any, ways: Sequence[str]) -> None:
        self._root, self._serving, self._at = root, serving, at
        self._stack = ExitStack()
        self._ways = ways

    def __enter__(self) -> Self:
        served = {name: WAYS[name].serve for name in self._ways}
        served |= {"good": always(GOOD), "02-late": self._ring}
        self.server = self._stack.enter_context(self._serving(served))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
        ports = {"PORT": self.server.port, "SECURE": self.server.listen(tls)}
        self.numbers = {**ports, "CLOSED": closed(), "LATER": closed()}
        pool = self._stack.enter_context(ThreadPoolExecutor(AT_ONCE))
        jobs = sorted({job(name) for name in self._ways}, key=lambda one: one not in SLOW)
        self._ran = {one: pool.submit(self._run, one) for one in jobs}
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _ring(self, *_: object) -> Reply:
        """Open the late port two seconds from now."""
        self.server.listen_later(self.numbers["LATER"], 2.0)
        return GOOD

    def filled(self, text: str) -> str:
        for name, number in self.numbers.items():
            text = text.replace(name, str(number))
        return text

    def _run(self, one: str) -> tuple[Any, Run]:
        names = [name for name in self._ways if job(name) == one]
        own = WAYS[names[0]].suite
        text = (
            suite(names) if own is None else own.replace("URL", f"http://127.0.0.1:PORT/{one}/v1")
        )
        project = self._at(self._root / one)
        project.write("pytest.ini", "[pytest]\n")
        project.write("suite.yaml", self.filled(text))
        ran = project.evalkit("run", "suite.yaml")
        return ran, reader.read(project.records[0].parent)

    def came(self, name: str) -> tuple[Any, dict[str, Outcome]]:
        """Give what the process of a way ended in, and its own outcomes."""
        ran, run = self._ran[job(name)].result()
        found = {one.item.partition("::")[2]: one for one in run.outcomes}
        if WAYS[name].suite is None:
            found = {id_: one for id_, one in found.items() if id_ == f"{name}[{name}]"}
        return ran, found


SLOW = ("30-down", "02-late", "28-storm", "exit-6")


def closed() -> int:
    """Give a port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


@pytest.fixture(scope="module")
def matrix(
    tmp_path_factory: pytest.TempPathFactory,
    environ: dict[str, str],
    at: Any,
    raw_server: Any,
    request: pytest.FixtureRequest,
) -> Iterator[Matrix]:
    """Run those of the ways that are asked for."""
    asked = {item.name.partition("[")[2].rstrip("]") for item in request.session.items}
    names = [name for name in WAYS if name in asked]
    root, variables = tmp_path_factory.mktemp("matrix"), {**environ, **KEYS}
    with Matrix(root, raw_server, lambda folder: at(folder, variables), names) as made:
        yield made


def told(outcome: Outcome) -> str:
    """Give what is told of an outcome: reasons, and what had arrived before a fault."""
    faults = [one.fault for one in outcome.transcript.exchanges if one.fault]
    partial = [fault.partial.text for fault in faults if fault.partial]
    return "\n".join([outcome.reason, *(one.reason for one in outcome.verdicts), *partial])


@pytest.mark.parametrize("name", WAYS)
def test_a_misbehaving_deployment_is_told_counted_and_answered_for(
    matrix: Matrix, name: str
) -> None:
    way, sent = WAYS[name], matrix.server.asked
    ran, outcomes = matrix.came(name)

    statuses = {id_: one.status for id_, one in outcomes.items()}
    exchanges = [one for outcome in outcomes.values() for one in outcome.transcript.exchanges]
    kinds = {one.fault.kind if one.fault else None for one in exchanges}
    warnings = {each.name for one in exchanges if one.reply for each in one.reply.warnings}
    text = ran.out if way.suite else "\n".join(map(told, outcomes.values()))
    assert ran.code == way.code, ran.out + ran.err
    assert way.kind in kinds
    assert warnings == way.warnings
    wanted = [matrix.filled(words) for words in way.told]
    assert [words for words in wanted if words not in text or words not in ran.out] == [], text
    assert {id_: statuses[id_] for id_ in way.statuses} == way.statuses
    count = len(sent.get(name, []))
    assert count <= way.requests if way.fewer else count == way.requests
    assert "canary" not in ran.out + ran.err


def test_every_one_of_the_first_forty_one_faults_is_here() -> None:
    assert {int(name[:2]) for name in WAYS} == set(range(1, 42))
