"""The check `cost`."""

from decimal import Decimal
from typing import Self

from pydantic import model_validator

from evalkit.errors import CheckError
from evalkit.model.check import Check, Verdict, View
from evalkit.model.limit import Limit
from evalkit.reading.measured import Measured, Missing, Unknown, judged, require_decisive
from evalkit.reading.usage import added, unreported

UNPRICED = "deployment has no price: add price: {input: …, output: …} to it"
EXACT = 12
"""Digits behind the point that a sum of prices is good for."""


class Cost(Check):
    """The replies cost so many US dollars, by the price of the deployment and its token counts.

    All exchanges in view are added up. Without a price this is an error, and so is a reply whose
    tokens are not reported, or only a warning with `missing: warn`. Where the deployment does not
    report which tokens were cached, all of the input is paid in full.

    - cost: 0.02
      # passes: {reply: {usage: {prompt: 1000, completion: 100}}, price: {input: 10, output: 100}}
      # fails: {reply: {usage: {prompt: 1000, completion: 101}}, price: {input: 10, output: 100}}
    - cost: {usd: {min: 0.001, max: 0.003}, missing: warn}
      # passes: {turns: [{usage: {prompt: 100}}, {usage: {prompt: 200}}], price: {input: 10}}
      # fails: {turns: [{usage: {prompt: 100}}, {usage: {prompt: 201}}], price: {input: 10}}
    """

    scopes = frozenset({"turn", "conversation"})

    usd: Limit
    missing: Missing = "error"

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        require_decisive((self.usd,))
        return self

    def evaluate(self, view: View) -> Verdict:
        if view.price is None:
            raise CheckError("unpriced", UNPRICED)
        costs = [
            view.price.cost(exchange.reply.usage if exchange.reply else None)
            for exchange in view.exchanges
        ]
        dollars = added(costs)
        if dollars is None:
            why = unreported("prompt or completion tokens", costs)
            return judged((), (Unknown("usage", why, fatal=self.missing == "error"),))
        spent = Measured(
            pointer="usage",
            subject="conversation cost" if view.turn is None else "turn cost",
            figure=f"{money(dollars)} USD",
            value=round(dollars, EXACT),
            limit=self.usd,
            unit=" USD",
        )
        return judged((spent,))


def money(dollars: float) -> str:
    """Write dollars with all the digits that a limit may have, and none that say nothing."""
    return f"{Decimal(f'{dollars:.10g}'):,f}"
