"""What an unquoted scalar means: JSON's numbers, true, false and null; all else is text."""

import math
import re
from typing import Final

NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "": None}
MOST_DIGITS: Final = 4000
"""A longer number stays text: Python refuses to read it as an integer."""

Value = str | int | float | bool | None


def meaning(source: str) -> Value:
    """Read a plain scalar as JSON would; nothing at all is null."""
    if source in WORDS:
        return WORDS[source]
    match = NUMBER.fullmatch(source)
    if match is None or len(source) > MOST_DIGITS:
        return source
    if match[1] is None and match[2] is None:
        return int(source)
    number = float(source)
    return number if math.isfinite(number) else source
