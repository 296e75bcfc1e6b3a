"""A circuit breaker: a server that does not work costs seconds, not every item its retries."""

import asyncio
from contextlib import suppress
from typing import Final

from evalkit.model.chat import Fault, NotSent
from evalkit.wire.clock import Clock
from evalkit.wire.retry import LONGEST_HINT, Failure, has_content, server_hint, told

TOLERANCE: Final = 5
"""Failures in a row that open the breaker."""

LONGEST: Final = 20.0
"""Seconds without any success, once it is open, after which the deployment is given up."""

REFUSALS: Final = frozenset({"bad_request"})
"""What says that a request was wrong, once another one was right."""

FATAL: Final = frozenset({"config", "quota"})
"""What no other request to the deployment can escape."""

FATAL_AT_FIRST: Final = frozenset({"auth", "not_found"})
"""What none can escape while none has succeeded."""


class Breaker:
    """Decides for each request of a deployment whether it is sent, waits, or is never sent.

    Closed, it lets every request pass. After some failures in a row it opens: requests wait, and
    one at a time passes to see whether the server works again, after 1, 2, 4 and 8 seconds.
    Stopped, it refuses them all. `proven` says that a request has succeeded. The requests that try
    the server are numbered from 1, so that a late one is not taken for another.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self.stopped: Fault | None = None
        self._name = name
        self._clock = clock
        self.proven = False
        self._failures = 0
        self._opened: float | None = None
        self._due = 0.0
        self._pause = 1.0
        self._probe = 0
        self._probing = False
        self._tested = False
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self._last: Fault | None = None

    @property
    def holds(self) -> bool:
        """Whether requests wait for the server, or are never sent."""
        return self._opened is not None or self.stopped is not None

    async def admit(self, *, probe: int = 0) -> int:
        """Wait until a request may be sent; gives its number where it is to try the server, else 0.

        `probe` is what it was told before. Raises NotSent where none will be sent any more.
        """
        while True:
            if self.stopped is not None:
                raise NotSent(self.stopped)
            if self._opened is None or probe:
                return probe
            now = self._clock.now()
            if self._probing:
                await self._changed.wait()
            elif self._tested and now >= self._opened + LONGEST:
                self._give_up()
            elif now >= self._due:
                self._probing = True
                self._probe += 1
                return self._probe
            else:
                await self._pass_time(now)

    def succeed(self) -> None:
        """Take note of a reply."""
        self.proven = True
        self._failures = 0
        self._close()

    def fail(self, failure: Failure, *, probe: int) -> None:
        """Take note of a request that failed; one to be sent again, as told, stops nothing."""
        self._last = fault = failure.fault
        fatal = FATAL if self.proven else FATAL | FATAL_AT_FIRST
        if fault.kind in fatal and not told(failure.headers):
            self.stop(fault)
        elif self._is_alive(failure):
            self._close()
        else:
            self._count(probe=probe)

    def _is_alive(self, failure: Failure) -> bool:
        """Whether a failure says that the server works all the same."""
        refused = failure.fault.kind in REFUSALS and self.proven
        begun = has_content(failure.fault.partial)
        return refused or begun or _is_patient(failure, self._clock.today())

    def abandon(self, *, probe: int) -> None:
        """Take note of a request that was cancelled."""
        if self._is_out(probe):
            self._probing = False
            self._wake()

    def stop(self, fault: Fault, why: str = "") -> None:
        """Send no more; `fault` is the reason."""
        if self.stopped is None:
            message = f"deployment {self._name!r} is stopped{why}: {fault.message}"
            self.stopped = Fault(kind=fault.kind, message=message, status=fault.status)
            self._ended.set()
            self._wake()

    async def rest(self, seconds: float) -> None:
        """Wait so long; no longer than until it is stopped."""
        waits = [self._clock.sleep(seconds), self._ended.wait()]
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def _is_out(self, probe: int) -> bool:
        """Whether it is this one by which the server is being tried."""
        return self._probing and probe == self._probe

    def _count(self, *, probe: int) -> None:
        self._failures += 1
        if self._opened is None and self._failures >= TOLERANCE:
            self._opened = self._clock.now()
            self._pause = 1.0
            self._due = self._opened + self._pause
            self._tested = False
        elif self._is_out(probe):
            self._tested = True
            self._pause *= 2
            self._due = self._clock.now() + self._pause
        self.abandon(probe=probe)

    def _close(self) -> None:
        if self._opened is not None:
            self._opened = None
            self._failures = 0
            self._probing = False
            self._wake()

    def _give_up(self) -> None:
        fault = self._last or Fault(kind="server", message="no request succeeded")
        failed = f"{self._failures} requests in a row failed"
        self.stop(fault, f", for {failed} and none succeeded within {LONGEST:g} s")

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _pass_time(self, now: float) -> None:
        end = (now if self._opened is None else self._opened) + LONGEST
        until = min(self._due, end) if self._tested else self._due
        with suppress(TimeoutError):
            async with asyncio.timeout(until - now):
                await self._changed.wait()


def _is_patient(failure: Failure, today: float) -> bool:
    """Whether a server has too many requests for now, and not for longer than anybody waits."""
    hint = server_hint(failure, today) or 0.0
    return failure.fault.kind == "rate_limit" and hint <= LONGEST_HINT
