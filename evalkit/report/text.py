"""Texts and numbers as reports show them: nothing hidden, nothing endless."""

import hashlib
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

MAX_TEXT = 64 * 1024
"""How many characters of one text a report shows."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, marks that reorder or hide text, halves of surrogate pairs, tag characters."""

_SHORT = 60
_MINUTE = 60.0
_HOUR = 3600.0


def visible(text: str) -> str:
    """Show every character that would be invisible, or act on the text around it, by a sign."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_sign, text.replace("\r\n", "\n"))


def _sign(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, slots=True)
class Cut:
    """The start of a text, and how many characters of it are left out."""

    text: str
    left_out: int = 0

    @classmethod
    def of(cls, text: str, limit: int = MAX_TEXT) -> "Cut":
        return cls(text[:limit], max(0, len(text) - limit))


def line(text: str, limit: int = 300) -> str:
    """Flatten a text to one line of at most `limit` characters."""
    flat = " ".join(text[: limit * 4].split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def anchor(item: str) -> str:
    """Give the id of an item's place in the page: words for people, a hash for uniqueness."""
    plain = unicodedata.normalize("NFKD", item.rpartition("::")[2]).lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:_SHORT].strip("-") or "item"
    digest = hashlib.sha256(item.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{words}-{digest[:8]}"


def percent(share: float) -> str:
    """Round to a whole percent, but never to 0 or 100 what is neither."""
    rounded = round(share * 100)
    if rounded == 0 and share > 0:
        return "<1%"
    if rounded == 100 and share < 1:  # noqa: PLR2004 - a hundred percent
        return ">99%"
    return f"{rounded}%"


def duration(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


def moment(seconds: float) -> str:
    """Say a time since the epoch as a date and time of Greenwich."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%d %b %Y, %H:%M UTC}".lstrip("0")
    except (OverflowError, ValueError, OSError):
        return "at an unknown time"


def size(count: int) -> str:
    """Say a number of bytes in the unit that fits."""
    if count < 1024:  # noqa: PLR2004 - a kibibyte
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{count / 1024:.0f} KiB"
    return f"{count / 1024 / 1024:.1f} MiB"


def plural(count: int, word: str, words: str | None = None) -> str:
    return f"{count:,} {word if count == 1 else words or f'{word}s'}"
