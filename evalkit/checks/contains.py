"""The check `contains`."""

from pydantic import ValidationInfo, field_validator

from evalkit.model.check import Verdict, View
from evalkit.reading.excerpt import shorten
from evalkit.reading.text import TextCheck, require_text


class Contains(TextCheck):
    r"""The reply contains a piece of text.

    `normalize: whitespace` makes every run of white space one space and leaves it out at both ends
    of a text. `normalize: unicode` takes typographic quotes, dashes and spaces for those of a
    keyboard, and compatible characters for the same (NFKC).

    - contains: refund                              # passes: "your refund"; fails: "no"
    - contains: {text: REFUND, ignore_case: true}   # passes: "a refund"; fails: "no"
    - contains: {text: 3 to 5 days, normalize: whitespace}
      # passes: "within 3 to\n5 days"; fails: "within 3 to5 days"
    - contains: {text: say "yes", normalize: [whitespace, unicode]}
      # passes: "to say\n“yes”"; fails: "to say yes"
    """

    text: str

    @field_validator("text")
    @classmethod
    def _can_fail(cls, text: str, info: ValidationInfo) -> str:
        return require_text(text, info.data)

    def evaluate(self, view: View) -> Verdict:
        piece, text = self.look_for(self.text, view), shorten(self.text)
        return Verdict.when(
            piece.found,
            yes=f"reply contains {text!r}",
            no=f"reply does not contain {text!r}",
            evidence=(piece.evidence,),
        )
