"""The controlling process of pytest-xdist, once a worker met a suite: it reads the record."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalkit import harness
from evalkit.pytest_plugin.ending import Ending


class Controller(Ending):
    """The hooks of the controlling process; `workers` are filled in while they start."""

    def __init__(self, config: pytest.Config, folder: Path, workers: Sequence[str]) -> None:
        super().__init__(config)
        self.folder = folder
        self.workers = workers
        self.recorded = 0
        self.lost: str | None = None
        self.broken: tuple[str, ...] = ()

    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ANN401, ARG002 - xdist has no types
        said = getattr(node, "workeroutput", {}).get("evalkit", {})
        self.mistakes = tuple(dict.fromkeys((*self.mistakes, *said.get("mistakes", ()))))
        self.warnings = tuple(dict.fromkeys((*self.warnings, *said.get("warnings", ()))))
        self.recorded += said.get("recorded", 0)
        self.lost = self.lost or said.get("lost")
        self.broken += tuple(said.get("broken", ()))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.folder.exists():
            published = harness.publish(self.folder)
            lost = self.lost or published.lost
            self.written = replace(published, recorded=self.recorded, lost=lost, broken=self.broken)
        self.close(session, exitstatus)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        super().pytest_terminal_summary(terminalreporter)
        if self.tally.seen:
            many = f"{len(self.workers)} workers"
            terminalreporter.write_line(
                f"evalkit: {many} run their items one at a time, each with its share of "
                "limits.concurrency, at least 1; without -n all items run concurrently"
            )
