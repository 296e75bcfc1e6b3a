"""What checks asked of deployments: counted apart from the conversations' own requests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evalkit.model.consultation import Consultation
from evalkit.model.outcome import Outcome
from evalkit.model.price import Price
from evalkit.summary.group import Cost, Tokens, add_cost, add_tokens


@dataclass(frozen=True, slots=True)
class Consulted:
    """A deployment that checks asked: how often, how often in vain, and at what expense."""

    name: str
    requests: int
    faults: int
    tokens: Tokens
    cost: Cost


def consulted(
    outcomes: Iterable[Outcome], prices: Mapping[str, Price | None]
) -> tuple[Consulted, ...]:
    """Add up what was asked of each deployment, in the order in which they were first asked."""
    asked: dict[str, list[Consultation]] = {}
    for outcome in outcomes:
        for verdict in outcome.verdicts:
            for one in verdict.asked:
                asked.setdefault(one.deployment, []).append(one)
    return tuple(_sum(name, found, prices.get(name)) for name, found in asked.items())


def _sum(name: str, asked: list[Consultation], price: Price | None) -> Consulted:
    usages = [one.reply.usage for one in asked if one.reply]
    return Consulted(
        name=name,
        requests=len(asked),
        faults=sum(one.fault is not None for one in asked),
        tokens=add_tokens(usages),
        cost=add_cost((usage, price) for usage in usages),
    )
