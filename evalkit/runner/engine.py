"""The engine: trials run on a background event loop while items wait for their outcomes."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from functools import partial
from threading import Thread

from evalkit.errors import EvalkitError
from evalkit.model.api import Api, Services
from evalkit.model.deployment import Deployment
from evalkit.model.outcome import Outcome
from evalkit.model.trial import Item
from evalkit.runner import outcomes
from evalkit.runner.board import Board
from evalkit.runner.budget import Budget
from evalkit.runner.grader import Grader
from evalkit.runner.options import DEFAULT, Options
from evalkit.runner.switchboard import Switchboard
from evalkit.runner.trials import Ports, Trials

Redact = Callable[[Outcome], Outcome]
Record = Callable[[Outcome], None]


class Engine:
    """Runs trials from the moment it is made until it is closed.

    Each finished trial's outcome is redacted and then given to `on_outcome`, once and off the event
    loop. What `on_outcome` raises stops the run, and whoever waits for an outcome raises it.
    """

    def __init__(
        self,
        services: Services,
        redact: Redact,
        on_outcome: Record,
        options: Options = DEFAULT,
    ) -> None:
        budget = Budget(options.caps, services.share)
        self._services = replace(services, purse=budget)
        self._redact = redact
        self._on_outcome = on_outcome
        self._options = options
        self._board = Board()
        self._positions: dict[str, int] = {}
        self._broken: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._grader = Grader(self._loop)
        self._switchboard = Switchboard(self._make)
        ports = Ports(self._grader.run, self._switchboard, self._report, budget)
        self._trials = Trials(ports, options)
        self._thread = Thread(target=self._run, name="evalkit-engine", daemon=True)
        self._thread.start()

    @property
    def internal_errors(self) -> tuple[str, ...]:
        """Trials that a bug of evalkit's own or an Api's end broke, each with what was raised."""
        return (*self._trials.internal_errors, *self._broken, *self._switchboard.problems)

    @property
    def unreported(self) -> tuple[str, ...]:
        """The ids of judged trials whose item was never waited for."""
        return self._board.untaken

    def start(self, items: Sequence[Item]) -> None:
        """Begin the trials of items in this order, behind those started before."""
        first = len(self._positions)
        new = [item for item in items if item.id not in self._positions]
        fresh = [item for item in new if self._board.expect(item.id, outcomes.expected(item))]
        self._positions |= {item.id: place for place, item in enumerate(fresh, first)}
        if fresh:
            self._tell(partial(self._trials.add, first, fresh))

    def is_settled(self, item: Item) -> bool:
        """Whether nothing of an item has to be waited for."""
        return self._board.is_full(item.id)

    def wait(self, item: Item) -> tuple[Outcome, ...]:
        """Wait for an item's outcomes, in the order of its attempts; they are given away once."""
        if self._options.cautious:
            self._tell(partial(self._trials.awaits, self._positions.get(item.id, -1)))
        return self._board.take(item.id)

    def drain(self, grace: float) -> None:
        """Begin no more trials and let the others finish, for at most `grace` seconds.

        Whatever is left, and whatever is started afterwards, is not run: interrupted.
        """
        if self._closing.is_set():
            return
        draining = self._drain(grace)
        try:
            drained = asyncio.run_coroutine_threadsafe(draining, self._loop)
        except RuntimeError:  # the loop is closed: it was cancelled
            draining.close()
            return
        with contextlib.suppress(CancelledError, TimeoutError):  # closed meanwhile by someone else
            drained.result(grace + 3 * self._options.patience)

    def cancel(self) -> None:
        """Cancel what runs, from any thread and without waiting; `close` follows."""
        self._tell(self._closing.set)

    def close(self) -> None:
        """Cancel what runs, leave every Api, and end both threads; a second time does nothing."""
        self.cancel()
        self._thread.join(2 * self._options.patience)
        self._grader.close(self._options.patience)
        self._board.fail(EvalkitError("the engine was closed"))

    def _tell(self, job: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the board says so
            self._loop.call_soon_threadsafe(job)

    def _make(self, deployment: Deployment) -> Api:
        return self._options.apis(deployment.api)(deployment, self._services)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        seconds = self._options.caps.seconds
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            reason = f"the run's {seconds:g} s are over"
            draining = asyncio.create_task(self._trials.drain(self._options.grace, reason))
            await self._closing.wait()  # whoever closes meanwhile does not wait for the grace
            draining.cancel()
            await asyncio.wait([draining])
        await self._trials.stop()
        await self._switchboard.close(self._options.patience)

    async def _drain(self, grace: float) -> None:
        await self._trials.drain(grace, "interrupted")
        await asyncio.wait([self._grader.run(_nothing)], timeout=self._options.patience)

    def _report(self, outcome: Outcome) -> None:
        self._grader.post(partial(self._file, outcome))

    def _file(self, outcome: Outcome) -> None:
        """Redact, record and hand over an outcome; on the grader's thread."""
        if self._board.failure is not None:
            return
        clean = self._redacted(outcome)
        try:
            self._on_outcome(clean)
        except Exception as error:  # noqa: BLE001 - it is raised again where outcomes are awaited
            self._board.fail(error)
            self._tell(self._closing.set)
        else:
            self._board.put(outcome.item, clean)

    def _redacted(self, outcome: Outcome) -> Outcome:
        """Redact an outcome; where that fails, nothing of it is kept, for it may hold secrets."""
        try:
            return self._redact(outcome)
        except Exception as error:  # noqa: BLE001 - a bug costs one trial, not the run
            problem = f"could not redact: {type(error).__name__}"
            self._broken.append(f"{outcome.trial}: {problem}")
            return outcomes.withheld(outcome, problem)


def _nothing() -> None:
    """Take a turn on the grader's thread: what was posted before is done."""
