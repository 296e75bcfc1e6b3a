"""What keeps a reply from being an answer."""

import pytest

from evalkit.model.chat import ChatReply, ToolCall
from evalkit.reading.shortfalls import Shortfall, describe, shortfalls


@pytest.mark.parametrize(
    ("reply", "kinds"),
    [
        (ChatReply(text="yes", finish_reason="stop"), ()),
        (ChatReply(text="0"), ()),
        (ChatReply(tool_calls=(ToolCall(name="f"),)), ()),
        (ChatReply(text=" \n"), ("empty",)),
        (ChatReply(finish_reason="length"), ("truncated", "empty")),
        (ChatReply(finish_reason="content_filter"), ("filtered", "empty")),
        (ChatReply(refusal="no"), ("refused",)),
        (ChatReply(text="x", result="filtered"), ("filtered",)),
    ],
    ids=["whole", "zero", "tool call", "blank", "cut", "filtered", "refused", "by its result"],
)
def test_everything_that_a_reply_falls_short_of_is_named(
    reply: ChatReply, kinds: tuple[Shortfall, ...]
) -> None:
    assert shortfalls(reply) == kinds


def test_a_long_refusal_is_cut() -> None:
    assert len(describe("refused", ChatReply(refusal="no " * 1000))) < 160
