"""The check `ends_with`."""

from pydantic import ValidationInfo, field_validator

from evalkit.model.check import Evidence, Verdict, View
from evalkit.reading.excerpt import ending, shorten
from evalkit.reading.text import StrippedCheck, located, require_text


class EndsWith(StrippedCheck):
    r"""The reply ends with a text; white space behind it counts only with `strip: false`.

    - ends_with: "?"                # passes: "Anything else?\n"; fails: "Why? Because."
    - ends_with: {text: BYE, ignore_case: true, strip: false}
      # passes: "Good bye"; fails: "Good bye "
    - ends_with: {text: say "yes", normalize: [whitespace, unicode]}
      # passes: "They say\n“yes”"; fails: "They say “yes”."
    """

    text: str

    @field_validator("text")
    @classmethod
    def _can_fail(cls, text: str, info: ValidationInfo) -> str:
        return require_text(text, info.data, "ends with")

    def evaluate(self, view: View) -> Verdict:
        wanted, reply, text = self.form.apply(self.text), self.seen(view), shorten(self.text)
        holds = self._ends(wanted, reply)
        return Verdict.when(
            holds,
            yes=f"reply ends with {text!r}",
            no=f"reply does not end with {text!r}",
            evidence=(self._place(wanted, reply) if holds else self._differs(view),),
        )

    def _ends(self, wanted: str, reply: str) -> bool:
        return self._end(reply).endswith(self._end(wanted))

    def _end(self, text: str) -> str:
        return text.rstrip() if self.strip else text

    def _place(self, wanted: str, reply: str) -> Evidence:
        start = len(self._end(reply)) - len(self._end(wanted))
        return located(reply, start, self.form)

    def _differs(self, view: View) -> Evidence:
        hint = self.hint(self.text, view, self._ends)
        return Evidence(message=hint or "the last of it", excerpt=ending(view.reply.text))
