"""Why no response came, in words: refused, unknown, not trusted, no TLS, no HTTP."""

import re
import socket
import ssl
from dataclasses import dataclass

from evalkit.dialect.words import tame
from evalkit.model.chat import FaultKind
from evalkit.model.proxy import Proxy

UNKNOWN_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"})
TLS_RECORDS = ("\\x15\\x03", "\\x16\\x03", "\x15\x03", "\x16\x03")
"""How a TLS server's answer begins, raw or as a repr, in the message about a bad status line."""

DEMANDS = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE")
"""What a server says in the handshake that got no certificate: TLS 1.3, and those before."""

REFUSALS = ("BAD_CERTIFICATE", "CERTIFICATE_", "UNKNOWN_CA", "ACCESS_DENIED", "DECRYPT_ERROR")
"""What it says of a certificate that it got."""

VERSIONS = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL")
EXPIRED = 10
WRONG_HOST = frozenset({62, 64})
"""The codes that X509_verify_cert(3) gives."""

LONG_HEADER = re.compile(r"Got more than (\d+) bytes")
MANY_HEADERS = "Too many headers"
"""What aiohttp says of a response's head that is above its bounds."""

DEMANDS_CREDENTIALS = 407
LONGEST_REASON = 120

Diagnosis = tuple[FaultKind, str]


@dataclass(frozen=True, slots=True)
class Way:
    """How a deployment is reached: its host and port, and the proxy between, where there is one."""

    place: str
    proxy: Proxy | None = None
    secure: bool = True

    def __str__(self) -> str:
        return f"{self.place} (through the proxy {self.proxy.place})" if self.proxy else self.place


def untrusted(reason: Exception, way: Way) -> Diagnosis:
    what = tame(getattr(reason, "verify_message", "") or "it is not valid", LONGEST_REASON)
    match getattr(reason, "verify_code", None):
        case code if code == EXPIRED:
            hint = "it has to be renewed there, no ca_file changes that"
        case code if code in WRONG_HOST:
            hint = "base_url must name a host that it was made for, no ca_file changes that"
        case _:
            hint = "if it can be trusted, name the authority that signed it: ca_file: PATH"
    return "config", f"the certificate of {way} is refused: {what.rstrip('.')}; {hint}"


def unconnected(reason: OSError, way: Way) -> Diagnosis:
    host = way.place.rpartition(":")[0]
    match reason:
        case socket.gaierror(errno=number) if number in UNKNOWN_HOST:
            return "config", f"there is no host {host!r}; check base_url"
        case socket.gaierror():
            return "connect", f"the name {host!r} could not be resolved: {reason.strerror}"
        case ssl.SSLError():
            return unshaken(reason, way)
        case ConnectionRefusedError():
            refused = f"could not connect to {way}: connection refused"
            return "connect", f"{refused}; is the server running?"
        case ConnectionResetError() if way.secure:
            return "connect", f"the TLS handshake with {way} failed: {_words(reason)}"
    return "connect", f"could not connect to {way}: {_words(reason)}"


def unshaken(reason: ssl.SSLError, way: Way) -> Diagnosis:
    """Tell why a TLS handshake failed; what the server says in it is said every time."""
    why = reason.reason or ""
    if why in NO_TLS:
        return "config", f"{way} does not speak TLS; should base_url begin with http://?"
    if why.endswith(DEMANDS):
        asked = "does it ask for a client certificate?; name one: client_cert: {cert: PATH}"
        return "config", f"{way} refuses the TLS handshake: {_words(reason)}; {asked}"
    if "ALERT" in why and any(word in why for word in REFUSALS):
        return "config", f"{way} refuses the client certificate: {_words(reason)}; see client_cert"
    if why.endswith(VERSIONS):
        return "config", f"{way} speaks no version of TLS that is safe: {_words(reason)}"
    return "connect", f"the TLS handshake with {way} failed: {_words(reason)}"


def refused(status: int, words: str, way: Way) -> Diagnosis:
    """Tell why a proxy opens no connection."""
    proxy, reason = _proxy(way), tame(words, LONGEST_REASON)
    answer = f"{status} {reason}".rstrip()
    if status != DEMANDS_CREDENTIALS:
        return "connect", f"{proxy} does not connect to {way.place}: {answer}"
    if way.proxy and way.proxy.credentials:
        return "config", f"{proxy} refuses the credentials that it is named with: {answer}"
    hint = "name it with them, in a variable: http://user:password@host:port"
    return "config", f"{proxy} demands credentials: {answer}; {hint}"


def no_proxy(reason: OSError, way: Way) -> Diagnosis:
    """Tell why there is no connection to a proxy."""
    proxy, host = _proxy(way), way.proxy.host if way.proxy else ""
    match reason:
        case socket.gaierror(errno=number) if number in UNKNOWN_HOST:
            return "config", f"could not connect to {proxy}: there is no host {host!r}"
        case ConnectionRefusedError():
            return "connect", f"could not connect to {proxy}: connection refused; is it running?"
    return "connect", f"could not connect to {proxy}: {_words(reason)}"


def no_http(words: str, way: Way) -> Diagnosis:
    if any(record in words for record in TLS_RECORDS):
        return "config", f"{way} looks like TLS; should base_url begin with https://?"
    if long := LONG_HEADER.match(words):
        return "too_large", f"{way} sent a header of more than {int(long[1]):,} bytes"
    if words.startswith(MANY_HEADERS):
        return "too_large", f"{way} sent too many headers"
    return "connect", f"{way} does not answer in HTTP: {tame(words, LONGEST_REASON)}"


def broken(error: BaseException, way: Way) -> Diagnosis:
    """Tell why a connection ended; a server's word on TLS may come as late as this."""
    told = next((one for one in (error, error.__cause__) if isinstance(one, ssl.SSLError)), None)
    if told is not None:
        return unshaken(told, way)
    return "connect", f"the connection to {way} broke: {_words(error)}"


def silent(way: Way) -> Diagnosis:
    """Tell of a server that left without a word, as one does that expects TLS."""
    hint = "" if way.secure else "; should base_url begin with https://?"
    return "connect", f"{way} closed the connection without an answer{hint}"


def _proxy(way: Way) -> str:
    """Name the proxy, and the variable that it came from."""
    if way.proxy is None:
        return "a proxy"
    source = f" (variable {way.proxy.name})" if way.proxy.name else ""
    return f"the proxy {way.proxy.place}{source}"


def _words(error: BaseException) -> str:
    return tame(str(error), LONGEST_REASON) or type(error).__name__
