"""Values inserted into a conversation: its texts, labels, addresses and expectations."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from operator import is_
from typing import TypeVar

from pydantic import BaseModel

from evalkit.errors import Mistake, Mistakes, TemplateError
from evalkit.model.chat import MediaPart, Part, TextPart
from evalkit.model.check import Expectation, Recipe
from evalkit.model.data import Json
from evalkit.model.suite import Conversation, Turn
from evalkit.source import Span
from evalkit.template import is_template, render, render_json

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class Rendering:
    """Inserts one set of values into a conversation, and notes where that cannot be done."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        self.values = values
        self.mistakes: list[Mistake] = []

    def conversation(self, conversation: Conversation) -> Conversation:
        """Give a copy with the values in it; the conversation itself where it takes none."""
        if not conversation.template:
            return conversation
        changes = {
            "system": self._parts(conversation.system, conversation.span),
            "turns": _each(self._turn, conversation.turns),
            "expect": _each(self._expectation, conversation.expect),
        }
        return _changed(conversation, changes)

    def _turn(self, turn: Turn) -> Turn:
        changes = {
            "system": self._parts(turn.system, turn.span),
            "user": self._parts(turn.user, turn.span),
            "assistant": self._parts(turn.assistant, turn.span),
            "label": turn.label and self._text(turn.label, turn.span),
            "expect": _each(self._expectation, turn.expect),
        }
        return _changed(turn, changes)

    def _parts(self, parts: tuple[Part, ...] | None, span: Span) -> tuple[Part, ...] | None:
        return None if parts is None else _each(partial(self._part, span=span), parts)

    def _part(self, part: Part, span: Span) -> Part:
        if isinstance(part, TextPart) and is_template(part.text):
            return part.model_copy(update={"text": self._text(part.text, span)})
        if isinstance(part, MediaPart) and part.url and is_template(part.url):
            return part.model_copy(update={"url": self._text(part.url, span)})
        return part

    def _text(self, text: str, span: Span) -> str:
        try:
            return render(text, self.values)
        except TemplateError as error:
            self._note(error, span)
            return text

    def _expectation(self, expectation: Expectation) -> Expectation:
        recipe = expectation.check
        if not isinstance(recipe, Recipe):
            return expectation
        try:
            authored = {
                key: render_json(part, self.values) for key, part in recipe.authored.items()
            }
            return replace(expectation, check=recipe.build(authored))
        except TemplateError as error:
            self._note(error, expectation.span)
        except Mistakes as error:
            self.mistakes += error.mistakes
        return expectation

    def _note(self, error: TemplateError, span: Span) -> None:
        hints = () if error.hint is None else (error.hint,)
        self.mistakes.append(Mistake(span, str(error), hints=hints))


def _each(change: Callable[[T], T], values: tuple[T, ...]) -> tuple[T, ...]:
    """Change every value; give the tuple itself where none is another one afterwards."""
    changed = tuple(map(change, values))
    return values if all(map(is_, changed, values)) else changed


def _changed(model: M, changes: Mapping[str, object]) -> M:
    """Copy a model with changes; give the model itself where there are none."""
    real = {key: value for key, value in changes.items() if value is not getattr(model, key)}
    return model.model_copy(update=real) if real else model
