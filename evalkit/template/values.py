"""JSON values in templates: how they are printed, how large they are, and how large they may be."""

import json
from collections.abc import Iterable
from typing import Any, Final, NoReturn, TypeAlias

from evalkit.errors import TemplateError, did_you_mean

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MOST_CHARACTERS: Final = 20_000_000
"""What one rendering may make, the values in between included."""

POINTER: Final = 8
WIDEST_INDENT: Final = 8


def show(value: object) -> str:
    """Print a value: text as it is, all else as JSON; raises TypeError for what is neither."""
    return str(value) if isinstance(value, str) else to_json(value)


def to_json(value: object, indent: int = 0) -> str:
    if not 0 <= indent <= WIDEST_INDENT:
        raise ValueError(f"an indent is from 0 to {WIDEST_INDENT}, not {indent}")
    fits(_printed(value) * (1 + indent))
    return json.dumps(value, ensure_ascii=False, indent=indent or None, default=_refuse)


def size(value: object) -> int:
    """Estimate the bytes that a value takes beside the values in it."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, int):
        return value.bit_length() // 8
    return POINTER * len(value) if isinstance(value, list | tuple | dict) else POINTER


def fits(characters: float) -> None:
    """Refuse what is too large before it is made; raises TemplateError."""
    if characters > MOST_CHARACTERS:
        raise TemplateError(f"a template makes at most {MOST_CHARACTERS:,} characters")


def undefined(name: str, known: Iterable[str], line: int | None = None) -> TemplateError:
    """Say that a variable has no value, and which one may be meant."""
    hint = "".join(did_you_mean(name, known)) or None
    return TemplateError(f"undefined variable {name!r}", line, hint)


def _refuse(value: object) -> NoReturn:
    """Refuse what is not JSON; an undefined value says by itself what it is."""
    raise TypeError(f"{value} cannot be printed")


def _printed(value: Any) -> int:  # noqa: ANN401 - any JSON value
    """Estimate what a value takes in print, no further than to where it is too large."""
    total, left = 0, [value]
    while left and total <= MOST_CHARACTERS:
        part = left.pop()
        total += size(part)
        if isinstance(part, list | tuple):
            left += part
        elif isinstance(part, dict):
            left += part.keys()
            left += part.values()
    return total
