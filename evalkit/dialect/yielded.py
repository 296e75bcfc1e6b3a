"""A streamed reply made of what a generator yields: pieces of its text, or OpenAI's chunks."""

import json

from evalkit.dialect.asked import Asked
from evalkit.dialect.faults import fault
from evalkit.dialect.head import Head
from evalkit.dialect.stream import Stream
from evalkit.model.chat import CallError, ChatReply, StreamFacts, WarningName
from evalkit.model.data import JsonObject

LARGEST = 64 * 1024 * 1024
"""Characters of what is yielded altogether."""

TEXT_LACKS: tuple[WarningName, ...] = ("missing_fields", "missing_finish_reason")
"""What pieces of a text cannot say."""


class Yielded:
    """What a generator has yielded so far; `contents` counts what held something of the reply."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stream: Stream | None = None
        self._size = 0

    @property
    def contents(self) -> int:
        return self._stream.contents if self._stream else 0

    def take(self, item: object) -> None:
        """Take a piece of the text or a chunk; raises CallError where it is an error or neither."""
        if isinstance(item, str):
            chunk: JsonObject = {"choices": [{"index": 0, "delta": {"content": item}}]}
        elif isinstance(item, dict):
            chunk = item
        else:
            raise self._unfit(f"{type(item).__name__}, not a str or a dict")
        if self._stream is None:
            tolerated = TEXT_LACKS if isinstance(item, str) else ()
            asked = Asked(host=self._name, stream=True, usage=False, tolerated=tolerated)
            self._stream = Stream(asked, Head(200))
        written = self._written(chunk)
        self._size += len(written)
        if self._size > LARGEST:
            message = f"{self._name} yielded more than {LARGEST:,} characters"
            raise fault("too_large", message, partial=self.partial())
        self._stream.take("", written, self._size)

    def end(self) -> ChatReply:
        """Give the reply, which is whole because the generator ended; raises CallError."""
        if self._stream is None:
            return ChatReply(result="empty", streamed=True, stream=StreamFacts(done=True))
        self._stream.done = True
        return self._stream.end(b"", "")

    def partial(self) -> ChatReply | None:
        """Give what has arrived, None where nothing has."""
        return self._stream.partial() if self._stream else None

    def _written(self, chunk: JsonObject) -> str:
        try:
            return json.dumps(chunk)
        except (TypeError, ValueError, RecursionError) as error:
            raise self._unfit(f"a dict that is no JSON: {error}") from error

    def _unfit(self, what: str) -> CallError:
        message = f"{self._name} yielded {what}"
        return fault("response_invalid", message, partial=self.partial())
