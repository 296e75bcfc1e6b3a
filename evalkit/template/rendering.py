"""Values inserted into authored texts, once: what is rendered is never rendered again."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

from evalkit.template.values import Json, fits, show, undefined

MARKS: Final = ("{{", "{%", "{#")
VARIABLE: Final = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
EXPRESSION: Final = re.compile(r"\{\{(?![-+])([^{}]+)(?<![-+])\}\}")
WORDS: Final = frozenset(
    ("True", "False", "None", "true", "false", "none", "and", "or", "not", "in", "is", "if", "else")
)
"""What stands between braces and is no variable."""

KEPT: Final = 4096
"""How many texts are kept compiled."""


class Rendered(str):
    """A text whose values are already inserted; it is never rendered again."""

    __slots__ = ()


class Compiled(Protocol):
    """A text to insert values into; `names` are the variables that it cannot do without."""

    @property
    def names(self) -> frozenset[str]: ...

    def run(self, values: Mapping[str, Any]) -> str: ...


class Plain:
    """A text in which nothing but variables stands between braces: it needs no compiler."""

    def __init__(self, parts: Sequence[str]) -> None:
        self._texts, self._variables = parts[::2], parts[1::2]
        self.names = frozenset(self._variables)

    def run(self, values: Mapping[str, Any]) -> str:
        for index, name in enumerate(self._variables):
            if name not in values:
                line = 1 + "".join(self._texts[: index + 1]).count("\n")
                raise undefined(name, values, line)
        inserted = [show(values[name]) for name in self._variables]
        fits(sum(map(len, inserted)))
        pairs = zip(self._texts, [*inserted, ""], strict=True)
        return "".join(piece for pair in pairs for piece in pair)


def is_template(text: str) -> bool:
    """Whether a text has anything in it that rendering would touch."""
    return any(mark in text for mark in MARKS)


def names(text: str) -> frozenset[str]:
    """Name the variables that a text cannot be rendered without; raises TemplateError."""
    return _compile(text).names if is_template(text) else frozenset()


def render(text: str, values: Mapping[str, Any]) -> Rendered:
    """Insert values into a text; raises TemplateError, and TypeError for a rendered text."""
    if isinstance(text, Rendered):
        raise TypeError("a rendered text is never rendered again")
    return Rendered(_compile(text).run(values) if is_template(text) else text)


def render_json(value: Json, values: Mapping[str, Any]) -> Json:
    """Insert values into every text of a JSON value; the keys stay as they are."""
    if isinstance(value, str):
        return render(value, values)
    if isinstance(value, list):
        return [render_json(part, values) for part in value]
    if isinstance(value, dict):
        return {key: render_json(part, values) for key, part in value.items()}
    return value


def render_typed(value: Json, values: Mapping[str, Any]) -> Json:
    """Insert values into every text; one that is a single expression becomes what that gives."""
    if isinstance(value, list):
        return [render_typed(part, values) for part in value]
    if isinstance(value, dict):
        return {key: render_typed(part, values) for key, part in value.items()}
    return _typed(value, values) if isinstance(value, str) else value


def _typed(text: str, values: Mapping[str, Any]) -> Json:
    variable, expression = VARIABLE.fullmatch(text), EXPRESSION.fullmatch(text)
    if variable and variable[1] in values:
        found: Json = values[variable[1]]
        return found
    if expression is None:
        return render(text, values)
    result: Json = json.loads(render(f"{{{{ ({expression[1]}) | tojson }}}}", values))
    return result


@lru_cache(KEPT)
def _compile(text: str) -> Compiled:
    """Compile a text; the sandbox and jinja2 are loaded for the first that needs them."""
    parts = VARIABLE.split(text)
    if not (WORDS.intersection(parts[1::2]) or any(map(is_template, parts[::2]))):
        return Plain(parts)
    from evalkit.template.program import Program

    return Program(text)
