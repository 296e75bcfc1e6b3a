"""Proxies: which one is taken for a URL, and what becomes of requests on the way."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import pytest
import trustme

from evalkit.model.api import WireRequest
from evalkit.model.chat import CallError, Fault
from evalkit.model.proxy import Proxy
from evalkit.secrets import Redactor
from evalkit.wire.http import Network
from evalkit.wire.proxy import choose, secrets

HERE = "127.0.0.1"
MAPPED = "[::ffff:127.0.0.1]"
COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
TARGET = "api.example:443"
ELSEWHERE = "http://api.example/v1"
ONE = {"https_proxy": "http://p:1"}


def chosen(
    url: str, environ: Mapping[str, str], own: Proxy | Literal["none"] | None = None
) -> str | None:
    proxy = choose(urlsplit(url), own, environ)
    return None if proxy is None else proxy.place


@pytest.mark.parametrize(
    ("environ", "place"),
    [
        pytest.param({}, None, id="nothing is set"),
        pytest.param({"HTTPS_PROXY": "http://p:1"}, "p:1", id="capitals"),
        pytest.param({"https_proxy": "http://p:1"}, "p:1", id="small letters"),
        pytest.param({"https_proxy": "a:1", "HTTPS_PROXY": "b:2"}, "a:1", id="small ones win"),
        pytest.param({"https_proxy": "", "HTTPS_PROXY": "b:2"}, None, id="empty small ones win"),
        pytest.param({"HTTP_PROXY": "http://p:1"}, None, id="of another scheme"),
        pytest.param({"ALL_PROXY": "http://p:1"}, "p:1", id="for all"),
        pytest.param({"all_proxy": "a:1", "HTTPS_PROXY": "b:2"}, "b:2", id="all comes last"),
        pytest.param({"https_proxy": " http://p:1/ "}, "p:1", id="spaces and a slash"),
        pytest.param({"https_proxy": "http://p"}, "p:80", id="without a port"),
        pytest.param({"https_proxy": "http://[::1]:3128"}, "[::1]:3128", id="an IPv6 address"),
        pytest.param({"https_proxy": "HTTP://P:1"}, "p:1", id="a scheme in capitals"),
    ],
)
def test_the_variable_of_the_scheme_names_the_proxy(
    environ: Mapping[str, str], place: str | None
) -> None:
    assert chosen("https://api.example.com/v1", environ) == place


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "a.localhost", "localhost.", HERE, "127.9.9.9", "[::1]", MAPPED],
)
def test_nothing_stands_between_here_and_this_machine(host: str) -> None:
    assert chosen(f"https://{host}:8000/v1", ONE) is None


@pytest.mark.parametrize(
    ("written", "host", "direct"),
    [
        ("*", "api.example.com", True),
        ("example.com", "example.com", True),
        ("example.com", "api.example.com", True),
        ("example.com", "myexample.com", False),
        ("example.com", "example.com.evil.org", False),
        (".example.com", "api.example.com", True),
        (".example.com", "example.com", True),
        ("*.example.com", "api.example.com", True),
        ("EXAMPLE.com", "Api.Example.COM", True),
        ("other.org, example.com", "api.example.com", True),
        ("other.org example.com", "api.example.com", True),
        ("example.com", "api.example.com.", True),
        ("example.com.", "api.example.com", True),
        ("example.com:443", "example.com", True),
        ("example.com:8443", "example.com", False),
        ("example.com:8443", "example.com:8443", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.5", "10.0.0.5", True),
        ("10.0.0.5:443", "10.0.0.5", True),
        ("10.0.0.5:444", "10.0.0.5", False),
        ("10.0.0.0/8", "ten.example.com", False),
        ("fd00::/8", "[fd00::1]", True),
        ("fd00::1", "[fd00::1]", True),
        ("[fd00::1]:8443", "[fd00::1]:8443", True),
        ("[fd00::1]:8443", "[fd00::1]", False),
        ("", "example.com", False),
        (",., ,:1,/", "example.com", False),
    ],
)
def test_no_proxy_names_what_is_reached_directly(written: str, host: str, *, direct: bool) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        assert (chosen(f"https://{host}/v1", {**ONE, name: written}) is None) is direct


def test_a_deployments_own_proxy_wins() -> None:
    everywhere = {**ONE, "NO_PROXY": "*"}

    assert chosen("https://api.example/v1", everywhere, Proxy.parse("http://own:1")) == "own:1"
    assert chosen("https://localhost/v1", ONE, Proxy.parse("http://own:1")) == "own:1"
    assert chosen("https://api.example/v1", ONE, "none") is None


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("socks5://me:sesame99@p:1080", "is a socks5:// one; only http:// proxies can be used"),
        ("https://p:443", "is a https:// one"),
        ("http://:sesame99@", "is no proxy that can be used"),
        ("http://p:sesame99", "is no proxy"),
        ("http://p:1/sesame99", "is no proxy"),
        ("http://p q:1", "is no proxy"),
        ("http://[p", "is no proxy"),
    ],
)
def test_a_variable_that_names_no_http_proxy_is_a_fault_that_does_not_quote_it(
    written: str, words: str
) -> None:
    with pytest.raises(CallError) as caught:
        chosen("https://api.example/v1", {"ALL_PROXY": written})

    fault = caught.value.fault
    assert fault.kind == "config"
    assert f"the proxy of the variable ALL_PROXY {words}" in fault.message
    assert "proxy: none" in fault.message
    assert "sesame99" not in fault.message


def test_the_credentials_of_an_environments_proxies_are_secrets() -> None:
    environ = {"HTTPS_PROXY": "http://me:open%20sesame@p:1", "http_proxy": "socks5://a:b@p"}
    redactor = Redactor(secrets(environ))

    masked = redactor.text("me:open sesame|open sesame|open%20sesame|bWU6b3BlbiBzZXNhbWU=")

    assert masked.startswith("|".join(["***HTTPS_PROXY***"] * 4))
    assert "sesame" not in repr(Proxy.parse(environ["HTTPS_PROXY"], "HTTPS_PROXY"))


class RawProxy:
    """Opens tunnels to one server, whatever it is asked for, and answers plain requests itself.

    With an answer it opens none, and says that instead.
    """

    def __init__(self, upstream: int = 0, answer: bytes = b"") -> None:
        self._upstream = upstream
        self._answer = answer
        self._tasks: set[asyncio.Task[None]] = set()
        self.heads: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HERE, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
            if self._answer:
                writer.write(self._answer)
                return
            there, back = await asyncio.open_connection(HERE, self._upstream)
            with closing(back):
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture(scope="module")
def company() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(company: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    company.issue_cert("api.example").configure_cert(context)
    return context


def pem(authority: trustme.CA) -> str:
    return authority.cert_pem.bytes().decode()


def test_https_goes_through_a_tunnel_that_never_sees_the_key(
    wire: Any, company: trustme.CA, tls: ssl.SSLContext
) -> None:
    async def run() -> tuple[str, list[str], list[str]]:
        handler = wire.sending(wire.response(200, COMPLETION))
        async with wire.server(handler, tls) as server, RawProxy(server.port) as proxy:
            environ = {"HTTPS_PROXY": proxy.url.replace("//", "//me:open%20sesame@")}
            answer = await wire.reach("https://api.example/v1", environ, ca_file=pem(company))
            return answer, proxy.heads, server.heads

    answer, asked, received = asyncio.run(run())

    assert "Hi" in answer
    assert asked[0].startswith("CONNECT api.example:443 HTTP/1.1\r\n")
    assert "proxy-authorization: Basic bWU6b3BlbiBzZXNhbWU=" in asked[0]
    assert "KEY" not in asked[0]
    assert "Bearer KEY" in received[0]
    assert "proxy-authorization" not in received[0].lower()


async def thrice(network: Network, request: WireRequest) -> None:
    for _ in range(3):
        async with network.send(request) as response:
            assert response.status == 200


def test_a_tunnel_serves_again(wire: Any, company: trustme.CA, tls: ssl.SSLContext) -> None:
    async def run() -> int:
        handler = wire.sending(wire.response(200, COMPLETION))
        async with wire.server(handler, tls) as server, RawProxy(server.port) as proxy:
            own = Proxy.parse(proxy.url.replace("//", "//me:open%20sesame@"))
            base_url = "https://api.example/v1"
            called = wire.deployment(base_url, proxy=own, ca_file=pem(company))
            async with Network(called, {}) as network:
                await thrice(network, WireRequest("POST", base_url, {}, b"{}"))
            return len(proxy.heads)

    assert asyncio.run(run()) == 1


def test_plain_http_is_asked_of_the_proxy_by_its_whole_url(wire: Any) -> None:
    async def run() -> tuple[str, list[str]]:
        async with RawProxy(answer=wire.response(200, COMPLETION)) as proxy:
            environ = {"http_proxy": proxy.url.replace("//", "//me:open%20sesame@")}
            return await wire.reach(ELSEWHERE, environ), proxy.heads

    answer, asked = asyncio.run(run())

    assert "Hi" in answer
    assert asked[0].startswith("POST http://api.example/v1/chat/completions HTTP/1.1\r\n")
    assert "bWU6b3BlbiBzZXNhbWU=" in asked[0]


def test_no_name_is_looked_up_behind_a_proxy(wire: Any) -> None:
    async def run() -> str:
        async with RawProxy(answer=wire.response(200, COMPLETION)) as proxy:
            found: str = await wire.reach("http://nx.invalid/v1", {"ALL_PROXY": proxy.url})
            return found

    assert "Hi" in asyncio.run(run())


def test_a_certificate_behind_a_proxy_is_held_to_the_name_of_the_deployment(
    wire: Any, company: trustme.CA, tls: ssl.SSLContext
) -> None:
    async def run() -> tuple[Any, Any, int]:
        async with wire.server(wire.sending(b""), tls) as server, RawProxy(server.port) as proxy:
            own = {"proxy": Proxy.parse(proxy.url), "ca_file": pem(company)}
            other = await wire.reach("https://other.example/v1", **own)
            unknown = await wire.reach("https://api.example/v1", proxy=own["proxy"])
            return other, unknown, len(server.requests)

    other, unknown, requests = asyncio.run(run())

    assert (other.kind, unknown.kind, requests) == ("config", "config", 0)
    assert "of other.example:443 (through the proxy 127.0.0.1:" in other.message
    assert "ca_file: PATH" in unknown.message


DEMANDS = ("config", "demands credentials: 407 No")
WRONG = ("config", "refuses the credentials that it is named with: 407 No")
REFUSALS = [
    pytest.param("https", 407, "", DEMANDS, id="407"),
    pytest.param("http", 407, "", DEMANDS, id="407 to a plain request"),
    pytest.param("https", 407, "me:sesame99@", WRONG, id="407 in spite of credentials"),
    pytest.param("https", 502, "", ("connect", f"does not connect to {TARGET}: 502 No"), id="502"),
    pytest.param("https", 403, "", ("connect", f"does not connect to {TARGET}: 403 No"), id="403"),
]


@pytest.mark.parametrize(("scheme", "status", "user", "told"), REFUSALS)
def test_a_proxy_that_refuses_is_named_and_not_the_deployment_blamed(
    wire: Any, scheme: str, status: int, user: str, told: tuple[str, str]
) -> None:
    answer = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status

    async def run() -> tuple[Fault, int]:
        async with RawProxy(answer=answer) as proxy:
            environ = {"ALL_PROXY": proxy.url.replace("//", f"//{user}")}
            return await wire.reach(f"{scheme}://api.example/v1", environ), proxy.port

    found, port = asyncio.run(run())

    assert found.kind == told[0]
    assert found.message.startswith(f"the proxy 127.0.0.1:{port} (variable ALL_PROXY) {told[1]}")
    assert "sesame99" not in found.message


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_named(wire: Any, scheme: str) -> None:
    found = asyncio.run(wire.reach(f"{scheme}://api.example/v1", {"ALL_PROXY": f"{HERE}:1"}))

    assert found.kind == "connect"
    assert found.message == (
        "could not connect to the proxy 127.0.0.1:1 (variable ALL_PROXY): "
        "connection refused; is it running?"
    )


def test_a_proxy_whose_name_is_unknown_is_a_mistake_of_the_configuration(wire: Any) -> None:
    found = asyncio.run(wire.reach(ELSEWHERE, proxy=Proxy.parse("http://nx.invalid:3128")))

    assert found.kind == "config"
    assert found.message == (
        "could not connect to the proxy nx.invalid:3128: there is no host 'nx.invalid'"
    )


def test_an_environment_of_another_run_is_not_looked_into(
    wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{HERE}:1")
    monkeypatch.setenv("ALL_PROXY", f"http://{HERE}:1")

    found = asyncio.run(wire.reach("http://nx.invalid/v1"))

    assert found.message.startswith("there is no host 'nx.invalid'")
