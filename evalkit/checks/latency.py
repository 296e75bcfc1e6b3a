"""The check `latency`."""

from typing import NamedTuple, Self

from pydantic import model_validator

from evalkit.errors import CheckError
from evalkit.model.chat import Timing
from evalkit.model.check import Check, Verdict, View
from evalkit.model.limit import DurationLimit
from evalkit.model.transcript import Exchange


class Latency(Check):
    """Replies come in time: all of a turn's together, and the first token of the first one.

    For a conversation the total is that of all its turns, and every turn's first token counts.
    What was waited for before the try that succeeded is no part of it.

    - latency: 2s
      # passes: {timing: {total: 1.9}}; fails: [{timing: {total: 1.2}}, {timing: {total: 1}}]
    - latency: {first_token: 800ms, total: {min: 1, max: 20s}}
      # passes: {timing: {total: 2, first_token: 0.8}}
      # fails: {timing: {total: 2, first_token: 0.81}}
    """

    scopes = frozenset({"turn", "conversation"})

    total: DurationLimit | None = None
    first_token: DurationLimit | None = None

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        if self.total is None and self.first_token is None:
            raise ValueError("this cannot fail: give total, first_token or both")
        for limit in filter(None, (self.total, self.first_token)):
            if limit.fault:
                raise ValueError(limit.fault)
        return self

    @property
    def needs_stream(self) -> bool:
        return self.first_token is not None

    def evaluate(self, view: View) -> Verdict:
        totals, firsts = _totals(view, self.total), _firsts(view, self.first_token)
        broken = [measured for measured in (*totals, *firsts) if not measured.kept]
        slowest = sorted(firsts, key=lambda measured: -measured.seconds)[:1]
        return Verdict.when(
            not broken,
            yes=" and ".join(f"{told} ({told.limit} s)" for told in (*totals, *slowest)),
            no=" and ".join(f"{told}, not {told.limit} s" for told in broken),
        )


class _Measured(NamedTuple):
    """What was measured, in words that its seconds follow, and its limit."""

    what: str
    seconds: float
    limit: DurationLimit

    @property
    def kept(self) -> bool:
        return self.limit.allows(self.seconds)

    def __str__(self) -> str:
        return f"{self.what} {self.seconds:,.3f} s"


def _totals(view: View, limit: DurationLimit | None) -> tuple[_Measured, ...]:
    if limit is None:
        return ()
    subject = "conversation" if view.turn is None else "turn"
    seconds = sum(_timing(exchange).total for exchange in view.exchanges)
    return (_Measured(f"{subject} took", seconds, limit),)


def _firsts(view: View, limit: DurationLimit | None) -> tuple[_Measured, ...]:
    """Give the first token of each turn in view: that of the turn's first exchange."""
    if limit is None:
        return ()
    openings: dict[int, Exchange] = {}
    for exchange in view.exchanges:
        openings.setdefault(exchange.turn, exchange)
    return tuple(
        _Measured(f"first token of turn {turn + 1} came after", _first_token(exchange), limit)
        for turn, exchange in openings.items()
    )


def _first_token(exchange: Exchange) -> float:
    first = _timing(exchange).first_token
    if first is None:
        raise CheckError("unknown", "first token is not measurable: the reply did not stream")
    return first


def _timing(exchange: Exchange) -> Timing:
    if exchange.reply is None or exchange.reply.timing is None:
        raise CheckError("unknown", "the time of the reply is not known")
    return exchange.reply.timing
