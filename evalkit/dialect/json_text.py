"""Reading the JSON value that a body begins with, whatever the body is, and writing one."""

import json
from dataclasses import dataclass

from evalkit.model.chat import CallError, Fault
from evalkit.model.data import Json

DECODER = json.JSONDecoder()
WHITESPACE = " \t\r\n"
"""What may stand around a JSON value."""


@dataclass(frozen=True, slots=True)
class Found:
    """A JSON value, and what stands behind it."""

    value: Json
    rest: str


def first_value(text: str) -> Found | None:
    """Give the JSON value at the start of a text; None where there is none."""
    stripped = text.strip("\ufeff" + WHITESPACE)
    try:
        value, end = DECODER.raw_decode(stripped)
    except (ValueError, RecursionError):  # a 5,000-digit number is a plain ValueError
        return None
    return Found(value, stripped[end:].strip())


def compact(value: Json) -> str:
    """Write a value of a reply; raises CallError where it is so deep that only reading it works."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        message = "the reply holds JSON that is nested too deeply"
        raise CallError(Fault(kind="response_invalid", message=message)) from None


def decode(data: bytes) -> tuple[str, bool]:
    """Decode UTF-8, and say whether anything had to be replaced."""
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace"), True
