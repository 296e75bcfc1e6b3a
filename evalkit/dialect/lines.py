"""Bodies that hold the chunks of a stream, one a line, without any server-sent event."""

import re

from evalkit.dialect.asked import Asked
from evalkit.dialect.body import bound
from evalkit.dialect.head import Head
from evalkit.dialect.json_text import decode, first_value
from evalkit.dialect.reply import read_reply
from evalkit.dialect.stream import Stream
from evalkit.model.chat import ChatReply
from evalkit.model.data import Json

LINE = re.compile(rb"[^\r\n]+")


class Chunks(Stream):
    """A streamed chat, also one whose chunks stand one a line without being events."""

    def end(self, raw: bytes, unfinished: str, broken: str = "") -> ChatReply:
        """Give the reply; raises CallError where it is not whole."""
        if not self.usable:
            bound(raw)
        if not self.usable and holds_chunks(raw):
            return read_body(self._asked, self._head, raw)
        return super().end(raw, unfinished, broken)


def read_body(asked: Asked, head: Head, body: bytes) -> ChatReply:
    """Read the whole body of a response; raises CallError where it is no answer."""
    bound(body)
    return _fold(asked, head, body) if holds_chunks(body) else read_reply(asked, head, body)


def holds_chunks(body: bytes) -> bool:
    """Whether a body begins with a chunk of a stream; most need no parsing to tell."""
    if b'"delta"' not in body:
        return False
    found = first_value(decode(body)[0])
    choices = found.value.get("choices") if found and isinstance(found.value, dict) else None
    return isinstance(choices, list) and any(map(_is_chunk, choices))


def _is_chunk(choice: Json) -> bool:
    """Whether a choice has a delta, and not the whole message beside it, as Perplexity's have."""
    if not isinstance(choice, dict) or isinstance(choice.get("message"), dict):
        return False
    return isinstance(choice.get("delta"), dict)


def _fold(asked: Asked, head: Head, body: bytes) -> ChatReply:
    stream = Stream(asked, head)
    stream.notes.add("nonstandard_shape", "chunks one a line, without events")
    for line in LINE.finditer(body):
        text, replaced = decode(line[0])
        if replaced:
            stream.notes.add("utf8_replaced")
        stream.take("", text.strip().removeprefix("data:"), line.start())
        if stream.done:
            break
    return stream.end(b"", "")
