"""Why no response came, in words: refused, unknown, not trusted, no TLS, no HTTP."""

import socket
import ssl

from evalkit.dialect.words import tame
from evalkit.model.chat import FaultKind

UNKNOWN_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"})
TLS_RECORDS = ("\\x15\\x03", "\\x16\\x03", "\x15\x03", "\x16\x03")
"""How a TLS server's answer begins, raw or as a repr, in the message about a bad status line."""

LONGEST_REASON = 120

Diagnosis = tuple[FaultKind, str]


def untrusted(reason: Exception, place: str) -> Diagnosis:
    what = getattr(reason, "verify_message", "") or "it is not valid"
    asked = "is it signed by a certificate authority that is known here?"
    return "config", f"the certificate of {place} is refused: {what}; {asked}"


def unconnected(reason: OSError, place: str) -> Diagnosis:
    host = place.rpartition(":")[0]
    match reason:
        case socket.gaierror(errno=number) if number in UNKNOWN_HOST:
            return "config", f"there is no host {host!r}; check base_url"
        case socket.gaierror():
            return "connect", f"the name {host!r} could not be resolved: {reason.strerror}"
        case ssl.SSLError(reason=why) if why in NO_TLS:
            return "config", f"{place} does not speak TLS; should base_url begin with http://?"
        case ssl.SSLError():
            return "connect", f"the TLS handshake with {place} failed: {_words(reason)}"
        case ConnectionRefusedError():
            refused = f"could not connect to {place}: connection refused"
            return "connect", f"{refused}; is the server running?"
    return "connect", f"could not connect to {place}: {_words(reason)}"


def no_http(words: str, place: str) -> Diagnosis:
    if any(record in words for record in TLS_RECORDS):
        return "config", f"{place} looks like TLS; should base_url begin with https://?"
    return "connect", f"{place} does not answer in HTTP: {tame(words, LONGEST_REASON)}"


def broken(error: BaseException, place: str) -> Diagnosis:
    return "connect", f"the connection to {place} broke: {_words(error)}"


def _words(error: BaseException) -> str:
    return tame(str(error), LONGEST_REASON) or type(error).__name__
