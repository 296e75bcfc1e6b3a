"""Folding the events of a streamed response into a ChatReply.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from collections.abc import Mapping

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.responses.reply import (
    CALLS,
    FAILED,
    FORM,
    arguments,
    failure,
    finish,
    fragment,
    take_head,
    take_output,
)
from evalkit.dialect.typed import Reader, Typed, place
from evalkit.model.data import JsonObject

COMPLETED, INCOMPLETE, FAILURE = "response.completed", "response.incomplete", "response.failed"
THOUGHTS = ("summary_text", "reasoning_text")


class Stream(Typed):
    """Takes the deltas of a response; what came in none is read from its last event."""

    def __init__(self, asked: Asked, head: Head) -> None:
        super().__init__(FORM, frozenset({COMPLETED, INCOMPLETE, FAILURE}), asked, head)
        self._choice.add({"role": "assistant"})
        self._called: set[int] = set()
        self._argued: set[int] = set()

    def _reading(self) -> Mapping[str, Reader]:
        return {
            "response.created": self._begin,
            "response.queued": self._begin,
            "response.in_progress": self._begin,
            "response.output_item.added": self._open,
            "response.output_item.done": self._close,
            "response.content_part.added": self._open_part,
            "response.reasoning_summary_part.added": self._open_part,
            "response.output_text.delta": lambda chunk: self._take_delta(chunk, "content"),
            "response.refusal.delta": lambda chunk: self._take_delta(chunk, "refusal"),
            "response.reasoning_text.delta": self._think,
            "response.reasoning_summary_text.delta": self._think,
            "response.function_call_arguments.delta": self._argue,
            "response.custom_tool_call_input.delta": self._argue,
            COMPLETED: self._take_last,
            INCOMPLETE: self._take_last,
            FAILURE: self._take_last,
        }

    def _begin(self, chunk: JsonObject) -> bool:
        take_head(self._completion, self._inner(chunk, "response"))
        return False

    def _open(self, chunk: JsonObject) -> bool:
        item, index = self._inner(chunk, "item"), place(chunk, "output_index")
        if item.get("type") not in CALLS or index in self._called:
            return False
        self._called.add(index)
        return self._choice.add({"tool_calls": [fragment(item, index, "")]})

    def _close(self, chunk: JsonObject) -> bool:
        """Take what of a finished call came in no delta."""
        found = self._open(chunk)
        item, index = self._inner(chunk, "item"), place(chunk, "output_index")
        if item.get("type") not in CALLS or index in self._argued:
            return found
        return self._add_arguments(index, arguments(item)) or found

    def _argue(self, chunk: JsonObject) -> bool:
        return self._add_arguments(place(chunk, "output_index"), self._delta(chunk))

    def _add_arguments(self, index: int, written: object) -> bool:
        if not isinstance(written, str) or not written:
            return False
        self._argued.add(index)
        function: JsonObject = {"arguments": written}
        return self._choice.add({"tool_calls": [{"index": index, "function": function}]})

    def _open_part(self, chunk: JsonObject) -> bool:
        if self._inner(chunk, "part").get("type") in THOUGHTS:
            self._apart = True
        return False

    def _think(self, chunk: JsonObject) -> bool:
        return self._take_thought(self._delta(chunk))

    def _take_delta(self, chunk: JsonObject, kind: str) -> bool:
        return self._choice.add({kind: self._delta(chunk)})

    def _take_last(self, chunk: JsonObject) -> bool:
        response = self._inner(chunk, "response")
        take_head(self._completion, response)
        kind = str(chunk.get("type"))
        ended = {**response, "status": response.get("status") or kind.removeprefix("response.")}
        if kind == FAILURE or ended["status"] in FAILED:
            raise self._error(failure(ended))
        found = not self.contents and take_output(self._choice, response, self.notes)
        finish(self._choice, ended, self.notes)
        return found
