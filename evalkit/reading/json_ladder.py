"""The ladder of readings of a reply as JSON, the strictest first: exact, fenced, extracted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias, get_args

from evalkit.model.chat import ChatReply
from evalkit.model.check import Evidence, JsonFrom, View
from evalkit.model.data import Json
from evalkit.reading.blocks import LISTED, Block, blocks_of, candidates, counted
from evalkit.reading.excerpt import around, line_and_column
from evalkit.reading.json_mistake import SPACE, InvalidJson
from evalkit.reading.shortfalls import missing
from evalkit.reading.strict_json import close, decode

LEVELS: tuple[JsonFrom, ...] = get_args(JsonFrom)
BRACKET = re.compile(r"[\[{]")
LOOKS_LIKE_JSON = re.compile(
    r"""\{\s*["'}]|\[\s*(?:["'{\[\]]|-?[0-9]|(?:true|false|null)\b)""",
)


@dataclass(frozen=True, slots=True)
class Read:
    """The value, the level that read it, and the text around it that was left out."""

    value: Json
    how: JsonFrom
    stripped: str = ""


@dataclass(frozen=True, slots=True)
class NotJson:
    """Why a text is not read as JSON; `line` and `column` count from 1, 0 where no place is meant.

    `candidates` are the starts of the values among which no reader may choose.
    """

    reason: str
    line: int = 0
    column: int = 0
    excerpt: str = ""
    candidates: tuple[str, ...] = ()
    hint: str = ""

    def __str__(self) -> str:
        place = f" at {self.line}:{self.column}" if self.line else ""
        return f"{self.reason}{place}{f' ({self.hint})' if self.hint else ''}"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        if self.candidates:
            return tuple(Evidence(message="candidate", excerpt=text) for text in self.candidates)
        if not self.excerpt:
            return ()
        return (Evidence(message=f"{self.line}:{self.column}", excerpt=self.excerpt),)


Reading: TypeAlias = Read | NotJson


def of_view(view: View, allowed: JsonFrom | None = None) -> Reading:
    """Read a view's reply once, at the level that the view allows unless another is given.

    What kept the reply from being whole is named before any syntax.
    """
    level = allowed or view.json_from
    return view.once(("json", level), lambda: _of_reply(view.reply, level))


def _of_reply(reply: ChatReply, level: JsonFrom) -> Reading:
    lacking = missing(reply)
    if lacking:
        return NotJson(lacking)
    return read(reply.text, level)


def read(text: str, allowed: JsonFrom = "exact") -> Reading:
    """Read a text at the strictest level that can, none more lenient than `allowed`."""
    reading: Reading = NotJson("no text")
    for level in LEVELS:
        attempt = READERS[level](text)
        lenient = LEVELS.index(level) > LEVELS.index(allowed)
        if isinstance(attempt, Read):
            return _hinted(reading, level) if lenient else attempt
        if attempt and not lenient:
            reading = attempt
    return reading


def _hinted(reading: Reading, level: JsonFrom) -> Reading:
    if isinstance(reading, Read):
        return reading
    return replace(reading, hint=f"json_from: {level} would read it")


def _exact(text: str) -> Reading:
    return _whole(text, Block(0, len(text)), "exact")


def _fenced(text: str) -> Reading | None:
    blocks = blocks_of(text, "json")
    if len(blocks) > 1:
        return _ambiguous(text, blocks, "fenced blocks")
    return _whole(text, blocks[0], "fenced") if blocks else None


def _extracted(text: str) -> Reading | None:
    blocks = tuple(islice(_values(text), LISTED))
    if len(blocks) > 1:
        return _ambiguous(text, blocks, "values")
    return _whole(text, blocks[0], "extracted") if blocks else None


def _values(text: str) -> Iterator[Block]:
    """Find the outermost brackets that begin as JSON does, well-formed or not."""
    place = 0
    while match := BRACKET.search(text, place):
        place = match.start() + 1
        if LOOKS_LIKE_JSON.match(text, match.start()):
            place = close(text, match.start()) or len(text)
            yield Block(match.start(), place)


def _whole(text: str, block: Block, how: JsonFrom) -> Reading:
    """Read a block that must hold one value and nothing else."""
    start = _skip(text, block.start)
    if start >= block.end:
        return _not_json(text, "no text", block.end)
    try:
        value, end = decode(text, start)
    except InvalidJson as mistake:
        if how == "fenced" and mistake.place >= block.end:
            return _not_json(text, "the fenced block ends inside the value", block.end)
        return _not_json(text, mistake.reason, min(mistake.place, block.end))
    behind = _skip(text, end)
    if behind < block.end:
        return _not_json(text, "more text behind the value", behind)
    around = (text[: block.start].strip(), text[block.end :].strip())
    return Read(value, how, "\n".join(filter(None, around)))


def _skip(text: str, place: int) -> int:
    match = SPACE.match(text, place)
    return match.end() if match else place


def _not_json(text: str, reason: str, place: int) -> NotJson:
    line, column = line_and_column(text, place)
    return NotJson(reason, line, column, around(text, place))


def _ambiguous(text: str, blocks: tuple[Block, ...], what: str) -> NotJson:
    return NotJson(counted(blocks, what), candidates=candidates(text, blocks))


READERS: dict[JsonFrom, Callable[[str], Reading | None]] = {
    "exact": _exact,
    "fenced": _fenced,
    "extracted": _extracted,
}
