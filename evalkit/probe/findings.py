"""Findings, each in one sentence, and what a fault or an odd reply comes to."""

from collections.abc import Collection, Iterable

from evalkit.dialect.words import tame
from evalkit.model.chat import ChatReply, Fault, FaultKind, WireWarning
from evalkit.model.conformance import Finding, Status

REFUSALS: dict[FaultKind, Status] = {
    "bad_request": "unsupported",
    "not_found": "unsupported",
    "response_invalid": "deviates",
    "stream_protocol": "deviates",
    "stream_truncated": "deviates",
}
"""What a fault says of the feature that was asked for; any other says nothing of it."""

NOT_IMPLEMENTED = 501
MOST_QUOTED = 60
MOST_SAID = 400


def supported(why: str = "") -> Finding:
    return Finding(status="supported", why=why)


def deviates(*whys: str) -> Finding:
    return Finding(status="deviates", why=tame("; ".join(whys), MOST_SAID))


def unknown(why: str) -> Finding:
    return Finding(status="unknown", why=why)


def refused(fault: Fault) -> Finding:
    """Judge a feature by the fault that came when it was asked for."""
    status = REFUSALS.get(fault.kind, "unknown")
    if fault.status == NOT_IMPLEMENTED:
        status = "unsupported"
    return Finding(status=status, why=tame(fault.message, MOST_SAID))


def unshown(reply: ChatReply, what: str = "nothing") -> Finding:
    """Say that a reply does not show whether a feature works."""
    if reply.text.strip():
        return unknown(f"the reply was {quoted(reply.text)}, which shows {what}")
    if reply.tool_calls:
        return unknown(f"the reply calls {quoted(reply.tool_calls[0].name)} and says nothing")
    if reply.refusal:
        return unknown(f"the model refused: {quoted(reply.refusal)}")
    why = "cut before any text" if reply.result == "truncated" else "empty"
    return unknown(f"the reply was {why}")


def quoted(text: str) -> str:
    """Give the start of a deployment's words on one line, in quotes."""
    return repr(tame(text, MOST_QUOTED))


def oddities(warnings: Iterable[WireWarning], *, but: Collection[str] = ()) -> tuple[str, ...]:
    """Say what reading a reply had to tolerate, `but` for what is looked at elsewhere."""
    return tuple(
        f"{one.name.replace('_', ' ')}: {one.detail}" if one.detail else one.name.replace("_", " ")
        for one in warnings
        if one.name not in but
    )
