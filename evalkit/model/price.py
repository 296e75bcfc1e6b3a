"""What a deployment's tokens cost."""

from typing import Annotated

from pydantic import Field

from evalkit.model.chat import Usage
from evalkit.model.data import Authored

MILLION = 1_000_000

Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Price(Authored):
    """US dollars per million tokens; cached input costs as much as other input unless it is given.

    Reasoning tokens are part of the completion, and cached ones of the prompt, as OpenAI's API
    reports them, so neither is counted twice.
    """

    input: Dollars
    cached_input: Dollars | None = None
    output: Dollars = 0.0

    def cost(self, usage: Usage | None) -> float | None:
        """Give the dollars of one request; None where the tokens are not known."""
        if usage is None or usage.prompt is None or (usage.completion is None and self.output):
            return None
        cached = min(usage.cached or 0, usage.prompt)
        rate = self.input if self.cached_input is None else self.cached_input
        paid = (usage.prompt - cached) * self.input + cached * rate
        return (paid + (usage.completion or 0) * self.output) / MILLION

    def most(self, tokens: int) -> float:
        """Give the dollars that so many tokens cost at most, whichever they are."""
        return tokens * max(self.input, self.output) / MILLION
