"""The check `turns`."""

from typing import Self

from pydantic import model_validator

from evalkit.model.check import Check, Verdict, View
from evalkit.model.limit import Limit
from evalkit.reading.measured import Measured, judged, require_decisive


class Turns(Check):
    """The conversation has so many turns that were asked of the deployment.

    What an author wrote for the assistant is no such turn, and the rounds in which tools are called
    all belong to one.

    - turns: 2                  # passes: {turns: [a, b]}; fails: {turns: [a, b, c]}
    - turns: {count: {min: 2}}   # passes: {turns: [a, b]}; fails: {turns: [a]}
    """

    scopes = frozenset({"conversation"})

    count: Limit

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        require_decisive((self.count,))
        if self.count.max is not None and self.count.max < 1:
            raise ValueError("this cannot pass: every conversation has a turn")
        if self.count.max is None and self.count.allows(1):
            raise ValueError("this cannot fail: every conversation has a turn")
        return self

    def evaluate(self, view: View) -> Verdict:
        asked = len({exchange.turn for exchange in view.exchanges})
        counted = Measured(
            pointer="turns",
            subject="conversation has",
            figure=f"{asked:,}",
            what="turn" if asked == 1 else "turns",
            value=asked,
            limit=self.count,
        )
        return judged((counted,))
