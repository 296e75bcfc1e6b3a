"""What came of a question: the answer as it was read, and what came over the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from evalkit.model.chat import ChatReply, Fault
from evalkit.model.data import Json, JsonObject
from evalkit.wire.sse import Decoder


@dataclass(frozen=True, slots=True)
class Raw:
    """An HTTP response as it came, without secrets; `text` is the body, or the start of it."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def data(self) -> Json:
        """The body as JSON; None where it is none."""
        return _parsed(self.text)

    @property
    def chunks(self) -> tuple[JsonObject, ...]:
        """The JSON objects among the events of a stream, in order."""
        events = Decoder().feed(f"{self.text}\n\n".encode())
        found = (_parsed(event.data) for event in events)
        return tuple(one for one in found if isinstance(one, dict))

    @property
    def choices(self) -> tuple[JsonObject, ...]:
        """The choices of an unstreamed reply."""
        data = self.data
        found = data.get("choices") if isinstance(data, dict) else None
        listed = found if isinstance(found, list) else []
        return tuple(one for one in listed if isinstance(one, dict))


def _parsed(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


@dataclass(frozen=True, slots=True)
class Seen:
    """The answer to a question, and the response that it was read from, if there was one."""

    answer: ChatReply | Fault
    raw: Raw = Raw()

    @property
    def fault(self) -> Fault | None:
        return self.answer if isinstance(self.answer, Fault) else None

    @property
    def reply(self) -> ChatReply:
        """The reply; raises TypeError where there is none."""
        if isinstance(self.answer, Fault):
            raise TypeError(f"there is no reply: {self.answer.message}")
        return self.answer

    @property
    def prompt(self) -> int | None:
        """The tokens of the prompt, where they are told."""
        return self.reply.usage.prompt if self.reply.usage else None

    @property
    def completion(self) -> int | None:
        """The tokens of the reply, where they are told."""
        return self.reply.usage.completion if self.reply.usage else None
