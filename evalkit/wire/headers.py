"""Headers on their way out, with their secrets, and the few that are kept of a response."""

import re
from collections.abc import Mapping

from evalkit.dialect.words import tame
from evalkit.model.chat import CallError, Fault
from evalkit.model.deployment import Deployment
from evalkit.secrets import Secret

KEPT = frozenset({"x-request-id", "content-type", "server", "date", "openai-processing-ms"})
KEPT_PREFIXES = ("x-ratelimit-", "retry-after")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What HTTP allows as a header's name: RFC 9110, section 5.6.2."""

MOST_KEPT = 40
LONGEST_KEPT = 200


def outgoing(deployment: Deployment, *, stream: bool) -> dict[str, str]:
    """Give the headers of a request: the only place where secrets are revealed.

    A stream is asked for uncompressed. An author's own header wins over the profile's, that over
    evalkit's. Raises CallError of kind config where a value cannot stand in a header.
    """
    headers = {
        "accept": "text/event-stream" if stream else "application/json",
        "accept-encoding": "identity" if stream else "gzip, deflate",
        "content-type": "application/json",
        "user-agent": "evalkit",
    }
    profile = deployment.profile
    if deployment.api_key is not None:
        key = _value("api_key", deployment.api_key)
        headers[profile.key_header.lower()] = f"{profile.key_prefix}{key}"
    for name, value in (*profile.headers.items(), *deployment.headers.items()):
        if not TOKEN.fullmatch(name):
            raise _unusable(f"{name!r} is no name for a header")
        headers[name.lower()] = _value(name, value)
    return headers


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Give the response's headers that are safe to record, sanitised and cut."""
    names = [name for name in headers if name in KEPT or name.startswith(KEPT_PREFIXES)]
    return {name: tame(headers[name], LONGEST_KEPT) for name in names[:MOST_KEPT]}


def _value(name: str, written: Secret | str) -> str:
    value = (written.reveal() if isinstance(written, Secret) else written).strip()
    if value.isascii() and value.isprintable():
        return value
    variable = f" (variable {written.name})" if isinstance(written, Secret) else ""
    raise _unusable(f"{name}{variable} holds a character that no HTTP header can carry")


def _unusable(message: str) -> CallError:
    return CallError(Fault(kind="config", message=message))
