"""Tokens as a deployment reports them: a count that is missing is unknown, never 0."""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeVar

from evalkit.model.chat import ChatReply, Usage
from evalkit.model.transcript import Exchange

N = TypeVar("N", int, float)

CountName = Literal["total", "prompt", "completion", "reasoning", "cached"]


def count(name: CountName, reply: ChatReply | None) -> int | None:
    """Give a count of one reply; the total is the sum of its parts where only they are reported."""
    usage = reply.usage if reply and reply.usage else Usage()
    reported: int | None = getattr(usage, name)
    if name == "total" and reported is None and None not in (usage.prompt, usage.completion):
        return (usage.prompt or 0) + (usage.completion or 0)
    return reported


def counts(name: CountName, exchanges: Iterable[Exchange]) -> tuple[int | None, ...]:
    return tuple(count(name, exchange.reply) for exchange in exchanges)


def added(values: Sequence[N | None]) -> N | None:
    """Add what every reply has to have; None where one lacks it."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def unreported(what: str, values: Sequence[object]) -> str:
    """Say for how many of the replies a deployment did not report something."""
    missing = sum(value is None for value in values)
    return f"the deployment did not report {what} for {missing} of {len(values)} replies"


def by_turn(exchanges: Iterable[Exchange]) -> dict[int, Exchange]:
    """Give the first exchange of each turn."""
    openings: dict[int, Exchange] = {}
    for exchange in exchanges:
        openings.setdefault(exchange.turn, exchange)
    return openings
