"""A server's words, made fit to stand in a message: one line, no control characters, short."""

import re

MOST = 300
"""Characters of a server's words that a message keeps."""

INLINE_DATA = re.compile(r"(data:[\w.+/-]{0,80};base64,[\w+/=]{0,12})[\w+/=]*")
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?")
INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
SCANNED = 100_000
"""Characters that are looked at, however long the text is."""


def tame(text: str, most: int = MOST) -> str:
    """Take terminal escapes, control and bidi characters out, and cut to `most` characters.

    Inline base64 data is shortened first, so that the words around it are kept.
    """
    if len(text) <= most and text.isprintable() and "base64," not in text:
        return " ".join(text.split())
    line = INLINE_DATA.sub(r"\1…", text[:SCANNED])
    line = INVISIBLE.sub("", ESCAPE.sub("", line))
    line = " ".join(line.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
