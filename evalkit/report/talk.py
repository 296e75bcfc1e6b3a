"""What an attempt looks like: bubbles, and under each turn what was held against it."""

from dataclasses import dataclass

from evalkit.report.media import Picture
from evalkit.report.text import Cut, line


@dataclass(frozen=True, slots=True)
class Where:
    """An item's place, in the page and in its suite."""

    anchor: str
    place: str
    description: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message: a text, a picture, or a note on what can only be named."""

    text: Cut | None = None
    picture: Picture | None = None
    note: str = ""
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call as shown."""

    name: str
    arguments: Cut


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as shown; a system prompt that is `long` opens on demand."""

    role: str
    pieces: tuple[Piece, ...] = ()
    calls: tuple[Call, ...] = ()
    long: bool = False

    @property
    def start(self) -> str:
        return line(" ".join(piece.text.text for piece in self.pieces if piece.text), 120)


@dataclass(frozen=True, slots=True)
class Badge:
    text: str
    title: str = ""
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class Finding:
    """A piece of evidence as shown."""

    pointer: str
    message: str
    excerpt: Cut


@dataclass(frozen=True, slots=True)
class Consulted:
    """A request of a check as shown: of whom, what was sent, and what came back."""

    deployment: str
    request: Cut
    answer: Cut
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict as shown, with those of the checks inside it; what was asked opens on demand."""

    status: str
    check: str
    label: str
    reason: Cut
    place: str
    optional: bool
    evidence: tuple[Finding, ...]
    parts: "tuple[Mark, ...]" = ()
    asked: tuple[Consulted, ...] = ()

    @property
    def folded(self) -> bool:
        """Whether the evidence opens on demand: what holds needs no proof at first sight."""
        return self.status == "passed"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault as shown, with what can be done about it."""

    kind: str
    message: Cut
    hint: str
    facts: tuple[str, ...]
    partial: Bubble | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one request added to the conversation, its answer, and the verdicts of its turn."""

    turn: int
    label: str
    said: tuple[Bubble, ...]
    answer: Bubble | None
    reasoning: Cut | None
    trouble: Trouble | None
    facts: tuple[str, ...]
    badges: tuple[Badge, ...]
    request: Cut
    tries: tuple[str, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """One attempt; `marks` are verdicts of the whole conversation, or of turns never reached.

    `open` is set where it is the one to read first.
    """

    trial: str
    number: int
    status: str
    reason: str
    short: str
    seconds: str
    steps: tuple[Step, ...]
    marks: tuple[Mark, ...]
    open: bool
