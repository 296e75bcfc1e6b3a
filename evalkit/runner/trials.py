"""The trials of a run on the event loop: begun within bounds, driven to their end, reported."""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from evalkit.author import Author
from evalkit.model.chat import CallError, Fault, NotSent
from evalkit.model.consultation import Reply
from evalkit.model.deployment import Deployment
from evalkit.model.dialogue import Answer, Ask, Call
from evalkit.model.outcome import Outcome
from evalkit.model.trial import Item, Trial
from evalkit.runner import outcomes
from evalkit.runner.backlog import Backlog
from evalkit.runner.budget import Budget
from evalkit.runner.calls import returned
from evalkit.runner.drive import Advance, drive
from evalkit.runner.options import Options
from evalkit.runner.switchboard import Switchboard, definition, is_cancelled


@dataclass(frozen=True, slots=True)
class Ports:
    """Where trials are advanced, where their requests go, and where their outcomes go."""

    advance: Advance
    switchboard: Switchboard
    report: Callable[[Outcome], None]
    budget: Budget


class Trials:
    """All trials of a run; every method is called on the event loop."""

    def __init__(self, ports: Ports, options: Options) -> None:
        self._ports = ports
        self._options = options
        self._backlogs: dict[Hashable, Backlog] = {}
        self._running: dict[asyncio.Task[Outcome], Trial] = {}
        self._asking: dict[object, tuple[str, Deployment]] = {}
        self._answered: set[str] = set()
        self._author = Author("evalkit author")
        self._awaited = -1
        self._budget = ports.budget
        self._unsent: dict[str, str] = {}
        self._ended: str | None = None
        self._stopped = False
        self.internal_errors: list[str] = []

    def add(self, position: int, items: Iterable[Item]) -> None:
        """Take up items, the first of them at `position` of the run, and begin what may begin."""
        for place, item in enumerate(items, position):
            if item.called is None or outcomes.is_skipped(item):
                self._ports.report(outcomes.skipped(item.trials[0]))
            else:
                self._backlog(item.called).add(place, item.trials)
        self._begin_all()

    def awaits(self, position: int) -> None:
        """Note how far the run has been reported."""
        self._awaited = max(self._awaited, position)
        self._begin_all()

    async def drain(self, grace: float, reason: str) -> None:
        """Begin no more trials, give up those that wait for their first place, and cancel the rest.

        What is in the middle of its conversation has `grace` seconds; what is given up was not run
        for this `reason`.
        """
        self._ended = self._ended or reason
        self._begin_all()
        queued = set(self._queued())
        for task, trial in self._running.items():
            if trial.id in queued:
                task.cancel()
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=grace)
        await self._cancel()

    async def stop(self) -> None:
        """Cancel everything; only after an interruption does what is left get an outcome."""
        self._stopped = True
        for backlog in self._backlogs.values():
            backlog.clear()
        await self._cancel()
        self._author.dismiss()

    def _backlog(self, deployment: Deployment) -> Backlog:
        key = definition(deployment)
        if key not in self._backlogs:
            concurrency = deployment.limits.places
            self._backlogs[key] = Backlog(concurrency, cautious=self._options.cautious)
        return self._backlogs[key]

    def _begin_all(self) -> None:
        for backlog in self._backlogs.values():
            self._begin(backlog)

    def _begin(self, backlog: Backlog) -> None:
        if self._stopped or self._ended is not None:
            for trial in backlog.clear():
                self._give_up(trial)
            return
        for trial in backlog.begin(self._awaited):
            task = asyncio.create_task(self._run(trial), name=trial.id)
            self._running[task] = trial
            task.add_done_callback(partial(self._end, backlog))

    def _queued(self) -> Iterator[str]:
        """Name the trials whose first request waits: places are given first come, first served."""
        asked: Counter[Hashable] = Counter()
        for trial, deployment in self._asking.values():
            asked[definition(deployment)] += 1
            waits = asked[definition(deployment)] > deployment.limits.places
            if waits and trial not in self._answered:
                yield trial

    async def _run(self, trial: Trial) -> Outcome:
        clocks = self._options.clocks
        if trial.item.called is not None:
            await self._ports.switchboard.prepare(trial.item.called)
        started, begun = clocks.now(), clocks.monotonic()
        try:
            answer = partial(self._answer, trial)
            outcome = await drive(outcomes.judged(trial), self._ports.advance, answer)
        except asyncio.CancelledError as error:
            if is_cancelled():
                raise
            outcome = self._broken(trial, error)
        except BaseException as error:  # noqa: BLE001 - a bug costs one trial, not the run
            outcome = self._broken(trial, error)
        if trial.id in self._unsent:
            outcome = outcomes.not_run(trial, self._unsent.pop(trial.id))
        return outcomes.timed(outcome, started, clocks.monotonic() - begun)

    def _broken(self, trial: Trial, error: BaseException) -> Outcome:
        self.internal_errors.append(f"{trial.id}: {outcomes.last_line(error)}")
        return outcomes.broken(trial, error)

    async def _answer(self, trial: Trial, question: Ask | Call) -> Answer:
        if isinstance(question, Call):
            return await returned(self._author, question)
        return await self._reply(trial, question)

    async def _reply(self, trial: Trial, ask: Ask) -> Reply:
        called = trial.item.deployment_of(ask.deployment)
        if called is None:
            message = f"no deployment {ask.deployment!r} to ask"
            raise CallError(Fault(kind="config", message=message))
        self._demand(trial)
        asking = object()
        self._asking[asking] = trial.id, called
        try:
            reply = await self._ports.switchboard.call(called, ask.request)
        except CallError as error:
            self._note(trial, called, error)
            raise
        finally:
            del self._asking[asking]
            self._answered.add(trial.id)
        self._budget.spend(reply.usage, reply.tries, called.price)
        return reply

    def _demand(self, trial: Trial) -> None:
        """Raise NotSent for a trial that would begin now, although the run has used up its caps."""
        reason = None if trial.id in self._answered else self._budget.used_up()
        if reason is not None:
            self._unsent[trial.id] = reason
            raise NotSent(Fault(kind="config", message=reason))

    def _note(self, trial: Trial, called: Deployment, error: CallError) -> None:
        """Take a trial that nothing was sent of as one that was not run."""
        if not isinstance(error, NotSent):
            self._budget.spend(None, error.fault.tries, called.price)
        elif trial.id not in self._answered:
            self._unsent[trial.id] = error.fault.message

    def _end(self, backlog: Backlog, task: asyncio.Task[Outcome]) -> None:
        trial = self._running.pop(task, None)
        if trial is None:
            return
        self._answered.discard(trial.id)
        backlog.finish()
        if task.cancelled():
            self._give_up(trial)
        else:
            self._ports.report(task.result())
        self._begin(backlog)

    def _give_up(self, trial: Trial) -> None:
        if self._ended is not None:
            self._ports.report(outcomes.not_run(trial, self._ended))

    async def _cancel(self) -> None:
        """Cancel what runs; a task that will not end is left behind, its trial not run."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=self._options.patience)
        for trial in self._running.values():
            self._give_up(trial)
        self._running.clear()
