"""The check `equals`."""

from itertools import takewhile

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.excerpt import around, line_and_column, shorten


class Equals(Check):
    r"""The whole reply is this text; white space around it counts only with `strip: false`.

    - equals: "yes"                              # passes: "yes\n"; fails: "yes."
    - equals: {text: PARIS, ignore_case: true}   # passes: "Paris"; fails: "Paris, France"
    - equals: {text: "7", strip: false}          # passes: "7"; fails: "7\n"
    """

    text: str
    ignore_case: bool = False
    strip: bool = True

    def evaluate(self, view: View) -> Verdict:
        wanted, reply = self._seen(self.text), self._seen(view.reply.text)
        holds = wanted == reply
        return Verdict.when(
            holds,
            yes=f"reply equals {shorten(self.text)!r}",
            no=f"reply {shorten(view.reply.text)!r} does not equal {shorten(self.text)!r}",
            evidence=() if holds else (_difference(wanted, reply),),
        )

    def _seen(self, text: str) -> str:
        text = text.strip() if self.strip else text
        return text.casefold() if self.ignore_case else text


def _difference(wanted: str, reply: str) -> Evidence:
    """Show both texts where they first differ."""
    pairs = zip(wanted, reply, strict=False)
    place = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    line, column = line_and_column(reply, place)
    expected = around(wanted, place)
    return Evidence(
        message=f"first difference at {line}:{column}, where {expected!r} is expected",
        excerpt=around(reply, place),
    )
