"""The check `equals`."""

from evalkit.model.check import Evidence, Verdict, View
from evalkit.reading.excerpt import shorten
from evalkit.reading.text import StrippedCheck, difference


class Equals(StrippedCheck):
    r"""The whole reply is this text; white space around it counts only with `strip: false`.

    - equals: "yes"                              # passes: "yes\n"; fails: "yes."
    - equals: {text: PARIS, ignore_case: true}   # passes: "Paris"; fails: "Paris, France"
    - equals: {text: "7", strip: false}          # passes: "7"; fails: "7\n"
    - equals: {text: "a b", normalize: whitespace}   # passes: "a\nb"; fails: "ab"
    """

    text: str

    def evaluate(self, view: View) -> Verdict:
        wanted, reply = self._ends(self.form.apply(self.text)), self._ends(self.seen(view))
        holds = wanted == reply
        return Verdict.when(
            holds,
            yes=f"reply equals {shorten(self.text)!r}",
            no=f"reply {shorten(view.reply.text)!r} does not equal {shorten(self.text)!r}",
            evidence=_equal(reply) if holds else (difference(wanted, reply), *self._hint(view)),
        )

    def _ends(self, text: str) -> str:
        return text.strip() if self.strip else text

    def _hint(self, view: View) -> tuple[Evidence, ...]:
        hint = self.hint(self.text, view, lambda one, other: self._ends(one) == self._ends(other))
        return (Evidence(message=hint),) if hint else ()


def _equal(reply: str) -> tuple[Evidence, ...]:
    count = f"{len(reply):,} {'character' if len(reply) == 1 else 'characters'}"
    return (Evidence(message=f"equal, {count}", excerpt=shorten(reply)),)
