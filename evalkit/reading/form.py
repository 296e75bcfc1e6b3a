"""The form in which texts are compared: case, white space and typography may be made alike."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evalkit.model.check import View

TYPOGRAPHY: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2039\u203a", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
    }
)
"""Quotes and dashes as a keyboard has them, and what cannot be seen left out."""

PIECE = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]{1,200}[\u0300-\u036f\u3099\u309a]{0,30}")
"""What is normalised at once: the time that it takes grows with the square of a row of marks."""


class Form(NamedTuple):
    """What of two texts is made alike before they are compared."""

    ignore_case: bool = False
    whitespace: bool = False
    unicode: bool = False

    @classmethod
    def read(cls, keys: Mapping[str, Any]) -> "Form":
        """Read the keys of a check."""
        written = keys.get("normalize", ())
        wanted = (written,) if isinstance(written, str) else written
        ignore_case = keys.get("ignore_case", False)
        return cls(ignore_case, whitespace="whitespace" in wanted, unicode="unicode" in wanted)

    def apply(self, text: str) -> str:
        if self.unicode:
            text = plain(text)
        if self.ignore_case:
            text = text.casefold()
        return " ".join(text.split()) if self.whitespace else text

    def __str__(self) -> str:
        """Write it as an author would."""
        words = [word for word in ("whitespace", "unicode") if getattr(self, word)]
        listed = f"[{', '.join(words)}]" if len(words) > 1 else "".join(words)
        case = "ignore_case: true" if self.ignore_case else ""
        return ", ".join(filter(None, (case, f"normalize: {listed}" if words else "")))


AS_IT_IS = Form()
CASE_ALIKE = Form(ignore_case=True)
MOST_ALIKE = Form(ignore_case=True, whitespace=True, unicode=True)


def plain(text: str) -> str:
    """Give a text in the form NFKC (UAX 15), typographic characters as a keyboard has them."""
    if text.isascii():
        return text
    text = text.replace("\u00b4", "'").replace("\u2033", '"')  # NFKC would take them apart
    return PIECE.sub(_plain_piece, text)


def _plain_piece(piece: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", piece[0]).translate(TYPOGRAPHY)


def reply_in(view: View, form: Form) -> str:
    """Give the reply in a form, which is made once for a view."""
    if form == AS_IT_IS:
        return view.reply.text
    return view.once(("text", form), lambda: form.apply(view.reply.text))
