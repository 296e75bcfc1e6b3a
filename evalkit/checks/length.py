"""The check `length`."""

from collections.abc import Callable, Mapping
from typing import Final, Self

from pydantic import model_validator

from evalkit.model.check import Check, Verdict, View
from evalkit.model.limit import Limit
from evalkit.reading.measured import Measured, judged, require_decisive

COUNTS: Final[Mapping[str, Callable[[str], int]]] = {
    "characters": len,
    "words": lambda text: len(text.split()),
    "lines": lambda text: len(text.splitlines()),
}


class Length(Check):
    r"""The reply is so long, in characters, words or lines.

    Characters are Unicode's code points, white space included; words are what white space parts. A
    line break at the end begins no line, and an empty reply has none.

    - length: 5                            # passes: "a b\nc"; fails: "a b\nc\n"
    - length: {words: {min: 2, max: 3}}    # passes: "as you wish"; fails: "yes"
    - length: {characters: {min: 1}, lines: 2}
      # passes: "a\nb\n"; fails: "a\n\nb"
    """

    characters: Limit | None = None
    words: Limit | None = None
    lines: Limit | None = None

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if not self.limits:
            raise ValueError(f"this cannot fail: give one of {', '.join(COUNTS)}")
        require_decisive(self.limits.values())
        return self

    @property
    def limits(self) -> dict[str, Limit]:
        named = {name: getattr(self, name) for name in COUNTS}
        return {name: limit for name, limit in named.items() if limit is not None}

    def evaluate(self, view: View) -> Verdict:
        text = view.reply.text
        return judged([_measured(name, limit, text) for name, limit in self.limits.items()])


def _measured(name: str, limit: Limit, text: str) -> Measured:
    count = COUNTS[name](text)
    return Measured(
        pointer=name,
        subject="reply has",
        figure=f"{count:,}",
        what=name[:-1] if count == 1 else name,
        value=count,
        limit=limit,
    )
