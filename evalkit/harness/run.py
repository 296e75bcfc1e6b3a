"""The composition root: settings become items, a running engine, a record, and a report."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from evalkit.errors import Mistake, Mistakes, RecordError, UsageError
from evalkit.harness.ahead import Ahead
from evalkit.harness.execution import Execution
from evalkit.harness.reports import publish
from evalkit.harness.settings import Settings, Written
from evalkit.loader.load import Loader
from evalkit.model.outcome import Outcome
from evalkit.model.suite import Suite
from evalkit.model.trial import Item
from evalkit.planner import Case, cases, plan
from evalkit.report import html

PAUSE = 0.0005
"""Seconds that the other threads have to themselves after each piece of the report."""


class Harness:
    """A run from its suites to its files, for one process; `met` says whether it met any suite."""

    def __init__(
        self, settings: Settings, listen: Callable[[Outcome], None] = lambda _: None
    ) -> None:
        self._settings = settings
        self._listen = listen
        self._loader = Loader(settings.root, python=settings.python)
        self._suites: list[Suite] = []
        self.met = False
        self._execution: Execution | None = None
        self._ahead: Ahead | None = None

    def read(self, path: Path) -> tuple[Case, ...]:
        """Load a suite and give its cases; what is wrong with it waits for `plan`."""
        self.met = True
        suite = self._loader.load(path)
        if suite is None:
            return ()
        self._suites.append(suite)
        return tuple(cases(suite, self._settings.choice))

    def plan(self) -> tuple[Item, ...]:
        """Plan all that was read; raises Mistakes or UsageError, and then nothing is to be run."""
        if self._loader.mistakes:
            raise Mistakes(self._loader.mistakes)
        try:
            items = plan(self._suites, self._settings.choice, self._settings.environ)
        except Mistakes as error:
            raise Mistakes(map(self._loader.quote, error.mistakes)) from error
        self._suites.clear()  # each item has what it needs, and goes when it is told of
        return items

    @property
    def warnings(self) -> tuple[Mistake, ...]:
        """What authors should look at in all that was read."""
        return self._loader.warnings

    def begin(self, items: Sequence[Item]) -> None:
        """Open the record of a run of these items; only the first call does anything."""
        if self._execution is None:
            self._demand_prices(items)
            attachments = self._loader.attachments
            self._execution = Execution(self._settings, attachments, items, self._listen)
            self._execution.note(f"{one.span}: {one.message}" for one in self.warnings)
            if self._settings.part is None:
                self._ahead = Ahead(self._execution.folder)

    def _demand_prices(self, items: Sequence[Item]) -> None:
        """Refuse a cap on cost where a cost cannot be known."""
        if self._settings.caps.cost is None:
            return
        asked = (one for item in items if item.called for one in (item.called, *item.consulted))
        unknown = sorted({one.name for one in asked if one.price is None})
        if unknown:
            names = ", ".join(map(repr, unknown))
            message = f"--max-cost counts nothing without a price: {names} of deployments has none"
            raise UsageError(f"{message}\n  hint: price: {{input: 0.15, output: 0.6}}")

    def start(self, items: Sequence[Item]) -> None:
        """Start items of the run; what was started before goes on."""
        self._running.engine.start(items)
        if self._settings.part is None:
            html.prepare()  # while the first replies are on their way

    def outcomes(self, item: Item) -> tuple[Outcome, ...]:
        """Wait for the outcomes of an item that was started, and make the report ready meanwhile.

        Little is done at a time: the thread that measures latencies needs the interpreter too.
        """
        engine = self._running.engine
        while not engine.is_settled(item) and self._work_ahead():
            time.sleep(PAUSE)
        return engine.wait(item)

    def _work_ahead(self) -> bool:
        """Do a piece of the report; False where there is none to do."""
        try:
            return self._ahead is not None and self._ahead.work()
        except RecordError:  # it is told when the whole record is read
            self._leave_ahead()
            return False

    def _leave_ahead(self) -> None:
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    @property
    def _running(self) -> Execution:
        if self._execution is None:
            raise LookupError("the run has not begun")
        return self._execution

    def hurry(self) -> None:
        """Cancel what an interrupted run still waits for; from any thread or signal handler."""
        if self._execution is not None:
            self._execution.engine.cancel()

    def finish(self, *, interrupted: bool) -> Written:
        """End the run, and write its reports unless a controlling process will."""
        if self._execution is None:
            return Written()
        ended = self._execution.end(interrupted=interrupted)
        if self._settings.part is not None:
            return ended
        if interrupted or ended.lost:
            self._leave_ahead()
        published = publish(self._execution.folder, self._ahead)
        return replace(ended, report=published.report, lost=ended.lost or published.lost)
