"""Who is let in: programs of this machine that know the server's name, and its token."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from evalkit.errors import UsageError
from evalkit.server.script import Failure

NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
OWN_SITES = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a server listens; port 0 is any free one.

    Raises UsageError for a `host` that other machines can reach, unless `unsafe_bind` is given, and
    a `token` with it.
    """

    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = None
    unsafe_bind: bool = False

    def __post_init__(self) -> None:
        if is_loopback(self.host) or (self.unsafe_bind and self.token):
            return
        hint = "  hint: that needs --unsafe-bind and --token"
        raise UsageError(f"{self.host!r} can be reached from other machines\n{hint}")


@dataclass(frozen=True, slots=True)
class Door:
    """Guards a server that listens on `host`.

    On loopback a request has to call the server by a name of loopback, so that no web page reaches
    it under a name of its own. Elsewhere a server has many names, and always a token.
    """

    host: str
    token: str | None = None

    def refusal(self, headers: Mapping[str, str]) -> Failure | None:
        """Say why a request with these headers is not let in, None where it is."""
        if is_loopback(self.host):
            name = _name(headers.get("Host", ""))
            if name not in NAMES | {self.host}:
                return invalid(400, f"this server does not go by the name {name!r}")
        if "Origin" in headers or headers.get("Sec-Fetch-Site", "none") not in OWN_SITES:
            return invalid(403, "requests from web pages are refused")
        if self.token and not _same(headers.get("Authorization", ""), f"Bearer {self.token}"):
            return invalid(401, "incorrect API key provided", code="invalid_api_key")
        return None


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


LOOPBACK = Binding()


def invalid(
    status: int, message: str, *, param: str | None = None, code: str | None = None
) -> Failure:
    """Say what is wrong with a request, as OpenAI's API does."""
    return Failure(
        status=status, message=message, type="invalid_request_error", param=param, code=code
    )


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _same(said: str, right: str) -> bool:
    return hmac.compare_digest(said.encode("utf-8", "replace"), right.encode("utf-8", "replace"))
