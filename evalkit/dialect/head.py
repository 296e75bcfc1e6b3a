"""The head of a response: its status, and what its headers say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evalkit.dialect.words import tame

REQUEST_ID = ("x-request-id", "request-id", "apim-request-id", "x-amzn-requestid")
LONGEST_ID = 100
LINES = frozenset(
    {
        "application/json-lines",
        "application/jsonl",
        "application/jsonlines",
        "application/ndjson",
        "application/x-jsonlines",
        "application/x-ndjson",
        "application/x-jsonl",
    }
)
"""The names that servers give to JSON lines; none is registered."""


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers, their names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's successes

    @property
    def redirects(self) -> bool:
        return 300 <= self.status < 400  # noqa: PLR2004 - HTTP's redirects

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_stream(self) -> bool:
        return self.content_type == "text/event-stream"

    @property
    def is_lines(self) -> bool:
        """Whether the body is a stream of JSON lines."""
        return self.content_type in LINES

    @property
    def is_json(self) -> bool:
        return self.content_type == "application/json" or self.content_type.endswith("+json")

    @property
    def request_id(self) -> str | None:
        """The id under which the server's people find the request."""
        found = (self.headers[name] for name in REQUEST_ID if name in self.headers)
        return tame(next(found, ""), LONGEST_ID) or None
