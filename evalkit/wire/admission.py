"""Whether and when a request is sent: a place in flight, a part of the minute, a working server."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from evalkit.model.api import Services
from evalkit.model.chat import Fault, NotSent, Usage
from evalkit.model.deployment import MOST_PLACES, Deployment
from evalkit.wire.breaker import Breaker
from evalkit.wire.buckets import Rates
from evalkit.wire.clock import Clock
from evalkit.wire.limits import Gate
from evalkit.wire.retry import LONGEST_HINT, Failure, server_hint
from evalkit.wire.slots import places, shared
from evalkit.wire.window import LEAST, START, Mark, Window

NOTHING = Usage(total=0)
UNUSED = frozenset({"connect", "rate_limit"})
"""Faults of requests of which no token was used."""


@dataclass(slots=True)
class Ticket:
    """A request that may be sent now; `queued` are the seconds that it waited for that.

    `reserved` are tokens of the minute, `probe` is its number where it is to try the server.
    """

    mark: Mark
    queued: float = 0.0
    reserved: float = 0.0
    probe: int = 0
    settled: bool = False


class Admission:
    """Admits the requests of one deployment, and learns from what becomes of them.

    No more than `most` are in flight, where that is given.
    """

    def __init__(
        self,
        deployment: Deployment,
        services: Services,
        clock: Clock,
        most: int = MOST_PLACES,
    ) -> None:
        limits = deployment.limits
        own = min(most, places(deployment, services.share))
        adaptive = limits.concurrency == "adaptive"
        window = Window(START, LEAST, own) if adaptive else Window.fixed(own)
        self.rates = Rates(limits, services.share.processes, clock)
        self.breaker = Breaker(deployment.name, clock)
        self._gate = Gate(window)
        self._shared = shared(deployment, services.share)
        self._key = deployment.api_key
        self._keys = services.keys
        self._purse = services.purse
        self._clock = clock
        self._resumes = 0.0

    @asynccontextmanager
    async def ticket(
        self, weigh: Callable[[int], float], *, again: bool = False
    ) -> AsyncIterator[Ticket]:
        """Wait until a request may be sent, and hold its place; raises NotSent where it never may.

        `weigh` gives its tokens for a reply of so many; it is asked where tokens are limited.
        `again` says that the call was tried before.
        """
        ready = self._clock.now()
        async with AsyncExitStack() as held:
            ticket = Ticket(await held.enter_async_context(self._gate.place(again=again)))
            try:
                await self._reserve(ticket, weigh)
                await held.enter_async_context(self._shared.place())
                ticket.queued = self._clock.now() - ready
                yield ticket
            finally:
                if not ticket.settled:
                    self.breaker.abandon(probe=ticket.probe)

    async def _reserve(self, ticket: Ticket, weigh: Callable[[int], float]) -> None:
        """Take a part of the minute while the server is there to be asked.

        What was reserved is given back where that is no longer so: all who kept theirs would be
        sent at once when it is.
        """
        while True:
            await self._rest()
            await self._admit(ticket)
            limited = self.rates.tokens is not None
            tokens = weigh(self.rates.expected()) if limited else 0
            ticket.reserved = await self.rates.reserve(tokens)
            if ticket.probe or not (self.breaker.holds or self._resumes > self._clock.now()):
                return
            self.rates.give_back(ticket.reserved)

    async def _rest(self) -> None:
        """Wait until the time that a server with too many requests has asked for is over."""
        asked = 0.0
        while asked < self._resumes and not self.breaker.stopped:
            asked = self._resumes
            if (left := asked - self._clock.now()) > 0:
                await self.breaker.rest(left)

    async def _admit(self, ticket: Ticket) -> None:
        """Wait until the server is taken to work, unless this is to see whether it does."""
        if (empty := self._purse.used_up()) is not None:
            raise NotSent(Fault(kind="config", message=empty))
        if (spent := self._keys.spent(self._key)) is not None:
            self.breaker.stop(spent)
        ticket.probe = await self.breaker.admit(probe=ticket.probe)

    def give_back(self, ticket: Ticket) -> None:
        """Take back what was reserved for a request that used nothing, and learn nothing of it."""
        self.rates.settle(ticket.reserved, NOTHING)

    def settle(self, ticket: Ticket, failure: Failure | None, usage: Usage | None) -> None:
        """Learn from what became of a request: a reply, kept or refused, or a failure."""
        ticket.settled = True
        unused = failure is not None and failure.fault.kind in UNUSED
        self.rates.settle(ticket.reserved, NOTHING if unused else usage)
        if failure is None or failure.answered:
            self.breaker.succeed()
            self._gate.window.grow(ticket.mark)
            return
        self.breaker.fail(failure, probe=ticket.probe)
        if failure.fault.kind == "rate_limit":
            self._gate.window.shrink(ticket.mark)
            hint = server_hint(failure, self._clock.today()) or 0.0
            if hint <= LONGEST_HINT:
                self._resumes = max(self._resumes, self._clock.now() + hint)
        elif failure.fault.kind == "quota":
            self._keys.spend(self._key, failure.fault)
