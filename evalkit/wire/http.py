"""The network: httpx over aiohttp, without their limits on connections, cookies or redirects."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import cache, lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from evalkit.model.api import WireRequest, WireResponse
from evalkit.model.chat import CallError, Fault
from evalkit.wire.address import place
from evalkit.wire.disconnects import broken, no_http, unconnected, untrusted
from evalkit.wire.inflate import inflated, is_plain

if TYPE_CHECKING:
    import aiohttp
    import httpx
    from httpx_aiohttp import AiohttpTransport

LONGEST_DRAIN = 0.1
"""Seconds that a read reply is given to end, so that its connection can serve again."""

LARGEST_DRAIN = 65_536


@cache
def trusted() -> ssl.SSLContext:
    """Build the one context of the process that knows the public certificate authorities."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


class Network:
    """Carries the requests of one deployment; entered and left on one event loop.

    `secure` says whether its URL is https: only then certificate authorities are loaded.
    `connect` is the seconds that a connection may take, name and handshake included.
    """

    def __init__(self, *, secure: bool, connect: float) -> None:
        self._secure = secure
        self._timeout = {"connect": connect, "pool": connect}
        self._stack = AsyncExitStack()
        self._transport: AiohttpTransport | None = None

    async def __aenter__(self) -> Self:
        from httpx_aiohttp import AiohttpTransport

        context = trusted() if self._secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        session = await self._stack.enter_async_context(_session(context))
        self._transport = AiohttpTransport(verify=context, trust_env=False, client=session)
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
        host = place(urlsplit(request.url))
        response = await self._open(request, host)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(response.aclose)
            headers = {name.lower(): value for name, value in response.headers.items()}
            chunks = _pieces(response, host)
            stack.push_async_callback(chunks.aclose)
            encoding = headers.get("content-encoding", "")
            if not is_plain(encoding):
                chunks = inflated(chunks, encoding)
                stack.push_async_callback(chunks.aclose)
            yield WireResponse(response.status_code, headers, chunks)
            await _drain(chunks)

    async def _open(self, request: WireRequest, host: str) -> "httpx.Response":
        import aiohttp
        import httpx

        if self._transport is None:
            raise RuntimeError("the network is not entered")
        sent = httpx.Request(
            request.method,
            _parsed(request.url),
            headers=dict(request.headers),
            content=request.body,
            extensions={"timeout": self._timeout},
        )
        try:
            return await self._transport.handle_async_request(sent)
        except (httpx.HTTPError, aiohttp.ClientError, OSError, UnicodeError) as error:
            raise diagnose(error, host) from error


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


async def _pieces(response: "httpx.Response", host: str) -> AsyncGenerator[bytes, None]:
    """Give the body as it arrives, undecoded."""
    import aiohttp
    import httpx

    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the transport gave no asynchronous stream")
    try:
        async for piece in response.stream:
            yield piece
    except (httpx.HTTPError, aiohttp.ClientError, OSError) as error:
        raise diagnose(error, host) from error


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


def diagnose(error: Exception, place: str) -> CallError:
    """Say why no whole response came from `place`, its host and port.

    httpx-aiohttp reports refused connections and unknown hosts alike as timeouts, and lets some of
    aiohttp's own exceptions pass, so the cause decides.
    """
    import aiohttp

    cause = error if isinstance(error, aiohttp.ClientError) else error.__cause__ or error
    match cause:
        case aiohttp.ClientConnectorCertificateError(certificate_error=reason):
            kind, message = untrusted(reason, place)
        case aiohttp.ClientConnectorError(os_error=reason):
            kind, message = unconnected(reason, place)
        case aiohttp.ServerTimeoutError():
            kind, message = "connect", f"could not connect to {place} in time"
        case aiohttp.InvalidURL() | UnicodeError():
            kind, message = "config", f"{place} is no address that can be called; check base_url"
        case aiohttp.ClientResponseError(message=words):
            kind, message = no_http(words, place)
        case aiohttp.ClientPayloadError():
            kind, message = "connect", f"the connection to {place} ended in the middle of a reply"
        case _:
            kind, message = broken(cause, place)
    return CallError(Fault(kind=kind, message=message))
