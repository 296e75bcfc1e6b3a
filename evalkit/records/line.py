"""One line of a record: a JSON object in ASCII that carries its number and its own checksum."""

import json
import math
import re
import zlib
from dataclasses import dataclass
from typing import Any, Literal

from evalkit.model.data import JsonObject, Recorded

VERSION = 1
"""The record's major version: raised when an older evalkit could misread a line."""

LineType = Literal["run_start", "plan", "outcome", "note", "run_end"]

_CHECKSUM = b',"crc":'
_SPECIAL = re.compile(r'\$f"|NaN|Infinity')
"""What the text of a payload holds that has to be escaped, or seems to."""


class BadLine(ValueError):
    """A line that is not what was written; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as read; `data` are the keys of its payload."""

    version: int
    seq: int
    type: str
    data: JsonObject


def encode(seq: int, written: float, type: LineType, payload: Recorded) -> bytes:  # noqa: A002 - the key's own name
    """Write a line, its newline included; `written` is seconds since the epoch."""
    head = _compact({"v": VERSION, "seq": seq, "t": written, "type": type})
    body = f"{head[:-1]},{_written(payload)[1:]}".encode("ascii")
    checksum = b"%s%d}\n" % (_CHECKSUM, zlib.crc32(body))
    return body[:-1] + checksum


def decode(raw: bytes) -> Line:
    """Read a line without its newline; raises BadLine."""
    body, found, checksum = raw.rpartition(_CHECKSUM)
    if not found or checksum != b"%d}" % zlib.crc32(body + b"}"):
        raise BadLine("the checksum does not match")
    try:
        data = json.loads(body + b"}")
        return _line(_restore(data) if b'$f"' in body else data)
    except (ValueError, RecursionError) as error:
        raise BadLine("it is no JSON object of a record") from error


def _line(data: Any) -> Line:  # noqa: ANN401 - whatever the JSON holds
    match data:
        case {"v": int(version), "seq": int(seq), "t": int() | float(), "type": str(kind)}:
            return Line(version, seq, kind, data)
    raise ValueError


def _written(payload: Recorded) -> str:
    """Write a payload as pydantic does, in half the time, but for what only `_escape` can."""
    try:
        text = payload.model_dump_json(ensure_ascii=True)
    except ValueError:  # halves of surrogate pairs
        return _compact(_escape(payload.model_dump()))
    return _compact(_escape(payload.model_dump())) if _SPECIAL.search(text) else text


def _compact(data: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(data, separators=(",", ":"), allow_nan=False)


def _escape(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Write non-finite numbers as `{"$f": "nan"}`, and an object of that shape with one more $."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"$f": str(value)}
    if isinstance(value, list | tuple):
        return [_escape(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    marked = _is_marked(value)
    return {f"${key}" if marked else key: _escape(entry) for key, entry in value.items()}


def _restore(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        return [_restore(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"$f"}:
        return float(str(value["$f"]))
    marked = _is_marked(value)
    return {key[1:] if marked else key: _restore(entry) for key, entry in value.items()}


def _is_marked(value: JsonObject) -> bool:
    return len(value) == 1 and next(iter(value)).lstrip("$") == "f" and value.keys() != {"f"}
