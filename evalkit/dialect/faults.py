"""Why a call gave no answer: statuses and error envelopes as faults that a person can act on."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from evalkit.dialect.asked import Asked
from evalkit.dialect.envelope import Envelope
from evalkit.dialect.head import Head
from evalkit.dialect.words import tame
from evalkit.model.chat import CallError, ChatReply, Fault, FaultKind

OVER_QUOTA = "exceeded your current quota"
QUOTA_STATUSES = frozenset({402, 403, 429})
BUSY_STATUSES = frozenset({408, 409, 425})
BY_STATUS: Mapping[int, FaultKind] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "not_found",
    429: "rate_limit",
}
BY_CODE: tuple[tuple[tuple[str, ...], FaultKind], ...] = (
    (("rate_limit", "resource_exhausted", "too_many_requests", "throttl"), "rate_limit"),
    (("authentication", "permission", "api_key", "unauthorized", "forbidden"), "auth"),
    (("not_found",), "not_found"),
    (("invalid_", "context_length", "too_large", "unsupported", "content_filter"), "bad_request"),
)
TOO_LARGE_STATUSES = frozenset({400, 404, 413})
"""What servers answer to a body that is too large for them."""

LARGE_REQUEST = 1_000_000
QUOTED = 200
SEE_OTHER = frozenset({302, 303})
"""The redirects of web pages, as to a login."""

AZURE = ".openai.azure.com"
AZURE_HINT = "; Azure's deployments are called with profile: azure"
NEWER_LIMIT = "max_completion_tokens"
NEWER_HINT = "; profile: openai sends it by that name"


def refused(asked: Asked, head: Head, found: Envelope) -> CallError:
    """Say why a request was answered with an error status."""
    if head.redirects:
        return _redirected(asked, head)
    kind = "quota" if _is_quota(head.status, found) else by_status(head.status)
    said = tame(found.words) or "an empty body"
    message = f"{asked.host} answered {head.status}: {said}{_hint(kind, head.status, asked, said)}"
    return fault(kind, message, head)


def reported(asked: Asked, head: Head, found: Envelope, partial: ChatReply) -> CallError:
    """Say what error came under a status of success, by the codes that it names itself."""
    kind = _own_kind(found)
    said = tame(found.words) or "an error without words"
    message = f"{asked.host} sent an error: {said}{_hint(kind, found.status, asked, said)}"
    return fault(kind, message, head, partial)


def invalid(asked: Asked, head: Head, why: str, text: str = "") -> CallError:
    """Say that a reply is no completion, and quote it."""
    quoted = f": {tame(text, QUOTED)}" if text.strip() else ""
    return fault("response_invalid", f"{asked.host} sent {why}{quoted}", head)


def fault(
    kind: FaultKind, message: str, head: Head | None = None, partial: ChatReply | None = None
) -> CallError:
    """Make the error; the message tells the request's id where the response names one."""
    id_ = head.request_id if head else None
    return CallError(
        Fault(
            kind=kind,
            message=f"{message} (request {id_})" if id_ else message,
            status=head.status if head else None,
            request_id=id_,
            partial=partial,
        )
    )


def by_status(status: int) -> FaultKind:
    """Give the kind of an HTTP error status."""
    if status in BUSY_STATUSES or status >= 500:  # noqa: PLR2004 - HTTP's server errors
        return "server"
    return BY_STATUS.get(status, "bad_request")


def _is_quota(status: int | None, found: Envelope) -> bool:
    if status is not None and status not in QUOTA_STATUSES:
        return False
    return (
        found.has_code("insufficient_quota", "billing_", "spend_limit")
        or OVER_QUOTA in found.words.lower()
    )


def _own_kind(found: Envelope) -> FaultKind:
    if _is_quota(found.status, found):
        return "quota"
    if found.status is not None:
        return by_status(found.status)
    for codes, kind in BY_CODE:
        if found.has_code(*codes):
            return kind
    return "server"


def _redirected(asked: Asked, head: Head) -> CallError:
    location = urlsplit(head.headers.get("location", "")[:2000])
    origin = f"{location.scheme}://{location.netloc.rpartition('@')[2]}" if location.netloc else ""
    place = tame(origin + location.path) or "nowhere"
    message = f"{asked.host} answered {head.status}: server redirects to {place}"
    hint = "set base_url to it, without the API's own path"
    if head.status in SEE_OTHER:
        hint = f"is there a login or a proxy in between? else {hint}"
    return fault("config", f"{message}; {hint}", head)


def _hint(kind: FaultKind, status: int | None, asked: Asked, words: str) -> str:
    if kind == "auth":
        return f"; check the variable {asked.key}" if asked.key else "; no api_key is set"
    if kind == "quota":
        return "; the account's quota is used up"
    if asked.size >= LARGE_REQUEST and status in TOO_LARGE_STATUSES:
        return f"; the request has {asked.size / 1e6:.1f} MB"
    if kind == "not_found":
        return "; check base_url and model" + (AZURE_HINT if AZURE in asked.host else "")
    return NEWER_HINT if NEWER_LIMIT in words and "max_tokens" in words else ""
