"""Requests made ready to be sent: written as their API writes them, with URL and headers."""

from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urlencode

from evalkit.dialect.faults import fault
from evalkit.dialect.speech import Speech, Written
from evalkit.model.api import WireRequest
from evalkit.model.consultation import Request
from evalkit.model.deployment import Deployment
from evalkit.wire.address import endpoint, place
from evalkit.wire.headers import outgoing
from evalkit.wire.retry import Failure

NEGOTIABLE_STATUSES = frozenset({400, 422})


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as its API writes it, and as it is sent."""

    written: Written
    wire: WireRequest


MOST_KEPT = 256
"""Addresses that are kept: with the method GET every request has its own."""


class Desk:
    """Makes the requests of one deployment ready; parts that the server refused are left out."""

    def __init__(self, deployment: Deployment, speech: Speech) -> None:
        self._deployment = deployment
        self._speech = speech
        self._refused: frozenset[str] = frozenset()
        self._headers: dict[bool, dict[str, str]] = {}
        self._addresses: dict[str, tuple[str, str]] = {}

    def prepare(self, request: Request) -> Sent:
        """Write a request; raises CallError."""
        try:
            written = self._speech.write(request, self._refused)
        except OSError as error:
            raise fault("config", f"an attachment cannot be read: {error}") from error
        (url, host), key = self._address(written.path), self._deployment.api_key
        name, size = key.name if key else None, len(written.body)
        asked = replace(written.asked, host=host, size=size, key=name)
        headers = self.headers(stream=asked.stream)
        wire = WireRequest(written.method, url, headers, written.body)
        return Sent(replace(written, asked=asked), wire)

    def lightened(self, sent: Sent, request: Request) -> Sent:
        """Write a request anew where a part of it was refused since; raises CallError."""
        return self.prepare(request) if self._refused.intersection(sent.written.optional) else sent

    def url(self, path: str) -> SplitResult:
        """Give the URL of a path; raises CallError of kind config."""
        query = urlencode(self._deployment.profile.query)
        return endpoint(self._deployment.base_url, path, query)

    def _address(self, path: str) -> tuple[str, str]:
        """Give the URL of a path as it is sent, and its host as messages name it."""
        if path not in self._addresses:
            if len(self._addresses) >= MOST_KEPT:
                self._addresses.clear()
            url = self.url(path)
            self._addresses[path] = url.geturl(), place(url)
        return self._addresses[path]

    def headers(self, *, stream: bool) -> dict[str, str]:
        """Give the headers of every request; raises CallError of kind config."""
        if stream not in self._headers:
            self._headers[stream] = outgoing(self._deployment, stream=stream)
        return self._headers[stream]

    def gives_in(self, sent: Sent, failure: Failure | None) -> bool:
        """Whether the server refused an optional part by its name, which is left out from now on.

        True also where another request has met that refusal meanwhile.
        """
        if failure is None or failure.fault.status not in NEGOTIABLE_STATUSES:
            return False
        named = {name for name in sent.written.optional if name in failure.fault.message}
        self._refused |= named
        return bool(named)
