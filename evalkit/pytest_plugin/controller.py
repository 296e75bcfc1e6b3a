"""The controlling process of pytest-xdist: it names the run's folder and reads the record."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalkit import harness
from evalkit.pytest_plugin.ending import Ending
from evalkit.pytest_plugin.session import settings


class Controller(Ending):
    """The hooks of the controlling process; silent where no worker met a suite."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        self.settings = settings(config, {})
        self.folder: Path | None = None
        self.recorded = 0
        self.lost: str | None = None
        self.broken: tuple[str, ...] = ()
        self.workers = 0

    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - xdist has no types
        self.folder = self.folder or harness.name_folder(self.settings.reports)
        self.workers += 1
        node.workerinput["evalkit_folder"] = str(self.folder)
        node.workerinput["evalkit_command"] = list(self.settings.command)

    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ANN401, ARG002
        said = getattr(node, "workeroutput", {}).get("evalkit", {})
        self.mistakes = tuple(dict.fromkeys((*self.mistakes, *said.get("mistakes", ()))))
        self.recorded += said.get("recorded", 0)
        self.lost = self.lost or said.get("lost")
        self.broken += tuple(said.get("broken", ()))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if not (self.mistakes or self.tally.seen or self.config.getoption("evalkit_only")):
            return
        if self.folder and self.folder.exists():
            published = harness.publish(self.folder)
            lost = self.lost or published.lost
            self.written = replace(published, recorded=self.recorded, lost=lost, broken=self.broken)
        self.close(session, exitstatus)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        super().pytest_terminal_summary(terminalreporter)
        if self.tally.seen:
            terminalreporter.write_line(
                f"evalkit: {self.workers} workers run their items one at a time, each with its "
                "share of limits.concurrency, at least 1; without -n all items run concurrently"
            )
