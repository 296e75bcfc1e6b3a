"""The network: httpx over aiohttp, without their limits on connections, cookies or redirects."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from functools import cache, lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from evalkit.model.api import WireRequest, WireResponse
from evalkit.model.chat import CallError, Fault, FaultKind
from evalkit.model.deployment import Deployment
from evalkit.model.proxy import Proxy, authorization
from evalkit.wire import tls
from evalkit.wire.address import endpoint, place
from evalkit.wire.disconnects import (
    Diagnosis,
    Way,
    broken,
    no_http,
    no_proxy,
    refused,
    silent,
    unconnected,
    untrusted,
)
from evalkit.wire.inflate import decoded
from evalkit.wire.proxy import choose

if TYPE_CHECKING:
    import aiohttp
    import httpx
    from httpx_aiohttp import AiohttpTransport

LONGEST_DRAIN = 0.1
"""Seconds that a read reply is given to end, so that its connection can serve again."""

LARGEST_DRAIN = 65_536
PROXY_DEMANDS = 407


def authorities() -> ssl.SSLContext:
    """Build a context that knows the public certificate authorities, and the system's."""
    import httpx

    return tls.with_system(httpx.create_ssl_context(trust_env=False))


trusted = cache(authorities)
"""Gives the one context of the process for deployments that name no certificates of their own."""


MOST_WAYS = 256
"""Ways that are kept, each for a URL."""


class Network:
    """Carries the requests of one deployment; entered and left on one event loop.

    `environ` may name proxies. What the deployment names and cannot be used is a fault of each
    request.
    """

    def __init__(self, deployment: Deployment, environ: Mapping[str, str]) -> None:
        connect = deployment.timeout.connect
        self._deployment = deployment
        self._environ = environ
        self._timeout = {"connect": connect, "pool": connect}
        self._stack = AsyncExitStack()
        self._transport: AiohttpTransport | None = None
        self._proxy: Proxy | None = None
        self._unusable: Fault | None = None
        self._ways: dict[str, Way] = {}

    async def __aenter__(self) -> Self:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            url = endpoint(self._deployment.base_url, "/")
            self._proxy = choose(url, self._deployment.proxy, self._environ)
            if url.scheme == "https":
                context = _context(self._deployment)
        except CallError as error:
            self._unusable = error.fault
        session = await self._stack.enter_async_context(_session(context))
        self._transport = _transport(context, session, self._proxy)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @asynccontextmanager
    async def send(self, request: WireRequest) -> AsyncIterator[WireResponse]:
        """Send a request as it is; raises CallError, also while the body is read."""
        way = self._way(request.url)
        response = await self._open(request, way)
        body = _Body(response, way)
        async with aclosing(response), aclosing(body.pieces()) as pieces:
            if self._proxy and not way.secure and response.status_code == PROXY_DEMANDS:
                raise _fault(*refused(PROXY_DEMANDS, response.reason_phrase, way))
            headers = {name.lower(): value for name, value in response.headers.items()}
            async with aclosing(decoded(pieces, headers.get("content-encoding", ""))) as chunks:
                yield WireResponse(response.status_code, headers, chunks)
                if not body.ended:
                    await _drain(chunks)

    def _way(self, written: str) -> Way:
        if written not in self._ways:
            if len(self._ways) >= MOST_WAYS:
                self._ways.clear()
            url = urlsplit(written)
            self._ways[written] = Way(place(url), self._proxy, secure=url.scheme == "https")
        return self._ways[written]

    async def _open(self, request: WireRequest, way: Way) -> "httpx.Response":
        import aiohttp
        import httpx

        if self._transport is None:
            raise RuntimeError("the network is not entered")
        if self._unusable is not None:
            raise CallError(self._unusable)
        plain = None if way.secure else self._proxy
        sent = httpx.Request(
            request.method,
            _parsed(request.url),
            headers={**request.headers, **_authorized(plain)},
            content=request.body,
            extensions={"timeout": self._timeout},
        )
        try:
            return await self._transport.handle_async_request(sent)
        except (httpx.HTTPError, aiohttp.ClientError, OSError, UnicodeError) as error:
            raise diagnose(error, way) from error


def _context(deployment: Deployment) -> ssl.SSLContext:
    """Give the context of a deployment: its own where it names certificates."""
    if deployment.ca_file is None and deployment.client_cert is None:
        return trusted()
    context = authorities()
    tls.equip(context, deployment)
    return context


def _transport(
    context: ssl.SSLContext, session: "aiohttp.ClientSession", proxy: Proxy | None
) -> "AiohttpTransport":
    import httpx
    from httpx_aiohttp import AiohttpTransport

    named = httpx.Proxy(f"http://{proxy.place}", headers=_authorized(proxy)) if proxy else None
    return AiohttpTransport(verify=context, trust_env=False, client=session, proxy=named)


def _authorized(proxy: Proxy | None) -> dict[str, str]:
    """Give the header for a proxy that asks for credentials."""
    if proxy is None or proxy.credentials is None:
        return {}
    return {"proxy-authorization": authorization(proxy.credentials)}


def _session(context: ssl.SSLContext) -> "aiohttp.ClientSession":
    """Open a session whose connector has no limit: waiting there would count as latency."""
    import aiohttp

    connector = aiohttp.TCPConnector(limit=0, ssl=context)
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    )


@lru_cache(maxsize=64)
def _parsed(url: str) -> "httpx.URL":
    import httpx

    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        message = f"base_url is no URL that can be called: {error}"
        raise CallError(Fault(kind="config", message=message)) from error


class _Body:
    """The body of a response; `ended` says that all of it has been read."""

    def __init__(self, response: "httpx.Response", way: Way) -> None:
        self.ended = False
        self._response = response
        self._way = way

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Give the body as it arrives, undecoded."""
        import aiohttp
        import httpx

        stream = self._response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise TypeError("the transport gave no asynchronous stream")
        try:
            async for piece in stream:
                yield piece
        except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:
            raise diagnose(error, self._way) from error
        self.ended = True


async def _drain(chunks: AsyncGenerator[bytes, None]) -> None:
    """Read what little is left of a reply; a connection that is not at its end is closed."""
    with suppress(CallError, TimeoutError):
        async with asyncio.timeout(LONGEST_DRAIN):
            await _discard(chunks)


async def _discard(chunks: AsyncGenerator[bytes, None]) -> None:
    size = 0
    async for piece in chunks:
        size += len(piece)
        if size > LARGEST_DRAIN:
            return


def diagnose(error: Exception, way: Way) -> CallError:
    """Say why no whole response came by `way`.

    httpx-aiohttp reports refused connections and unknown hosts alike as timeouts, and lets some of
    aiohttp's own exceptions pass, so the cause decides.
    """
    import aiohttp

    cause = error if isinstance(error, aiohttp.ClientError) else error.__cause__ or error
    unreached = _unreached(cause, way)
    if unreached is not None:
        return _fault(*unreached)
    match cause:
        case aiohttp.ClientConnectorCertificateError(certificate_error=reason):
            kind, message = untrusted(reason, way)
        case aiohttp.ClientConnectorError(os_error=reason):
            kind, message = unconnected(reason, way)
        case aiohttp.ServerTimeoutError():
            kind, message = "connect", f"could not connect to {way} in time"
        case aiohttp.InvalidURL() | UnicodeError():
            kind, message = "config", f"{way} is no address that can be called; check base_url"
        case aiohttp.ClientResponseError(message=words):
            kind, message = no_http(words, way)
        case aiohttp.ClientPayloadError():
            kind, message = "connect", f"the connection to {way} ended in the middle of a reply"
        case _:
            kind, message = broken(cause, way)
    return _fault(kind, message)


def _unreached(cause: BaseException, way: Way) -> Diagnosis | None:
    """Say why nobody answered: the proxy led nowhere, or the server left; else None."""
    import aiohttp

    match cause:
        case aiohttp.ClientHttpProxyError(status=status, message=words):
            return refused(status, words, way)
        case aiohttp.ClientProxyConnectionError(os_error=reason):
            return no_proxy(reason, way)
        case aiohttp.ClientConnectorDNSError(os_error=reason) if way.proxy:
            return no_proxy(reason, way)
        case aiohttp.ServerDisconnectedError():
            return silent(way)
    return None


def _fault(kind: FaultKind, message: str) -> CallError:
    return CallError(Fault(kind=kind, message=message))
