"""What keeps a reply from being an answer: filtered, refused, cut off or empty."""

from typing import Literal, get_args

from evalkit.model.chat import ChatReply
from evalkit.reading.excerpt import shorten

Shortfall = Literal["filtered", "refused", "truncated", "empty"]


def shortfalls(reply: ChatReply) -> tuple[Shortfall, ...]:
    """Name everything that a reply falls short of, the gravest first."""
    applies = {
        "filtered": reply.finish_reason == "content_filter",
        "refused": bool(reply.refusal),
        "truncated": reply.finish_reason == "length",
        "empty": not (reply.text.strip() or reply.tool_calls or reply.refusal),
    }
    kinds: tuple[Shortfall, ...] = get_args(Shortfall)
    return tuple(kind for kind in kinds if applies[kind] or reply.result == kind)


def missing(reply: ChatReply) -> str:
    """Say what kept a reply from being whole, or from having a text; nothing where it has one."""
    for shortfall in shortfalls(reply):
        return describe(shortfall, reply)
    return "" if reply.text.strip() else "reply calls a tool and has no text"


def describe(kind: Shortfall, reply: ChatReply) -> str:
    """Say in a sentence what happened to the reply, and what helps where something does."""
    if kind == "truncated":
        return _truncated(reply)
    if kind == "filtered":
        return f"reply was stopped by the content filter ({_finish(reply)})"
    if kind == "refused":
        return f"reply is a refusal: {shorten(reply.refusal or reply.text, 120)!r}"
    if reply.reasoning:
        return f"reply has reasoning but no text ({_finish(reply)})"
    return f"reply is empty ({_finish(reply)})"


def _truncated(reply: ChatReply) -> str:
    while_ = " while still reasoning" if reply.reasoning and not reply.text.strip() else ""
    return f"reply was cut by max_tokens{while_} ({_finish(reply)}): raise max_tokens"


def _finish(reply: ChatReply) -> str:
    return f"finish_reason {reply.finish_reason}" if reply.finish_reason else "no finish_reason"
