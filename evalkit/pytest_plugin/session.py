"""One process that has suites: its items are run by a harness, which also writes the files."""

import os
import sys
from collections.abc import Generator
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any, Self

import pytest

from evalkit.errors import Mistakes, UsageError
from evalkit.harness import GRACE, Harness, Settings
from evalkit.model.outcome import Outcome
from evalkit.model.trial import Item
from evalkit.planner import Choice
from evalkit.pytest_plugin.caps import caps
from evalkit.pytest_plugin.ending import Ending
from evalkit.pytest_plugin.garbage import uncollected
from evalkit.pytest_plugin.interruption import Interruption
from evalkit.pytest_plugin.node import Node
from evalkit.pytest_plugin.progress import Progress
from evalkit.pytest_plugin.reporting import reports_of
from evalkit.pytest_plugin.shortcut import Shortcut
from evalkit.pytest_plugin.tally import Conclusion

NAME = "evalkit-session"


class Session(Ending):
    """The hooks of a process with suites; registered when the first suite is collected."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self.worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        self.progress = Progress(config) if config.getoption("evalkit_progress") else None
        if self.progress:
            config.pluginmanager.register(self.progress, "evalkit-progress")
        listen = self.progress.count if self.progress else ignore
        self.harness = Harness(settings(config, self.worker or {}), listen)
        self.begun = False

    @classmethod
    def of(cls, config: pytest.Config) -> Self:
        """Give the process's session, made and registered on the first call."""
        found: Self | None = config.pluginmanager.get_plugin(NAME)
        if found is None:
            found = cls(config)
            config.pluginmanager.register(found, NAME)
            if config.getoption("evalkit_only"):
                config.pluginmanager.register(Shortcut(), "evalkit-shortcut")
        return found

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Collect all suites; a process with other tests too has its session only afterwards."""
        with uncollected():
            return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Plan the items that are left; run none of them when any suite has a mistake."""
        nodes = [item for item in items if isinstance(item, Node)]
        try:
            planned = {item.id: item for item in self.harness.plan()}
        except UsageError as error:
            self.mistakes = told(error)
            config.hook.pytest_deselected(items=nodes)
            items[:] = [item for item in items if not isinstance(item, Node)]
            return
        self.warnings = tuple(map(str, self.harness.warnings))
        for node in nodes:
            if node.case is not None:
                node.plan(planned[node.case.id])

    def outcomes(self, node: Node) -> tuple[Item, tuple[Outcome, ...]]:
        """Wait for an item's outcomes; the first one asked for starts all that are selected.

        A worker runs only its share of the items, so there each one starts on its own.
        """
        if node.item is None:
            message = f"{node.nodeid} was never planned"
            raise LookupError(message)
        if not self.begun:
            self._begin(node.session)
        if self.worker:
            self.harness.start([node.item])
        return node.item, self.harness.outcomes(node.item)

    def _begin(self, session: pytest.Session) -> None:
        """Begin a run of what is left after every plugin has deselected."""
        nodes = (node for node in session.items if isinstance(node, Node))
        items = [node.item for node in nodes if node.item]
        if self.progress:
            self.progress.expect(items)
        try:
            self.harness.begin(items)
        except UsageError as error:
            self.mistakes = told(error)
            raise
        self.begun = True
        if not self.worker:
            self.harness.start(items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Report the trials' own duration, not what was waited for them."""
        report = yield
        if isinstance(item, Node):
            deciding = "setup" if call.excinfo and call.when == "setup" else "call"
            report.duration = item.seconds if call.when == deciding else 0.0
        return report

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        super().pytest_keyboard_interrupt(excinfo)
        if not (self.interrupted and self.begun):
            return
        if self.worker is None and current_thread() is main_thread():
            self.config.add_cleanup(Interruption(self.harness.hurry).over)
        self.say(f"interrupted: what is in flight has {GRACE:.0f} s to finish, Ctrl-C ends it now")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        with uncollected():
            self.written = self.harness.finish(interrupted=self.interrupted)
        if self.progress:
            self.progress.clear()
        if self.worker is None:
            self.close(session, exitstatus)
            if not self.harness.met and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
                hint = "evalkit init writes a first one"
                self.conclusion = Conclusion(5, f"there is no suite; {hint}")
        else:
            output = {
                "mistakes": list(self.mistakes),
                "warnings": list(self.warnings),
                "recorded": self.written.recorded,
                "lost": self.written.lost,
                "broken": list(self.written.broken),
            }
            self.config.workeroutput["evalkit"] = output  # type: ignore[attr-defined] # xdist's


def told(error: UsageError) -> tuple[str, ...]:
    mistakes = error.mistakes if isinstance(error, Mistakes) else (error,)
    return tuple(map(str, mistakes))


def ignore(_: Outcome) -> None:
    """Nobody watches."""


def settings(config: pytest.Config, worker: dict[str, Any]) -> Settings:
    """Read the run's settings from pytest's options, and from the controller in a worker."""
    choice = Choice(
        deployments=tuple(config.getoption("evalkit_deployment")),
        missing_key=config.getoption("evalkit_missing_key"),
    )
    return Settings(
        root=config.rootpath,
        reports=reports_of(config),
        choice=choice,
        environ=dict(os.environ),
        command=tuple(worker.get("evalkit_command", sys.argv)),
        cautious=bool(config.getoption("maxfail") or config.getoption("stepwise", default=False)),
        folder=Path(worker["evalkit_folder"]) if worker else None,
        part=worker.get("workerid"),
        workers=worker.get("workercount", 1),
        caps=caps(config),
        python=not config.getoption("evalkit_no_python"),
    )
