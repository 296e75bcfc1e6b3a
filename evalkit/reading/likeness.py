"""How like texts are, as a score from 0 to 1: what the checks of it have in common."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, TypeAlias

from pydantic import Field, ValidationInfo, field_validator

from evalkit.errors import CheckError
from evalkit.model.check import Evidence, Verdict, View
from evalkit.model.limit import Limit
from evalkit.reading.excerpt import shorten
from evalkit.reading.form import Form
from evalkit.reading.measured import Measured, judged
from evalkit.reading.text import TextCheck

MOST_CHARACTERS = 50_000
"""The longest texts that are compared, all references together: the time grows with the square."""

Score: TypeAlias = Annotated[float, Field(gt=0, le=1)]
References: TypeAlias = str | Annotated[tuple[str, ...], Field(strict=False)]


class LikenessCheck(TextCheck):
    """A check of how like the reply is to texts of the author."""

    min: Score = 0.5

    def measurable(self, view: View) -> str:
        """Give the reply as it is compared; raises CheckError `too_large`."""
        reply = self.seen(view)
        if len(reply) > MOST_CHARACTERS:
            message = f"reply has {len(reply):,} characters: {MOST_CHARACTERS:,} can be compared"
            raise CheckError("too_large", message)
        return reply

    def scored(self, name: str, score: float, against: str, seen: Evidence) -> Verdict:
        """Hold a score against the least that is asked for; `seen` is evidence beside it."""
        score = round(min(score, 1.0), 9)
        figure = Measured(
            pointer=self.key(),
            subject="reply has",
            figure=f"{name} {_cut(score)}",
            what=f"against {against}",
            value=score,
            limit=Limit(min=self.min),
        )
        verdict = judged((figure,))
        update = {"score": score, "evidence": (*verdict.evidence, seen)}
        return verdict.model_copy(update=update)


class ReferenceCheck(LikenessCheck):
    """A check of how like the reply is to one text or several that would be good replies."""

    reference: References

    @field_validator("reference")
    @classmethod
    def _can_be_judged(cls, written: References, info: ValidationInfo) -> References:
        texts = (written,) if isinstance(written, str) else written
        if not texts:
            raise ValueError("this cannot pass: give at least one reference")
        require_comparable(texts, info.data)
        return written

    @cached_property
    def references(self) -> tuple[str, ...]:
        """The references as they are compared."""
        written = self.reference
        return tuple(map(self.form.apply, (written,) if isinstance(written, str) else written))

    def compared(self, name: str, score: float) -> Verdict:
        """Hold the reply's score against the references to the least that is asked for."""
        first, *others = self.references
        told = f"{len(others) + 1} references" if others else repr(shorten(first))
        message = f"the first of {told}" if others else "reference"
        return self.scored(name, score, told, Evidence(message=message, excerpt=shorten(first)))


def require_comparable(texts: Sequence[str], keys: Mapping[str, Any]) -> None:
    """Raise ValueError for a text that no reply is like; `keys` are those of the check."""
    compared = [Form.read(keys).apply(text) for text in texts]
    if not all(text.strip() for text in compared):
        raise ValueError("this cannot pass: no reply is like an empty text")
    length = sum(map(len, compared))
    if length > MOST_CHARACTERS:
        raise ValueError(f"{length:,} characters: {MOST_CHARACTERS:,} can be compared")


def _cut(score: float) -> str:
    """Write a score with four decimals at most, never rounded up to what it does not reach."""
    return f"{score:.9f}"[:6].rstrip("0").rstrip(".")
