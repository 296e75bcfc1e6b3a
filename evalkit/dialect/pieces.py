"""Messages as they are sent, each written once however often the history goes out."""

import json
from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

from evalkit.model.chat import Message
from evalkit.model.data import JsonObject

ENCODER = json.JSONEncoder(separators=(",", ":"))


class Pieces:
    """Writes messages and keeps what is written while anything holds the message.

    `form` gives the objects that a message is sent as; theirs are the bytes, with commas between.
    """

    def __init__(self, form: Callable[[Message], Sequence[JsonObject]]) -> None:
        self._form = form
        self._written: WeakKeyDictionary[Message, bytes] = WeakKeyDictionary()

    def of(self, message: Message) -> bytes:
        """Give the bytes of a message, none where nothing of it is sent."""
        written = self._written.get(message)
        if written is None:
            written = self._written[message] = b",".join(map(dumped, self._form(message)))
        return written

    def joined(self, messages: Sequence[Message]) -> bytes:
        """Give the bytes of several messages."""
        return b",".join(filter(None, map(self.of, messages)))


def dumped(value: JsonObject) -> bytes:
    """Give the bytes of a JSON object as they are sent."""
    return ENCODER.encode(value).encode()


def body(key: str, entries: bytes, fields: JsonObject) -> bytes:
    """Give a whole body: a list of what is written already, and the fields beside it."""
    return b'{"%b":[%b]%b%b' % (key.encode(), entries, b"," if fields else b"", dumped(fields)[1:])
