"""An HTTP proxy, as a deployment or the environment names it."""

import base64
import re
from collections.abc import Iterator
from typing import Final, Self
from urllib.parse import unquote_to_bytes, urlsplit

from evalkit.model.data import Authored
from evalkit.secrets import Secret

DIRECT: Final = "none"
"""Stands for a connection without a proxy."""

PORT: Final = 80
SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
SHOWN_SCHEME: Final = 12


class Proxy(Authored):
    """Where connections to a deployment are opened; `credentials` are `user:password`.

    `name` is the variable that it came from, empty where it was written down.
    """

    host: str
    port: int
    credentials: Secret | None = None
    name: str = ""

    @classmethod
    def parse(cls, written: str, name: str = "") -> Self:
        """Read `http://user:password@host:port`; raises ValueError, whose words never quote it."""
        text = written.strip()
        scheme = SCHEME.match(text)
        if scheme and scheme[0].lower() != "http://":
            message = f"is a {scheme[0][:SHOWN_SCHEME]} one; only http:// proxies can be used"
            raise ValueError(message)
        try:
            parts = urlsplit(text if scheme else f"http://{text}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        sound = host and port != 0 and text.isprintable() and " " not in text
        if not sound or parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise ValueError("is no proxy that can be used, such as http://host:3128")
        return cls(
            host=host or "",
            port=port or PORT,
            credentials=_credentials(parts.username, parts.password, name or "proxy"),
            name=name,
        )

    @property
    def place(self) -> str:
        """Host and port, as a message names them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def secrets(self) -> Iterator[Secret]:
        """The credentials, and the password on its own."""
        if self.credentials is not None:
            user, _, password = self.credentials.reveal().partition(":")
            yield self.credentials
            yield Secret(password or user, self.credentials.name)


def authorization(credentials: Secret) -> str:
    """Give the header's value by which a proxy is told the credentials (RFC 7617)."""
    return f"Basic {base64.b64encode(credentials.reveal().encode()).decode('ascii')}"


def _credentials(user: str | None, password: str | None, name: str) -> Secret | None:
    if not user and not password:
        return None
    plain = (unquote_to_bytes(part or "").decode("utf-8", "replace") for part in (user, password))
    return Secret(":".join(plain), name)
