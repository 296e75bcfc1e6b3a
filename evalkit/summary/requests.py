"""What it took to get the replies: requests, those sent again, and what came to nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from evalkit.model.chat import Try
from evalkit.model.outcome import Outcome

TOO_MANY = 429
"""HTTP's status for more requests than a server takes."""


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests of a group.

    `again` were sent because the one before failed, `refused` were answered 429, and `wasted` are
    the tokens of those that came to nothing, where the deployment said how many.
    """

    sent: int = 0
    again: int = 0
    refused: int = 0
    wasted: int = 0


def count_requests(outcomes: Iterable[Outcome]) -> Requests:
    """Count the requests of the conversations of outcomes, those for checks apart."""
    calls = [
        told.tries
        for outcome in outcomes
        for exchange in outcome.transcript.exchanges
        if (told := exchange.reply or exchange.fault) is not None
    ]
    tries: list[Try] = [tried for call in calls for tried in call]
    return Requests(
        sent=len(tries),
        again=len(tries) - sum(map(bool, calls)),
        refused=sum(tried.status == TOO_MANY for tried in tries),
        wasted=sum(tried.wasted or 0 for tried in tries),
    )
