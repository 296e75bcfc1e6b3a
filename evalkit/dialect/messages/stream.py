"""Folding the events of a streamed message into a ChatReply.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from collections.abc import Mapping

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.messages.reply import FORM, counts, fragment, stop
from evalkit.dialect.typed import Reader, Typed, nothing, place
from evalkit.model.data import Json, JsonObject

LAST = "message_stop"
NO_ARGUMENTS = "{}"


class Stream(Typed):
    """Takes the blocks of a message by their deltas; its counts are those told last."""

    def __init__(self, asked: Asked, head: Head) -> None:
        super().__init__(FORM, frozenset({LAST}), asked, head)
        self._usage: JsonObject = {}
        self._bare: set[int] = set()

    def _reading(self) -> Mapping[str, Reader]:
        return {
            "ping": nothing,
            "message_start": self._begin,
            "content_block_start": self._open,
            "content_block_delta": self._take_delta,
            "content_block_stop": self._close,
            "message_delta": self._change,
            LAST: nothing,
        }

    def _begin(self, chunk: JsonObject) -> bool:
        message = self._inner(chunk, "message")
        self._choice.add({"role": message.get("role")})
        self._completion.head({**message, "usage": None})
        self._count(message.get("usage"))
        return False

    def _count(self, reported: Json) -> None:
        """Take counts: the later ones are cumulative, and need not name all."""
        if isinstance(reported, dict):
            self._usage |= {name: count for name, count in reported.items() if count is not None}
            self._completion.head({"usage": counts(self._usage)})

    def _open(self, chunk: JsonObject) -> bool:
        block, index = self._inner(chunk, "content_block"), place(chunk, "index")
        match block.get("type"):
            case "text":
                return self._choice.add({"content": block.get("text")})
            case "thinking":
                self._apart = True
                return self._take_thought(block.get("thinking"))
            case "tool_use":
                self._bare.add(index)
                return self._choice.add({"tool_calls": [fragment(block, index, "")]})
            case _:
                return False

    def _take_delta(self, chunk: JsonObject) -> bool:
        delta = self._inner(chunk, "delta")
        match delta.get("type"):
            case "text_delta":
                return self._choice.add({"content": delta.get("text")})
            case "thinking_delta":
                return self._take_thought(delta.get("thinking"))
            case "input_json_delta":
                return self._argue(place(chunk, "index"), delta.get("partial_json"))
            case _:
                return False

    def _argue(self, index: int, written: Json) -> bool:
        if not isinstance(written, str) or not written:
            return False
        self._bare.discard(index)
        function: JsonObject = {"arguments": written}
        return self._choice.add({"tool_calls": [{"index": index, "function": function}]})

    def _close(self, chunk: JsonObject) -> bool:
        """End a block; a call without arguments passes an empty object."""
        index = place(chunk, "index")
        if index in self._bare:
            self._argue(index, NO_ARGUMENTS)
        return False

    def _change(self, chunk: JsonObject) -> bool:
        self._count(chunk.get("usage"))
        stop(self._choice, self._inner(chunk, "delta"))
        return False
