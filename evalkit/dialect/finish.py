"""Why a choice ended, in the standard's words where they fit."""

from evalkit.dialect.json_text import compact
from evalkit.dialect.notes import Notes
from evalkit.model.data import Json

STANDARD = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
ALIASES = {
    "eos": "stop",
    "eos_token": "stop",
    "end": "stop",
    "end_turn": "stop",
    "max_tokens": "length",
    "sensitive": "content_filter",
}
BROKEN = frozenset({"error", "abort", "network_error"})
"""The words by which a server says that it failed in the middle."""

LONGEST = 80


def read(sent: Json, notes: Notes) -> str | None:
    """Give the finish reason; null and the empty text are none yet."""
    if sent is None:
        return None
    if isinstance(sent, str) and (sent in STANDARD or sent in BROKEN):
        return sent
    word = sent if isinstance(sent, str) else compact(sent)[:LONGEST]
    notes.add("nonstandard_finish_reason", f"{word!r}"[:LONGEST])
    return ALIASES.get(word, word) or None
