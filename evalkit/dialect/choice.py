"""One choice of a reply while it is read: its text, reasoning, refusal, calls, and its end."""

from evalkit.dialect import finish
from evalkit.dialect.calls import Calls
from evalkit.dialect.json_text import compact
from evalkit.dialect.notes import Notes
from evalkit.model.data import Json, JsonObject

CUMULATIVE_DELTAS = 3


class Choice:
    """Takes messages (one, whole) or deltas (many) and joins what they hold.

    `role_first` says whether the first of them named the role, None while there is none; `finishes`
    counts the finish reasons, `late` the parts that held something after one. Where deltas are
    `cumulative`, a text that begins with all that came before takes its place.
    """

    def __init__(self, notes: Notes, *, streamed: bool, cumulative: bool = False) -> None:
        self._notes = notes
        self._cumulative = cumulative
        self._text: list[str] = []
        self._length = 0
        self._reasoning: list[str] = []
        self._refusal: list[str] = []
        self._growing: str | None = ""
        self.calls = Calls(notes, streamed=streamed)
        self.finish_reason: str | None = None
        self.role_first: bool | None = None
        self.finishes = 0
        self.late = 0

    def add(self, part: JsonObject) -> bool:
        """Take a message or delta; True where it held text, reasoning, a refusal or a call."""
        if self.role_first is None:
            self.role_first = bool(part.get("role"))
        content = part.get("content")
        found = content is not None and self._add_content(content)
        found |= self._add_reasoning(part)
        if refusal := part.get("refusal"):
            self._refusal.append(refusal if isinstance(refusal, str) else compact(refusal))
            found = True
        if calls := part.get("tool_calls") or self._old_call(part):
            self.calls.add(calls)
            found = True
        if found and self.finish_reason is not None:
            self.late += 1
            self._notes.add("content_after_finish", f"after {self.finish_reason!r}")
        return found

    def end(self, sent: Json) -> None:
        """Take a finish reason; a later null does not erase it."""
        reason = finish.read(sent, self._notes)
        if reason is not None:
            self.finishes += 1
            self.finish_reason = reason

    def _add_content(self, content: Json) -> bool:
        if isinstance(content, str):
            return self._add_text(content)
        self._notes.add("nonstandard_shape", f"content is a {type(content).__name__}")
        if isinstance(content, list):
            return sum(self._add_block(block) for block in content) > 0
        return self._add_text(compact(content))

    def _add_block(self, block: Json) -> bool:
        if isinstance(block, str):
            return self._add_text(block)
        if not isinstance(block, dict):
            return False
        if (thought := _plain(block.get("thinking"))) is not None:
            self._reasoning.append(thought)
            return bool(thought)
        text = _plain(block.get("text"))
        return text is not None and self._add_text(text)

    def _add_text(self, text: str) -> bool:
        if not text:
            return False
        if self._cumulative:
            return self._replace_text(text)
        if self._growing is not None:
            grows = len(text) > len(self._growing) and text.startswith(self._growing)
            self._growing = text if grows else None
        self._text.append(text)
        return True

    def _replace_text(self, text: str) -> bool:
        """Take a text that repeats what came before; True where it holds more."""
        self._growing = None
        if len(text) < self._length:
            self._text.append(text)
            self._length += len(text)
            return True
        before = self.text
        self._text = [text] if text.startswith(before) else [before, text]
        self._length = sum(map(len, self._text))
        return text != before

    def _add_reasoning(self, part: JsonObject) -> bool:
        thought = part.get("reasoning_content") or part.get("reasoning")
        if not thought or not isinstance(thought, str):
            return False
        self._reasoning.append(thought)
        return True

    def _old_call(self, part: JsonObject) -> Json:
        """Give the `function_call` of the protocol before tools as a tool call."""
        function = part.get("function_call")
        if not function:
            return None
        self._notes.add("nonstandard_shape", "function_call in place of tool_calls")
        return [{"index": 0, "function": function}]

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def reasoning(self) -> str | None:
        return "".join(self._reasoning) or None

    @property
    def refusal(self) -> str | None:
        return "".join(self._refusal) or None

    @property
    def looks_cumulative(self) -> bool:
        return self._growing is not None and len(self._text) >= CUMULATIVE_DELTAS


def _plain(block: Json) -> str | None:
    """Give the text of a block's value: a text, or a list of blocks that hold one."""
    if isinstance(block, list):
        texts = [inner.get("text") for inner in block if isinstance(inner, dict)]
        return "".join(text for text in texts if isinstance(text, str))
    return block if isinstance(block, str) else None
