"""The check `complete`: every requested reply is held to it unless an author says otherwise."""

from typing import Self

from pydantic import model_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.excerpt import ending
from evalkit.reading.shortfalls import describe, shortfalls


class Complete(Check):
    """The reply is whole: not cut by max_tokens, filtered, refused or empty; false allows it.

    - complete: {}
      # passes: "a refund is due"; fails: {text: "a ref", finish_reason: length}
    - complete: {refused: false}
      # passes: {refusal: "I won't"}; fails: ""
    - complete: {empty: false}
      # passes: ""; fails: {finish_reason: content_filter}
    """

    truncated: bool = True
    filtered: bool = True
    refused: bool = True
    empty: bool = True

    @model_validator(mode="after")
    def _demands(self) -> Self:
        if not (self.truncated or self.filtered or self.refused or self.empty):
            raise ValueError("this cannot fail: write `complete: false` on the turn instead")
        return self

    def evaluate(self, view: View) -> Verdict:
        reply = view.reply
        counted = {
            "truncated": self.truncated,
            "filtered": self.filtered,
            "refused": self.refused,
            "empty": self.empty,
        }
        found = [describe(kind, reply) for kind in shortfalls(reply) if counted[kind]]
        seen = Evidence(pointer="finish_reason", excerpt=ending(reply.text))
        return Verdict.when(
            not found, yes="reply came whole", no="; ".join(found), evidence=(seen,)
        )
