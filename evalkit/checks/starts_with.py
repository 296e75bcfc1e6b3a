"""The check `starts_with`."""

from pydantic import ValidationInfo, field_validator

from evalkit.model.check import Evidence, Verdict, View
from evalkit.reading.excerpt import shorten
from evalkit.reading.text import StrippedCheck, difference, located, require_text


class StartsWith(StrippedCheck):
    r"""The reply starts with a text; white space before it counts only with `strip: false`.

    - starts_with: Dear             # passes: "\nDear Ms Lee"; fails: "Oh dear"
    - starts_with: {text: DEAR, ignore_case: true, strip: false}
      # passes: "dear Ms Lee"; fails: " dear Ms Lee"
    - starts_with: {text: "\"Yes\", he said", normalize: [whitespace, unicode]}
      # passes: "“Yes”,\nhe said"; fails: "Yes, he said"
    """

    text: str

    @field_validator("text")
    @classmethod
    def _can_fail(cls, text: str, info: ValidationInfo) -> str:
        return require_text(text, info.data, "starts with")

    def evaluate(self, view: View) -> Verdict:
        wanted, reply, text = self.form.apply(self.text), self.seen(view), shorten(self.text)
        holds = self._starts(wanted, reply)
        return Verdict.when(
            holds,
            yes=f"reply starts with {text!r}",
            no=f"reply does not start with {text!r}",
            evidence=self._place(reply) if holds else self._differs(wanted, reply, view),
        )

    def _starts(self, wanted: str, reply: str) -> bool:
        return self._start(reply).startswith(self._start(wanted))

    def _start(self, text: str) -> str:
        return text.lstrip() if self.strip else text

    def _place(self, reply: str) -> tuple[Evidence, ...]:
        return (located(reply, len(reply) - len(self._start(reply)), self.form),)

    def _differs(self, wanted: str, reply: str, view: View) -> tuple[Evidence, ...]:
        differs = difference(self._start(wanted), self._start(reply))
        hint = self.hint(self.text, view, self._starts)
        return (differs, Evidence(message=hint)) if hint else (differs,)
