"""A reply that is to be in one language: its text or the one fenced block in it, with places."""

import re
from dataclasses import dataclass
from itertools import chain, islice

from evalkit.errors import CheckError
from evalkit.model.chat import ChatReply
from evalkit.model.check import Evidence, Verdict
from evalkit.reading.blocks import FENCE, Block, blocks_of, candidates, counted
from evalkit.reading.excerpt import around, ending, line_and_column, shorten
from evalkit.reading.shortfalls import missing

LINE_END = re.compile(r"\r\n|\r|\n")
HINT = " (fenced: true would read it)"


@dataclass(frozen=True, slots=True)
class Language:
    """A language by the label of its fences, and the most characters of it that are parsed."""

    label: str
    most: int

    @property
    def name(self) -> str:
        return self.label.upper()


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a reply is not in the language, with the places that show it."""

    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """The part of a reply that is to be parsed; `hint` is what helps where that fails."""

    reply: str
    start: int
    end: int
    hint: str = ""

    @property
    def text(self) -> str:
        return self.reply[self.start : self.end]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Show what stands around a fenced block and was left out."""
        left_out = (self.reply[: self.start].strip(), self.reply[self.end :].strip())
        stripped = "\n".join(filter(None, left_out))
        return (Evidence(message="left out", excerpt=shorten(stripped)),) if stripped else ()

    def index(self, line: int, column: int) -> int:
        """Give the index in `text` of a line and a column, both from 1."""
        ends = islice(LINE_END.finditer(self.text), max(line - 1, 0))
        start = max((end.end() for end in ends), default=0)
        return min(max(start + column - 1, 0), len(self.text))

    def flaw(self, reason: str, index: int) -> Flaw:
        """Say what is wrong at an index of `text`, in lines and columns of the whole reply."""
        place = self.start + index
        line, column = line_and_column(self.reply, place)
        seen = Evidence(message=f"{line}:{column}", excerpt=around(self.reply, place))
        return Flaw(f"{reason} at {line}:{column}{self.hint}", (seen, *self.evidence))


def code_of(reply: ChatReply, language: Language, *, fenced: bool) -> Code | Flaw:
    """Find what is to be parsed; what kept the reply from being whole is named before any syntax.

    Raises CheckError of kind `too_large`.
    """
    text = reply.text
    lacking = missing(reply)
    if lacking:
        return Flaw(lacking, (Evidence(message=lacking, excerpt=ending(text)),))
    if len(text) > language.most:
        message = f"reply has more than {language.most:,} characters of {language.name}"
        raise CheckError("too_large", message)
    blocks = blocks_of(text, language.label)
    if fenced and len(blocks) > 1:
        return _ambiguous(text, blocks)
    if fenced and blocks:
        return _trimmed(text, blocks[0])
    whole = _trimmed(text, Block(0, len(text)), HINT if len(blocks) == 1 and not fenced else "")
    return whole.flaw("a code fence", 0) if FENCE.match(whole.text) else whole


def _trimmed(text: str, block: Block, hint: str = "") -> Code:
    inside = text[block.start : block.end]
    start = block.start + len(inside) - len(inside.lstrip())
    return Code(text, start, max(start, block.start + len(inside.rstrip())), hint)


def _ambiguous(text: str, blocks: tuple[Block, ...]) -> Flaw:
    inside = candidates(text, blocks)
    told = tuple(Evidence(message="candidate", excerpt=excerpt) for excerpt in inside)
    return Flaw(counted(blocks, "fenced blocks"), told)


def together(*facts: Verdict) -> Verdict:
    """Put facts together as one verdict: those that fail are its reason, or all if none does."""
    told = tuple(fact for fact in facts if fact.status == "failed") or facts
    return Verdict(
        status=told[0].status,
        reason=" and ".join(fact.reason for fact in told),
        evidence=tuple(chain.from_iterable(fact.evidence for fact in told)),
    )
