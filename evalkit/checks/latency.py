"""The check `latency`."""

import math
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from evalkit.errors import CheckError
from evalkit.model.chat import Timing
from evalkit.model.check import Check, Verdict, View
from evalkit.model.limit import DurationLimit
from evalkit.model.transcript import Exchange
from evalkit.reading.measured import Measured, judged, require_decisive
from evalkit.reading.usage import by_turn


class Latency(Check):
    """Replies come in time: all of a turn's together, and the first token of the first one.

    For a conversation the total is that of all its turns, and every turn's first token counts.
    Between tokens the gap at a percentile counts: as many in a hundred of all gaps in view are no
    longer. What was waited for before the try that succeeded is no part of it.

    - latency: 2s
      # passes: {timing: {total: 1.9}}; fails: [{timing: {total: 1.2}}, {timing: {total: 1}}]
    - latency: {first_token: 800ms, total: {min: 1, max: 20s}}
      # passes: {timing: {total: 2, first_token: 0.8}}
      # fails: {timing: {total: 2, first_token: 0.81}}
    - latency: {between_tokens: 200ms, percentile: 50}
      # passes: {timing: {total: 2, contents: [0.1, 0.3, 0.4, 1.9]}}
      # fails: {timing: {total: 2, contents: [0.1, 0.4, 0.7, 0.8]}}
    """

    scopes = frozenset({"turn", "conversation"})

    total: DurationLimit | None = None
    first_token: DurationLimit | None = None
    between_tokens: DurationLimit | None = None
    percentile: Annotated[float, Field(gt=0, le=100)] = 95

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        limits = (self.total, self.first_token, self.between_tokens)
        if not any(limits):
            raise ValueError("this cannot fail: give total, first_token or between_tokens")
        if "percentile" in self.model_fields_set and self.between_tokens is None:
            raise ValueError("percentile is that of the gaps between tokens: give between_tokens")
        require_decisive(limits)
        return self

    @property
    def needs_stream(self) -> bool:
        return self.first_token is not None or self.between_tokens is not None

    def evaluate(self, view: View) -> Verdict:
        totals, firsts = _totals(view, self.total), _firsts(view, self.first_token)
        gaps = _gaps(view, self.between_tokens, self.percentile)
        slowest = sorted(firsts, key=lambda measured: -measured.value)[:1]
        return judged((*totals, *firsts, *gaps), told=(*totals, *slowest, *gaps))


def _seconds(pointer: str, subject: str, value: float, limit: DurationLimit) -> Measured:
    return Measured(
        pointer=pointer,
        subject=subject,
        figure=f"{value:,.3f} s",
        value=value,
        limit=limit,
        unit=" s",
    )


def _totals(view: View, limit: DurationLimit | None) -> tuple[Measured, ...]:
    if limit is None:
        return ()
    subject = "conversation took" if view.turn is None else "turn took"
    seconds = sum(_timing(exchange).total for exchange in view.exchanges)
    return (_seconds("timing.total", subject, seconds, limit),)


def _firsts(view: View, limit: DurationLimit | None) -> tuple[Measured, ...]:
    """Give the first token of each turn in view: that of the turn's first exchange."""
    if limit is None:
        return ()
    return tuple(
        _seconds(
            "timing.first_token",
            f"first token of turn {turn + 1} came after",
            _first_token(exchange),
            limit,
        )
        for turn, exchange in by_turn(view.exchanges).items()
    )


def _gaps(view: View, limit: DurationLimit | None, percentile: float) -> tuple[Measured, ...]:
    """Give the gap between tokens at a percentile, by the nearest rank."""
    if limit is None:
        return ()
    gaps = sorted(gap for exchange in view.exchanges for gap in _between(exchange))
    if not gaps:
        message = "time between tokens is not measurable: no reply came in two pieces"
        raise CheckError("unknown", message)
    nearest = gaps[math.ceil(percentile / 100 * len(gaps)) - 1]
    subject = f"percentile {percentile:g} of the time between tokens was"
    return (_seconds("timing.contents", subject, nearest, limit),)


def _between(exchange: Exchange) -> list[float]:
    contents = _timing(exchange).contents
    if not contents:
        message = "time between tokens is not measurable: the reply did not stream"
        raise CheckError("unknown", message)
    return [round(later - before, 4) for before, later in pairwise(contents)]


def _first_token(exchange: Exchange) -> float:
    first = _timing(exchange).first_token
    if first is None:
        raise CheckError("unknown", "first token is not measurable: the reply did not stream")
    return first


def _timing(exchange: Exchange) -> Timing:
    if exchange.reply is None or exchange.reply.timing is None:
        raise CheckError("unknown", "the time of the reply is not known")
    return exchange.reply.timing
