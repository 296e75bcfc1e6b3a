"""Finding the error in what a server sent: its words, its codes, the status it names itself."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from evalkit.dialect.json_text import first_value
from evalkit.model.data import Json, JsonObject

WORDS = ("message", "msg", "detail", "details", "description", "error_description", "title")
CODES = ("code", "error_code", "type", "status")
INNER = ("innererror", "details")
"""Where Azure and Anthropic say more exactly what is wrong."""

STATUSES = ("code", "status", "statusCode", "status_code")
DEEPEST = 8
MOST_ITEMS = 3
MOST_WORDS = 30
NO_ERROR = frozenset({"", "0", "200", "none", "null", "ok", "success"})
"""Codes that gateways give to what went well."""

FRAME = re.compile(r"\s*(?:(?:event|id|retry)?:[^\r\n]*[\r\n]+)*data:([^\r\n]*)")
"""The first event of a stream, up to the end of its first line of data."""

TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An error as the server describes it; `codes` are in lower case."""

    words: str
    codes: tuple[str, ...] = ()
    status: int | None = None

    def has_code(self, *parts: str) -> bool:
        """Whether one of its codes contains one of `parts`."""
        return any(part in code for code in self.codes for part in parts)


def is_error(data: JsonObject) -> bool:
    """Whether an object with status 200, or in a stream, is an error and no completion."""
    if data.get("error"):
        return True
    if "choices" in data or "delta" in data:
        return False
    if data.get("object") == "error" or data.get("type") == "error" or data.get("detail"):
        return True
    code = data.get("code", data.get("error_code", data.get("statusCode")))
    worded = any(isinstance(data.get(name), str) for name in WORDS)
    return worded and str(code).lower() not in NO_ERROR


def find(data: Json) -> Envelope:
    """Read an error envelope of any known form."""
    inner = _inner(data)
    layers = [layer for layer in (inner, data) if isinstance(layer, dict)]
    codes = [code for layer in layers for code in _codes(layer)]
    statuses = [status for layer in layers for status in _statuses(layer)]
    every = (word for word in _words(data, 0) if word)
    words = list(dict.fromkeys(islice(every, MOST_WORDS)))
    return Envelope(
        words="; ".join(words[:MOST_ITEMS]),
        codes=tuple(dict.fromkeys(codes)),
        status=statuses[0] if statuses else None,
    )


def find_in_text(text: str) -> Envelope:
    """Read an error page: the JSON that it or its first event is, an HTML title, or the text."""
    frame = FRAME.match(text)
    found = first_value(frame[1] if frame else text)
    if found is not None and isinstance(found.value, dict | list | str):
        return find(found.value)
    title = TITLE.search(text[:10_000])
    return Envelope(words=f"web page {html.unescape(title[1].strip())!r}" if title else text)


def _inner(data: Json) -> Json:
    for _ in range(DEEPEST):
        if not isinstance(data, list) or not data:
            break
        data = data[0]
    if isinstance(data, dict):
        return data.get("error") or data
    return data


def _codes(layer: JsonObject, depth: int = 0) -> Iterator[str]:
    for name in CODES:
        value = layer.get(name)
        if isinstance(value, str):
            yield value.lower()
    for name in INNER:
        inner = layer.get(name)
        if isinstance(inner, dict) and depth < DEEPEST:
            yield from _codes(inner, depth + 1)


def _statuses(layer: JsonObject) -> Iterator[int]:
    for name in STATUSES:
        value = layer.get(name)
        number = (
            int(value) if isinstance(value, str) and re.fullmatch(r"[45]\d\d", value) else value
        )
        if isinstance(number, int) and 400 <= number < 600:  # noqa: PLR2004 - HTTP's error range
            yield number


def _words(value: Json, depth: int) -> Iterator[str]:
    """Give the texts that tell what happened, the most telling first."""
    if depth > DEEPEST:
        return
    if isinstance(value, str):
        yield from _unwrapped(value, depth)
    elif isinstance(value, list):
        for item in value[:MOST_ITEMS]:
            yield from _words(item, depth + 1)
    elif isinstance(value, dict):
        yield from _object_words(value, depth)


def _unwrapped(text: str, depth: int) -> Iterator[str]:
    """Open a JSON object that was put into a string."""
    found = first_value(text) if text.startswith("{") else None
    if found is None or not isinstance(found.value, dict):
        yield text
    else:
        yield from _words(found.value, depth + 1)


def _object_words(data: JsonObject, depth: int) -> Iterator[str]:
    yield from _words(data.get("error"), depth + 1)
    for name in WORDS:
        for word in _words(data.get(name), depth + 1):
            yield _placed(word, data)
    metadata = data.get("metadata")
    if isinstance(metadata, dict):
        yield from _upstream(metadata)


def _placed(word: str, data: JsonObject) -> str:
    """Say which part of the request is meant, where the server tells and the word does not."""
    location, parameter = data.get("loc"), data.get("param")
    if isinstance(location, list):
        steps = [str(step) for step in location if isinstance(step, str | int)]
        return f"{'.'.join(steps)}: {word}"
    if isinstance(parameter, str) and parameter and parameter not in word:
        return f"{word} (param {parameter})"
    return word


def _upstream(metadata: JsonObject) -> Iterator[str]:
    """Give the reason that a router passes on from the provider behind it."""
    raw, provider = metadata.get("raw"), metadata.get("provider_name")
    for word in _words(raw, 0):
        yield f"{provider}: {word}" if isinstance(provider, str) else word
