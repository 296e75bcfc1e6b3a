"""Token counts as the deployment reported them: kept as they are, doubted aloud."""

from evalkit.dialect.json_text import compact
from evalkit.dialect.notes import Notes
from evalkit.model.chat import Usage
from evalkit.model.data import Json, JsonObject

LARGEST = 10**12
"""More tokens than any reply can have; a larger number is no count."""

FIELDS = {"prompt": "prompt_tokens", "completion": "completion_tokens", "total": "total_tokens"}


def read(reported: Json, notes: Notes) -> Usage | None:
    """Give the counts, None where nothing was reported; a count that is none is left out."""
    if not isinstance(reported, dict):
        return None
    counts = {ours: _count(reported, theirs, notes) for ours, theirs in FIELDS.items()}
    absent = [theirs for ours, theirs in FIELDS.items() if counts[ours] is None]
    if absent:
        notes.add("usage_missing", f"no usable {', '.join(absent)}")
    return Usage(
        **counts,
        reasoning=_detail(reported, "completion_tokens_details", "reasoning_tokens", notes),
        cached=_detail(reported, "prompt_tokens_details", "cached_tokens", notes),
    )


def doubt(usage: Usage, text: str, notes: Notes) -> None:
    """Warn where the counts contradict each other or the text."""
    if usage.total is not None:
        parts = (usage.prompt, usage.completion, usage.reasoning, usage.cached)
        if any(part is not None and part > usage.total for part in parts):
            notes.add("usage_inconsistent", f"a part is above the total of {usage.total}")
        known = usage.prompt is not None and usage.completion is not None
        if known and usage.total != (usage.prompt or 0) + (usage.completion or 0):
            notes.add("usage_inconsistent", f"total {usage.total} is not prompt + completion")
    if text and 0 in (usage.completion, usage.total):
        notes.add("usage_inconsistent", "0 tokens are reported for a reply with text")


def _detail(reported: JsonObject, group: str, name: str, notes: Notes) -> int | None:
    details = reported.get(group)
    return _count(details, name, notes) if isinstance(details, dict) else None


def _count(reported: JsonObject, name: str, notes: Notes) -> int | None:
    value = reported.get(name)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and 0 <= value <= LARGEST:
        notes.add("nonstandard_shape", f"{name} is a float")
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    notes.add("usage_missing", f"{name} is no count: {compact(value)[:40]}")
    return None
