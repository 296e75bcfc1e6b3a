"""Strict JSON (RFC 8259): the value at a place of a text, or the reason and place of its mistake.

What readers understand differently is refused: a key that occurs twice, a number that no float
or int of this machine holds, and nesting that would exhaust the stack.
"""

import json
import math
import re
from itertools import accumulate

from evalkit.model.data import Json, JsonObject
from evalkit.reading.json_mistake import DEPTH, DIGITS, first_mistake

BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)
"""The brackets outside strings; a string that is not closed goes on to the end of the text."""


def decode(text: str, start: int = 0) -> tuple[Json, int]:
    """Give the value that starts at `start` and the place behind it; raises InvalidJson."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        raise first_mistake(text, start) from None
    if _too_deep(text[start:end]):
        raise first_mistake(text, start)
    return value, end


def close(text: str, start: int) -> int | None:
    """Find the place behind the bracket that closes the one at `start`; strings are stepped over.

    The brackets' kinds are not compared.
    """
    level = 0
    for match in BRACKETS.finditer(text, start):
        level += _step(match)
        if level == 0:
            return match.end()
    return None


def _too_deep(value: str) -> bool:
    if value.count("[") + value.count("{") <= DEPTH:
        return False
    return max(accumulate(map(_step, BRACKETS.finditer(value)))) > DEPTH


def _step(match: re.Match[str]) -> int:
    return (match[1] is not None) - (match[2] is not None)


def _object(pairs: list[tuple[str, Json]]) -> JsonObject:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError
    return value


def _integer(digits: str) -> int:
    if len(digits) > DIGITS:
        raise ValueError
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError
    return value


def _constant(name: str) -> float:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
)
