"""The shape of errors: OpenAI's envelope, and what else servers send."""

from collections.abc import Collection, Iterator

from evalkit.model.conformance import Finding
from evalkit.probe.findings import deviates, quoted, supported, unknown
from evalkit.probe.seen import Raw, Seen


def judge_error(seen: Seen, statuses: Collection[int], accepted: str) -> Finding:
    """Judge how a mistake was answered; `accepted` says what it means that it was not noticed."""
    fault, raw = seen.fault, seen.raw
    if fault is None:
        return deviates(accepted)
    if not raw.status:
        return unknown(fault.message)
    odd = [*_status(raw, statuses), *_envelope(raw)]
    if odd:
        return unknown(fault.message) if raw.status == 429 else deviates(*odd)  # noqa: PLR2004 - too many requests
    return supported(f"status {raw.status}")


def _status(raw: Raw, statuses: Collection[int]) -> Iterator[str]:
    if raw.status not in statuses:
        yield f"the status is {raw.status}, not {' or '.join(map(str, statuses))}"


def _envelope(raw: Raw) -> Iterator[str]:
    """Say how an error's body differs from `{"error": {"message", "type", …}}`."""
    data = raw.data
    if not isinstance(data, dict):
        yield f"the body {quoted(raw.text)} is no JSON object" if raw.text else "the body is empty"
        return
    error = data.get("error")
    if error is None:
        names = ", ".join(map(repr, list(data)[:4])) or "nothing"
        yield f"the body has no 'error', but {quoted(names)[1:-1]}"
    elif not isinstance(error, dict):
        yield "'error' is no object"
    elif not isinstance(error.get("message"), str):
        yield "'error' has no text 'message'"
