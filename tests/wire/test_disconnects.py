"""Causes of a missing response, of those that a test cannot bring about on its own machine."""

import socket
import ssl
from typing import cast

import aiohttp
import httpx
import pytest
from aiohttp.client_reqrep import ConnectionKey

from evalkit.wire.disconnects import Way
from evalkit.wire.http import diagnose

KEY = cast("ConnectionKey", None)


def certificate() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "certificate has expired"
    return error


def handshake(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("cause", "kind", "words"),
    [
        pytest.param(
            aiohttp.ClientConnectorCertificateError(KEY, certificate()),
            "config",
            "certificate of host:443 is refused: certificate has expired; if it can be trusted",
            id="certificate",
        ),
        pytest.param(
            aiohttp.ClientConnectorSSLError(KEY, handshake("UNEXPECTED_EOF_WHILE_READING")),
            "connect",
            "handshake",
            id="handshake",
        ),
        pytest.param(
            aiohttp.ClientConnectorSSLError(KEY, handshake("WRONG_VERSION_NUMBER")),
            "config",
            "does not speak TLS",
            id="no TLS",
        ),
        pytest.param(
            aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(socket.EAI_NONAME, "unknown")),
            "config",
            "there is no host 'host'",
            id="unknown host",
        ),
        pytest.param(
            aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(socket.EAI_AGAIN, "try again")),
            "connect",
            "could not be resolved: try again",
            id="resolver is down",
        ),
        pytest.param(
            aiohttp.ClientConnectorError(KEY, OSError(113, "No route to host")),
            "connect",
            "No route to host",
            id="no route",
        ),
        pytest.param(aiohttp.ConnectionTimeoutError(), "connect", "in time", id="timeout"),
        pytest.param(aiohttp.InvalidURL("x"), "config", "base_url", id="URL"),
        pytest.param(aiohttp.ServerDisconnectedError(), "connect", "without an answer", id="gone"),
    ],
)
@pytest.mark.parametrize("mapped", [True, False], ids=["mapped by httpx", "as it is"])
def test_the_cause_decides_and_not_how_httpx_calls_it(
    cause: aiohttp.ClientError, kind: str, words: str, *, mapped: bool
) -> None:
    error: Exception = cause
    if mapped:
        error = httpx.ConnectTimeout("")
        error.__cause__ = cause

    fault = diagnose(error, Way("host:443")).fault

    assert fault.kind == kind
    assert words in fault.message


def test_an_error_without_a_cause_is_told_by_its_own_words() -> None:
    assert "broke: ReadError" in diagnose(httpx.ReadError(""), Way("host:443")).fault.message
