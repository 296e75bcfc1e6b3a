"""The numbers of a group of items: counts, rate, tokens and latency."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evalkit.model.chat import Usage
from evalkit.model.outcome import Outcome
from evalkit.model.price import Price
from evalkit.statistics import Interval, wilson
from evalkit.summary.requests import Requests, count_requests

P50_NEEDS = 3
P95_NEEDS = 20
"""How many values a percentile needs; the 95th of fewer than 20 is only their maximum."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items came to each status."""

    passed: int = 0
    failed: int = 0
    xfailed: int = 0
    error: int = 0
    skipped: int = 0
    not_run: int = 0

    @property
    def total(self) -> int:
        return self.judged + self.error + self.skipped + self.not_run

    @property
    def judged(self) -> int:
        """The items that a rate is of: errors and what was not run say nothing of the answers."""
        return self.passed + self.failed + self.xfailed

    @property
    def rate(self) -> float | None:
        return self.passed / self.judged if self.judged else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the rate."""
        return wilson(self.passed, self.judged) if self.judged else None


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over replies; None where no reply told, and `unknown` says how many did not."""

    value: int | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens as the deployments reported them, over the replies that came."""

    prompt: Sum
    completion: Sum
    total: Sum
    replies: int


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars over the replies whose price and usage are known; None where there is none.

    `unknown` says how many replies are in no sum.
    """

    value: float | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Nearest-rank percentiles of `count` values in seconds; None where those are too few."""

    count: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """`queued` is what replies waited for leave to be sent, apart from their latency."""

    name: str
    counts: Counts
    requests: Requests
    tokens: Tokens
    cost: Cost
    latency: Percentiles
    first_token: Percentiles
    queued: Percentiles


def measure(name: str, counts: Counts, priced: Iterable[tuple[Outcome, Price | None]]) -> Group:
    """Add up the replies of the outcomes, each with the price of its deployment."""
    played = tuple(priced)
    paid = [
        (exchange.reply, price)
        for outcome, price in played
        for exchange in outcome.transcript.exchanges
        if exchange.reply
    ]
    replies = [reply for reply, _ in paid]
    timings = [reply.timing for reply in replies if reply.timing]
    return Group(
        name=name,
        counts=counts,
        requests=count_requests(outcome for outcome, _ in played),
        tokens=add_tokens([reply.usage for reply in replies]),
        cost=add_cost((reply.usage, price) for reply, price in paid),
        latency=percentiles([timing.total for timing in timings]),
        first_token=percentiles(
            [timing.first_token for timing in timings if timing.first_token is not None]
        ),
        queued=percentiles([timing.queued for timing in timings]),
    )


def add_tokens(reported: Sequence[Usage | None]) -> Tokens:
    usages = [usage or Usage() for usage in reported]
    return Tokens(
        prompt=_add([usage.prompt for usage in usages]),
        completion=_add([usage.completion for usage in usages]),
        total=_add([usage.total for usage in usages]),
        replies=len(usages),
    )


def add_cost(paid: Iterable[tuple[Usage | None, Price | None]]) -> Cost:
    """Add up what replies cost."""
    costs = [price.cost(usage) if price else None for usage, price in paid]
    known = [cost for cost in costs if cost is not None]
    return Cost(math.fsum(known) if known else None, len(costs) - len(known))


def percentiles(values: Sequence[float]) -> Percentiles:
    ordered = sorted(values)
    return Percentiles(
        count=len(ordered),
        p50=_rank(ordered, 50) if len(ordered) >= P50_NEEDS else None,
        p95=_rank(ordered, 95) if len(ordered) >= P95_NEEDS else None,
    )


def _add(values: Sequence[int | None]) -> Sum:
    known = [value for value in values if value is not None]
    return Sum(sum(known) if known else None, len(values) - len(known))


def _rank(ordered: Sequence[float], percent: int) -> float:
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]
