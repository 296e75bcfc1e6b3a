"""Whether a failed call is tried again, and when: pure decisions, time and chance as arguments."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple

from evalkit.model.chat import ChatReply, Fault, FaultKind, Try
from evalkit.model.deployment import Retry
from evalkit.wire.clock import Clock

Again = Literal["never", "once", "always"]

BY_KIND: Mapping[FaultKind, Again] = {
    "connect": "always",
    "rate_limit": "always",
    "response_invalid": "once",
    "server": "always",
    "stream_protocol": "once",
    "stream_truncated": "always",
    "timeout_first_token": "always",
}
"""Kinds that are not here are never tried again."""

FINAL_STATUSES = frozenset({501, 505, 506, 507, 508, 510, 511, *range(530, 600)})
LONGEST_HINT = 120.0
"""A server that asks for more seconds than this is not waited for."""

HINT_JITTER = 0.1
FIRST_BACKOFF = 0.5
LONGEST_BACKOFF = 8.0
LONGEST_HEADER = 100
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
EPOCH_SECONDS = 1e9
EPOCH_MILLISECONDS = 1e12


class Decision(NamedTuple):
    """Seconds to wait before the next try; None is giving up, and `why` says so."""

    wait: float | None
    why: str = ""


class Failure(NamedTuple):
    """A try that failed: its fault, and the headers of the response where there was one.

    `answered` says that its reply was read to the end, and refused for what it is.
    """

    fault: Fault
    headers: Mapping[str, str] = {}
    answered: bool = False


def decide(
    retry: Retry, tries: Sequence[Try], failure: Failure, spent: float, clock: Clock
) -> Decision:
    """Decide after a failed try, the last of `tries`, `spent` seconds after the first began."""
    if not _may_retry(tries, failure):
        return Decision(None)
    if len(tries) >= retry.tries:
        return Decision(None, f"after {len(tries)} tries" if len(tries) > 1 else "")
    hint = server_hint(failure, clock.today())
    if hint is not None and hint > LONGEST_HINT:
        return Decision(None, f"server asks for {hint:g} s")
    wait = backoff(len(tries) - 1, clock.draw()) if hint is None else _late(hint, clock.draw())
    if spent + wait >= retry.total:
        return Decision(None, f"after {spent:.1f} s of {retry.total:g} s for all tries")
    return Decision(wait)


def again(fault: Fault) -> Again:
    """Say whether a fault may pass when the same is sent again."""
    if has_content(fault.partial) or fault.status in FINAL_STATUSES:
        return "never"
    return BY_KIND.get(fault.kind, "never")


def has_content(partial: ChatReply | None) -> bool:
    """Whether something of a reply had arrived; sampling anew would favour short answers."""
    if partial is None:
        return False
    return bool(partial.text or partial.reasoning or partial.refusal or partial.tool_calls)


def backoff(failures: int, chance: float) -> float:
    """Give the wait after `failures` earlier failures.

    Full jitter, as in "Exponential Backoff And Jitter", AWS Architecture Blog.
    """
    return chance * min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(failures, 16))


def server_hint(failure: Failure, today: float) -> float | None:
    """Give the seconds that the server asks to wait; what is no positive number is no hint."""
    headers = failure.headers
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    after = headers.get("retry-after")
    seconds = _number(after)
    if seconds is None and after is not None:
        seconds = _until(after, today)
    if seconds is not None or failure.fault.kind != "rate_limit":
        return seconds
    return _reset(headers, today)


def told(headers: Mapping[str, str]) -> bool | None:
    """Give what the server says of sending the same again; None where it says nothing."""
    said = headers.get("x-should-retry", "").strip().lower()
    return said == "true" if said in ("true", "false") else None


def _may_retry(tries: Sequence[Try], failure: Failure) -> bool:
    fault = failure.fault
    if failure.answered or has_content(fault.partial):
        return False
    if (asked := told(failure.headers)) is not None:
        return asked
    allowed = again(fault)
    if allowed == "once":
        return sum(BY_KIND.get(one.kind) == "once" for one in tries if one.kind) <= 1
    return allowed == "always"


def _late(hint: float, chance: float) -> float:
    """Spread those who were told the same time."""
    return hint * (1 + HINT_JITTER * chance)


def _number(text: str | None) -> float | None:
    if text is None or len(text) > LONGEST_HEADER:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def _until(text: str, today: float) -> float | None:
    """Give the seconds to an HTTP or ISO date; one without a zone is in UTC."""
    if len(text) > LONGEST_HEADER:
        return None
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return _until_iso(text, today)
    zoned = date if date.tzinfo else date.replace(tzinfo=UTC)
    return _positive(zoned.timestamp() - today)


def _until_iso(text: str, today: float) -> float | None:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    zoned = date if date.tzinfo else date.replace(tzinfo=UTC)
    return _positive(zoned.timestamp() - today)


def _positive(seconds: float) -> float | None:
    return seconds if seconds > 0 else None


def _reset(headers: Mapping[str, str], today: float) -> float | None:
    """Give the longest of the rate limits' own times until they are reset."""
    resets = [value for name, value in headers.items() if name.startswith("x-ratelimit-reset")]
    waits = [_until_reset(value.strip(), today) for value in resets if len(value) <= LONGEST_HEADER]
    return max((wait for wait in waits if wait is not None), default=None)


def _until_reset(text: str, today: float) -> float | None:
    """Read `1m30s`, seconds, an ISO date, or the epoch in seconds or milliseconds."""
    number = _number(text)
    if number is None:
        parts = DURATION.findall(text)
        if parts and "".join(map("".join, parts)) == text:
            return sum(float(amount) * UNITS[unit] for amount, unit in parts)
        return _until_iso(text, today)
    if number >= EPOCH_MILLISECONDS:
        return _positive(number / 1000 - today)
    return _positive(number - today) if number >= EPOCH_SECONDS else number
