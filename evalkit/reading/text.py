"""What the checks of a text have in common: how it is looked for, and what is told of that."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from typing import Any, Literal, NamedTuple, TypeAlias

from evalkit.model.check import Check, Evidence, View
from evalkit.model.data import Many
from evalkit.reading.excerpt import around, line_and_column, shorten
from evalkit.reading.form import AS_IT_IS, CASE_ALIKE, MOST_ALIKE, Form, reply_in

Normalization = Literal["whitespace", "unicode"]

LISTED = 5
"""The most texts that a reason names."""

SHOWN = 20
"""The most texts that evidence is given of."""

WORD = re.compile("[A-Za-z0-9]+")

Comparison: TypeAlias = Callable[[str, str], bool]
"""Whether a text, the first, stands as it should in a reply, both as they are compared."""


class Piece(NamedTuple):
    """A text that was looked for in a reply."""

    text: str
    found: bool
    evidence: Evidence


class TextCheck(Check):
    """A check that compares texts: as they are, or made alike in what its fields name."""

    ignore_case: bool = False
    normalize: Normalization | Many[Normalization] = ()

    @cached_property
    def form(self) -> Form:
        return Form.read({"ignore_case": self.ignore_case, "normalize": self.normalize})

    def seen(self, view: View) -> str:
        """Give the reply as it is compared."""
        return reply_in(view, self.form)

    def look_for(self, text: str, view: View) -> Piece:
        """Look for a text in the reply."""
        reply = self.seen(view)
        place = reply.find(self.form.apply(text))
        if place >= 0:
            return Piece(text, found=True, evidence=located(reply, place, self.form))
        hint = self.hint(text, view, lambda wanted, reply: wanted in reply)
        evidence = Evidence(message=hint or "reply", excerpt=shorten(view.reply.text))
        return Piece(text, found=False, evidence=evidence)

    def hint(self, text: str, view: View, holds: Comparison) -> str:
        """Name the fields with which a text would hold that does not, if any."""

        def would_hold(form: Form) -> bool:
            wanted = form.apply(text)
            return bool(wanted) and holds(wanted, reply_in(view, form))

        word = max(WORD.findall(text), key=len, default="")
        near = self.form != MOST_ALIKE and word.lower() in reply_in(view, CASE_ALIKE)
        if not near or not would_hold(MOST_ALIKE):
            return ""
        forms = (self.form._replace(**{name: True}) for name in Form._fields)
        return f"it holds with {next(filter(would_hold, forms), MOST_ALIKE)}"


class StrippedCheck(TextCheck):
    """A check of where a text begins or ends, with or without white space around it."""

    strip: bool = True


def located(reply: str, place: int, form: Form = AS_IT_IS) -> Evidence:
    """Show a place of the reply as it is compared, in a form."""
    line, column = line_and_column(reply, place)
    where = "" if form == AS_IT_IS else f" of the reply with {form}"
    return Evidence(message=f"at {line}:{column}{where}", excerpt=around(reply, place))


def difference(wanted: str, reply: str) -> Evidence:
    """Show both texts where they first differ."""
    pairs = zip(wanted, reply, strict=False)
    place = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    line, column = line_and_column(reply, place)
    expected = around(wanted, place)
    return Evidence(
        message=f"first difference at {line}:{column}, where {expected!r} is expected",
        excerpt=around(reply, place),
    )


def require_text(text: str, keys: Mapping[str, Any], what: str = "contains") -> str:
    """Raise ValueError for a text of which nothing is left to compare; `keys` are the check's."""
    left = Form.read(keys).apply(text)
    if not (left.strip() if keys.get("strip") else left):
        raise ValueError(f"this cannot fail: every reply {what} the empty text")
    return text


def require_texts(texts: Sequence[str], keys: Mapping[str, Any]) -> None:
    """Raise ValueError for a list of texts that decides nothing."""
    if not texts:
        raise ValueError("this decides nothing: name at least one text")
    for text in texts:
        require_text(text, keys)


def listed(texts: Iterable[str]) -> str:
    """Quote texts, the first few of many."""
    shown = [repr(shorten(text)) for text in texts]
    more = [f"{len(shown) - LISTED} more"] if len(shown) > LISTED else []
    *others, last = [*shown[:LISTED], *more]
    return f"{', '.join(others)} and {last}" if others else last


def evidence_of(pieces: Sequence[Piece]) -> tuple[Evidence, ...]:
    """Give the evidence of each piece with its text, and count what is left out."""
    told = [
        one.evidence.model_copy(update={"pointer": repr(shorten(one.text))})
        for one in pieces[:SHOWN]
    ]
    left = len(pieces) - SHOWN
    return (*told, Evidence(message=f"and {left} more")) if left > 0 else tuple(told)
