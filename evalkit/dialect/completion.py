"""A completion while it is read, whole or in chunks, and the reply that it comes to."""

import re

from evalkit.dialect import usage
from evalkit.dialect.asked import Asked
from evalkit.dialect.choice import Choice
from evalkit.dialect.notes import Notes
from evalkit.model.chat import CallError, ChatReply, Fault, ReplyResult, ToolCall, Usage
from evalkit.model.data import Json, JsonObject

FIELDS = ("id", "object", "created", "model")
SPECIAL_TOKEN = re.compile(r"</s>|<\|[^|<>]{1,60}\|>")
TRAILING_WHITESPACE = 20
MOST_CHOICES = 128


class Completion:
    """What has arrived of a completion; `fields` are those that each of its API gives."""

    def __init__(self, asked: Asked, *, streamed: bool, fields: tuple[str, ...] = FIELDS) -> None:
        self.notes = Notes(asked.tolerated)
        self._expected = fields
        self._asked = asked
        self._streamed = streamed
        self._fields: dict[str, Json] = {}
        self._usage: JsonObject | None = None
        self._choices: dict[int, Choice] = {}

    def head(self, data: JsonObject) -> None:
        """Take the fields beside the choices; the last usage that is one wins."""
        if len(self._fields) < len(self._expected):
            for name in self._expected:
                value = data.get(name)
                if value not in (None, ""):
                    self._fields.setdefault(name, value)
        reported = data.get("usage")
        if isinstance(reported, dict):
            self._usage = reported

    def choice(self, data: JsonObject, position: int = 0) -> Choice:
        """Find or open the choice that `data` belongs to."""
        index = data.get("index")
        if not isinstance(index, int):
            self.notes.add("missing_fields", "a choice without index")
            index = position
        if index not in self._choices:
            self._bound()
            self._choices[index] = Choice(
                self.notes, streamed=self._streamed, cumulative=self._asked.cumulative
            )
        return self._choices[index]

    def _bound(self) -> None:
        most = max(MOST_CHOICES, self._asked.choices)
        if len(self._choices) >= most:
            message = f"the reply has more than {most:,} choices"
            raise CallError(Fault(kind="too_large", message=message))

    @property
    def chosen(self) -> Choice | None:
        """The choice that is the reply: that of index 0, else the first."""
        if 0 in self._choices:
            return self._choices[0]
        return next(iter(self._choices.values()), None)

    def partial(self) -> ChatReply:
        """Give what is there so far, of a reply that failed."""
        return self._reply(usage.read(self._usage, Notes()))

    def reply(self) -> ChatReply:
        """Give the finished reply, with all that is odd about it noted."""
        self._doubt_fields()
        counts = usage.read(self._usage, self.notes)
        chosen = self.chosen
        if chosen is not None:
            self._doubt_choice(chosen)
        if counts is not None:
            usage.doubt(counts, chosen.text if chosen else "", self.notes)
        elif self._asked.usage:
            self.notes.add("usage_missing", "no usage is reported")
        return self._reply(counts)

    def _reply(self, counts: Usage | None) -> ChatReply:
        chosen = self.chosen or Choice(self.notes, streamed=self._streamed)
        text, refusal, calls = chosen.text, chosen.refusal, self._calls(chosen)
        return ChatReply(
            text=text,
            reasoning=chosen.reasoning,
            refusal=refusal,
            tool_calls=calls,
            finish_reason=chosen.finish_reason,
            usage=counts,
            model=_word(self._fields.get("model")),
            id=_word(self._fields.get("id")),
            result=_result(chosen.finish_reason, refusal, has_answer=bool(text.strip() or calls)),
            streamed=self._streamed,
            warnings=self.notes.warnings,
        )

    def _calls(self, chosen: Choice) -> tuple[ToolCall, ...]:
        """Give the choice's calls; some servers put each call into a choice of its own."""
        if chosen.calls or chosen.finish_reason != "tool_calls":
            return chosen.calls.read()
        return tuple(call for choice in self._choices.values() for call in choice.calls.read())

    def _doubt_fields(self) -> None:
        absent = [name for name in self._expected if name not in self._fields]
        if absent:
            self.notes.add("missing_fields", f"never gives {', '.join(absent)}")
        if isinstance(self._fields.get("created"), float):
            self.notes.add("nonstandard_shape", "created is a float")
        if len(self._choices) > self._asked.choices:
            self.notes.add("extra_choices", f"{len(self._choices)} choices")
        served, asked = self._fields.get("model"), self._asked.model
        if isinstance(served, str) and asked and not _same_model(served, asked):
            self.notes.add("model_differs", f"asked for {asked!r}, served by {served!r}")

    def _doubt_choice(self, chosen: Choice) -> None:
        for choice in self._choices.values():
            choice.calls.doubt()
        if chosen.finish_reason is None:
            self.notes.add("missing_finish_reason")
        if self._streamed and chosen.looks_cumulative:
            self.notes.add("looks_cumulative")
        self._doubt_text(chosen.text)

    def _doubt_text(self, text: str) -> None:
        if "<" in text:
            if text.lstrip().startswith("<think>") or _closes_thinking(text):
                self.notes.add("reasoning_in_text")
            if token := SPECIAL_TOKEN.search(text):
                self.notes.add("special_token_in_text", token[0])
        blanks = len(text) - len(text.rstrip())
        if blanks >= TRAILING_WHITESPACE:
            self.notes.add("trailing_whitespace", f"{blanks} characters")


def _result(finish_reason: str | None, refusal: str | None, *, has_answer: bool) -> ReplyResult:
    if finish_reason == "content_filter":
        return "filtered"
    if refusal:
        return "refused"
    if finish_reason == "length":
        return "truncated"
    return "ok" if has_answer else "empty"


def _word(value: Json) -> str | None:
    return str(value) if isinstance(value, str | int | float) else None


def _same_model(served: str, asked: str) -> bool:
    """Whether the names agree, a suffix such as a date apart."""
    suffix = served.removeprefix(asked)
    return not suffix or (suffix != served and not suffix[0].isalnum())


def _closes_thinking(text: str) -> bool:
    before, closing, _ = text.partition("</think>")
    return bool(closing) and "<think>" not in before
