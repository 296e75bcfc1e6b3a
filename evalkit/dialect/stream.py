"""Folding the chunks of a streamed chat completion into a ChatReply."""

from evalkit.dialect import envelope, faults, finish
from evalkit.dialect.asked import Asked
from evalkit.dialect.choice import Choice
from evalkit.dialect.fold import DONE, Fold
from evalkit.dialect.head import Head
from evalkit.dialect.reply import FORM, find_message, holds_message
from evalkit.model.data import Json, JsonObject


class Stream(Fold):
    """Takes chunks until `[DONE]`; without it, a finish reason says that the reply is whole."""

    def __init__(self, asked: Asked, head: Head) -> None:
        super().__init__(FORM, asked, head)
        self._spoken = False

    def _take_object(self, event: str, chunk: JsonObject) -> None:
        del event
        self._completion.head(chunk)
        self._take_choices(chunk)

    def _take_done(self) -> None:
        self.done = True

    def _take_choices(self, chunk: JsonObject) -> None:
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            self.notes.add("nonstandard_shape", "a chunk without a list of choices")
            return
        found = False
        for data in choices:
            found |= self._take_choice(data)
        self.contents += found

    def _take_choice(self, data: Json) -> bool:
        if not isinstance(data, dict):
            self.notes.add("nonstandard_shape", "a choice is no object")
            return False
        choice = self._completion.choice(data)
        delta = data.get("delta")
        if not isinstance(delta, dict):
            self.notes.add("nonstandard_shape", "a choice without a delta object")
            delta = find_message(data, self.notes)
        self._spoken = self._spoken or holds_message(data)
        found = choice.add(delta)
        choice.end(data.get("finish_reason"))
        if choice.finish_reason in finish.BROKEN:
            raise self._error(envelope.find(data.get("error") or choice.finish_reason))
        return found

    def _finish(self, unfinished: str, broken: str) -> Choice:
        if not self.done and unfinished.strip() == DONE:
            self.notes.add("missing_done", "no blank line after it")
            self.done = True
        chosen = self._completion.chosen
        finished = chosen is not None and chosen.finish_reason is not None
        if not self.done and not finished:
            raise self._truncated(broken or "the stream ended without a finish_reason or [DONE]")
        if chosen is None:
            raise faults.invalid(self._asked, self._head, "a stream without any choice")
        if not self._spoken:
            raise faults.invalid(self._asked, self._head, "a stream without any delta")
        if not self.done:
            self.notes.add("missing_done", broken)
        return chosen
