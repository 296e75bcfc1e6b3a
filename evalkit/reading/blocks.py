"""The fenced blocks of a text, and the choice that no reader may make among several."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from evalkit.reading.excerpt import shorten

LISTED = 5
"""The most blocks that a text is searched for."""

FENCE = re.compile(
    r"^[ \t]*+(?P<ticks>`{3,}+)[ \t]*+(?P<label>[^`\s]*+)[^`\n]*+$",
    re.MULTILINE,
)


class Block(NamedTuple):
    """A part of a text: from where to where."""

    start: int
    end: int


def blocks_of(text: str, label: str) -> tuple[Block, ...]:
    """Find the insides of the first fenced blocks that have this label, or none."""
    return tuple(islice(_fenced(text, label), LISTED))


def counted(blocks: Sequence[Block], what: str) -> str:
    """Say that none of several is chosen."""
    count = f"{len(blocks)} or more" if len(blocks) == LISTED else str(len(blocks))
    return f"{count} {what}, of which none is chosen"


def candidates(text: str, blocks: Sequence[Block]) -> tuple[str, ...]:
    """Show the starts of those among which none is chosen."""
    return tuple(shorten(text[block.start : block.end].strip()) for block in blocks)


def _fenced(text: str, label: str) -> Iterator[Block]:
    opening: re.Match[str] | None = None
    for fence in FENCE.finditer(text):
        if opening is None:
            opening = fence
        elif not fence["label"] and len(fence["ticks"]) >= len(opening["ticks"]):
            if opening["label"].lower() in ("", label):
                yield Block(opening.end(), fence.start())
            opening = None
