"""The check `contains`."""

from pydantic import field_validator

from evalkit.model.check import Check, Verdict, View


class Contains(Check):
    """The reply contains a piece of text.

    - contains: refund                              # passes: "your refund"; fails: "no"
    - contains: {text: REFUND, ignore_case: true}   # passes: "a refund"; fails: "no"
    """

    text: str
    ignore_case: bool = False

    @field_validator("text")
    @classmethod
    def _can_fail(cls, text: str) -> str:
        if not text:
            raise ValueError("this cannot fail: every reply contains the empty text")
        return text

    def evaluate(self, view: View) -> Verdict:
        wanted, reply = self.text, view.reply.text
        if self.ignore_case:
            wanted, reply = wanted.casefold(), reply.casefold()
        return Verdict.when(
            wanted in reply,
            yes=f"reply contains {self.text!r}",
            no=f"reply does not contain {self.text!r}",
        )
