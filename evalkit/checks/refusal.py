"""The check `refusal`."""

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.excerpt import shorten
from evalkit.reading.shortfalls import describe, shortfalls


class Refusal(Check):
    """The reply is a refusal by the API's own field for it, and with `false` that it is none.

    What is worded as a refusal in the reply's text is none here: hold it to a `judge`.

    - refusal: {}
      # passes: {refusal: "I cannot help with that"}; fails: "I cannot help with that"
    - refusal: false
      # passes: "Sure"; fails: {refusal: "I cannot help with that"}
    - refusal: {expected: true}
      # passes: {result: refused}; fails: {text: "The", finish_reason: content_filter}
    """

    expected: bool = True

    def evaluate(self, view: View) -> Verdict:
        reply = view.reply
        refused = "refused" in shortfalls(reply)
        told = describe("refused", reply) if refused else "reply is no refusal"
        seen = Evidence(
            pointer="refusal",
            message="the API says refused" if refused else "the API says nothing of a refusal",
            excerpt=shorten(reply.refusal or reply.text),
        )
        return Verdict.when(refused is self.expected, yes=told, no=told, evidence=(seen,))
