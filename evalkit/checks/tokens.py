"""The check `tokens`."""

from typing import Self

from pydantic import model_validator

from evalkit.errors import CheckError
from evalkit.model.chat import ChatReply, Usage
from evalkit.model.check import Check, Verdict, View
from evalkit.model.limit import Limit


class Tokens(Check):
    """The tokens that the deployment reports stay within limits, summed over all exchanges in view.

    - tokens: 1500
      # passes: {usage: {total: 1500}}; fails: {usage: {prompt: 1500, completion: 1}}
    - tokens: {completion: {max: 400}}
      # passes: {usage: {completion: 400}}
      # fails: [{usage: {completion: 300}}, {usage: {completion: 101}}]
    - tokens: {prompt: 100, cached: {min: 1}}
      # passes: {usage: {prompt: 90, cached: 64}}; fails: {usage: {prompt: 90, cached: 0}}
    """

    scopes = frozenset({"turn", "conversation"})

    total: Limit | None = None
    prompt: Limit | None = None
    completion: Limit | None = None
    reasoning: Limit | None = None
    cached: Limit | None = None

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        if not self.limits:
            raise ValueError(f"this cannot fail: give one of {', '.join(self.own_fields())}")
        for limit in self.limits.values():
            if limit.fault:
                raise ValueError(limit.fault)
        return self

    @property
    def limits(self) -> dict[str, Limit]:
        named = {name: getattr(self, name) for name in self.own_fields()}
        return {name: limit for name, limit in named.items() if limit is not None}

    def evaluate(self, view: View) -> Verdict:
        used = {name: _sum(name, view) for name in self.limits}
        told = {name: f"{count:,} {name} tokens" for name, count in used.items()}
        limits = self.limits.items()
        broken = [name for name, limit in limits if not limit.allows(used[name])]
        kept = " and ".join(f"{told[name]} ({limit})" for name, limit in limits)
        missed = " and ".join(f"{told[name]}, not {self.limits[name]}" for name in broken)
        subject = "conversation" if view.turn is None else "turn"
        return Verdict.when(not broken, yes=f"{subject} used {kept}", no=f"{subject} used {missed}")


def _sum(name: str, view: View) -> int:
    counts = [_count(name, exchange.reply) for exchange in view.exchanges]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts) or not counts:
        missing = f"{len(counts) - len(known)} of {len(counts)} replies"
        raise CheckError("unknown", f"the deployment did not report {name} tokens for {missing}")
    return sum(known)


def _count(name: str, reply: ChatReply | None) -> int | None:
    usage = reply.usage if reply and reply.usage else Usage()
    count: int | None = getattr(usage, name)
    if name == "total" and count is None and None not in (usage.prompt, usage.completion):
        return (usage.prompt or 0) + (usage.completion or 0)
    return count
