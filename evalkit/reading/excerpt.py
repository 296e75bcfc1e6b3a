"""Short pieces of long texts, for reasons and evidence."""


def shorten(text: str, width: int = 80) -> str:
    """Cut a text to `width` characters, with an ellipsis where something is left out."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def ending(text: str, width: int = 80) -> str:
    """Give the end of a text, which shows where it breaks off."""
    return text if len(text) <= width else f"…{text[1 - width :]}"


def around(text: str, place: int, width: int = 80) -> str:
    """Show the line of `text` that holds the index `place`, near that place."""
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    end = len(text) if end < 0 else end
    left = max(start, place - width // 3)
    right = min(end, left + width)
    before, after = "…" if left > start else "", "…" if right < end else ""
    return f"{before}{text[left:right]}{after}"


def in_line(text: str) -> str:
    """Write a text of the model's, such as a key, on one line."""
    return repr(text)[1:-1]


def writable(text: str) -> str:
    """Write halves of surrogate pairs as escapes: no file could hold them."""
    return text.encode(errors="backslashreplace").decode()


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """Give the line and the column of an index, both from 1."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
