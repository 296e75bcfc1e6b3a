"""The check `prompt_cache`."""

from typing import Annotated

from pydantic import Field

from evalkit.errors import CheckError
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.limit import Limit
from evalkit.model.transcript import Exchange
from evalkit.reading.measured import Measured, Missing, Unknown, judged
from evalkit.reading.prefix import changed_prefix
from evalkit.reading.usage import added, counts, unreported


class PromptCache(Check):
    """From the second turn on, at least this share of the prompt's tokens came from a cache.

    Where the share is too small, and a request does not begin with what was said before it, the
    reason names the first message that differs. A count that is not reported is an error, or only a
    warning with `missing: warn`.

    - prompt_cache: {}
      # passes: {turns: [a, {usage: {prompt: 1000, cached: 500}}]}
      # fails: {turns: [a, {usage: {prompt: 1000, cached: 499}}]}
    - prompt_cache: 0.9
      # passes: {turns: [a, {usage: {prompt: 10, cached: 9}}, {usage: {prompt: 10, cached: 9}}]}
      # fails: {turns: [a, {usage: {prompt: 10, cached: 10}}, {usage: {prompt: 10, cached: 7}}]}
    - prompt_cache: {min: 0.8, missing: warn}
      # passes: {turns: [a, {usage: {prompt: 1000, cached: 896}}]}
      # fails: {turns: [a, {usage: {prompt: 1000, cached: 0}}]}
    """

    scopes = frozenset({"turn", "conversation"})

    min: Annotated[float, Field(gt=0, le=1)] = 0.5
    missing: Missing = "error"

    def evaluate(self, view: View) -> Verdict:
        later = _later(view)
        cached, prompts = counts("cached", later), counts("prompt", later)
        hits, tokens = added(cached), added(prompts)
        if hits is None or tokens is None:
            lacking, values = ("prompt", prompts) if tokens is None else ("cached", cached)
            why = unreported(f"{lacking} tokens", values)
            return judged((), (Unknown(f"usage.{lacking}", why, fatal=self.missing == "error"),))
        if not tokens:
            raise CheckError("unknown", "the prompts have no tokens by the deployment's count")
        share = self._measured(hits, tokens)
        verdict = judged((share,))
        return verdict if share.kept else _explained(verdict, view, later)

    def _measured(self, hits: int, tokens: int) -> Measured:
        return Measured(
            pointer="usage.cached",
            subject=f"{hits:,} of {tokens:,} prompt tokens were cached, a share of",
            figure=f"{hits / tokens:.4g}",
            value=hits / tokens,
            limit=Limit(min=self.min),
        )


def _later(view: View) -> tuple[Exchange, ...]:
    """Give the exchanges in view of all turns but the first, before which nothing was said."""
    first = view.transcript.exchanges[0].turn
    later = tuple(exchange for exchange in view.exchanges if exchange.turn != first)
    if not later:
        raise CheckError("unknown", "nothing can come from a cache in the first turn")
    return later


def _explained(verdict: Verdict, view: View, later: tuple[Exchange, ...]) -> Verdict:
    """Add to a verdict how a prefix changed, where one did."""
    said = view.transcript.exchanges
    changes = (
        changed_prefix(view.transcript, index)
        for index in range(1, len(said))
        if said[index] in later
    )
    change = next(filter(None, changes), "")
    if not change:
        return verdict
    evidence = (*verdict.evidence, Evidence(pointer="messages", message=change))
    reason = f"{verdict.reason}: {change}"
    return verdict.model_copy(update={"reason": reason, "evidence": evidence})
