"""The check `tokens`."""

from itertools import pairwise
from typing import Final, Self, get_args

from pydantic import model_validator

from evalkit.model.check import Check, Scope, Verdict, View
from evalkit.model.limit import Limit
from evalkit.model.transcript import Exchange
from evalkit.reading.estimate import estimated_completion
from evalkit.reading.measured import (
    Measured,
    Missing,
    Unknown,
    judged,
    require_decisive,
    sentence,
)
from evalkit.reading.usage import CountName, added, by_turn, count, counts, unreported

NAMES: Final[tuple[CountName, ...]] = get_args(CountName)


class Tokens(Check):
    """The tokens that the deployment reports stay within limits, summed over all exchanges in view.

    `growth` is by how much the prompt grows from one turn of a conversation to the next, at most. A
    count that is not reported is an error, or only a warning with `missing: warn`. With `estimate`
    (extra `tokens`) the completion is then counted from the reply, and a broken limit is only
    warned of too.

    - tokens: 1500
      # passes: {usage: {total: 1500}}; fails: {usage: {prompt: 1500, completion: 1}}
    - tokens: {completion: {max: 400}}
      # passes: {usage: {completion: 400}}
      # fails: [{usage: {completion: 300}}, {usage: {completion: 101}}]
    - tokens: {prompt: 100, cached: {min: 1}, reasoning: 50, missing: warn}
      # passes: {usage: {prompt: 90, cached: 64, reasoning: 0}}
      # fails: {usage: {prompt: 90, cached: 0}}
    - tokens: {growth: 200}
      # passes: {turns: [{usage: {prompt: 100}}, {usage: {prompt: 300}}]}
      # fails: {turns: [{usage: {prompt: 100}}, {usage: {prompt: 301}}]}
    - tokens: {completion: 400, estimate: true}
      # passes: {usage: {completion: 400}}; fails: {usage: {completion: 401}}
    """

    scopes = frozenset({"turn", "conversation"})

    total: Limit | None = None
    prompt: Limit | None = None
    completion: Limit | None = None
    reasoning: Limit | None = None
    cached: Limit | None = None
    growth: Limit | None = None
    missing: Missing = "error"
    estimate: bool = False

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if not self.limits and self.growth is None:
            raise ValueError(f"this cannot fail: give one of {', '.join(NAMES)}, growth")
        require_decisive((*self.limits.values(), self.growth))
        if self.estimate and self.completion is None:
            raise ValueError("estimate counts the text of replies: it needs completion: {max: …}")
        return self

    def fits(self, scope: Scope) -> bool:
        return scope in self.scopes and (self.growth is None or scope == "conversation")

    @property
    def limits(self) -> dict[CountName, Limit]:
        """The limits of the counts that are summed."""
        named = {name: getattr(self, name) for name in NAMES}
        return {name: limit for name, limit in named.items() if limit is not None}

    def evaluate(self, view: View) -> Verdict:
        found = [self._sum(name, limit, view) for name, limit in self.limits.items()]
        if self.growth is not None:
            found.append(self._growth(self.growth, view))
        return judged(
            [one for one in found if isinstance(one, Measured)],
            [one for one in found if isinstance(one, Unknown)],
        )

    def _sum(self, name: CountName, limit: Limit, view: View) -> Measured | Unknown:
        reported = counts(name, view.exchanges)
        tokens = added(reported)
        if tokens is not None:
            return _used(name, tokens, limit, view)
        why = unreported(f"{name} tokens", reported)
        if name == "completion" and self.estimate:
            about = _used(name, sum(map(_about, view.exchanges)), limit, view)
            return Unknown(about.pointer, f"{why}; estimated: {sentence([about])}", fatal=False)
        return Unknown(f"usage.{name}", why, fatal=self.missing == "error")

    def _growth(self, limit: Limit, view: View) -> Measured | Unknown:
        """Measure the largest step of the prompt, from one turn's first request to the next's."""
        openings = by_turn(view.exchanges)
        reported = counts("prompt", openings.values())
        prompts = [tokens for tokens in reported if tokens is not None]
        if len(prompts) < len(reported):
            why = unreported("prompt tokens", reported)
            return Unknown("usage.prompt", why, fatal=self.missing == "error")
        steps = [later - before for before, later in pairwise(prompts)]
        if not steps:
            return Unknown("usage.prompt", "no prompt can grow where one turn is asked")
        largest = steps.index(max(steps))
        before, later = list(openings)[largest : largest + 2]
        return Measured(
            pointer="usage.prompt",
            subject="prompt grew by",
            figure=f"{steps[largest]:,}",
            what=f"tokens from turn {before + 1} to turn {later + 1}",
            value=steps[largest],
            limit=limit,
        )


def _used(name: CountName, tokens: int, limit: Limit, view: View) -> Measured:
    return Measured(
        pointer=f"usage.{name}",
        subject="conversation used" if view.turn is None else "turn used",
        figure=f"{tokens:,}",
        what=f"{name} tokens",
        value=tokens,
        limit=limit,
    )


def _about(exchange: Exchange) -> int:
    """Give the completion tokens of an exchange, estimated where they are not reported."""
    reported = count("completion", exchange.reply)
    if reported is not None or exchange.reply is None:
        return reported or 0
    return estimated_completion(exchange.reply)
