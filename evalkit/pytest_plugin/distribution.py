"""pytest-xdist's workers told where the run's files go; nothing heavy until one meets a suite."""

import sys
from typing import TYPE_CHECKING, Any

import pytest

from evalkit.pytest_plugin.reporting import PROPERTY, reports_of
from evalkit.records import folder

if TYPE_CHECKING:
    from evalkit.pytest_plugin.controller import Controller


class Distribution:
    """The controlling process, which calls its controller when it first hears of a suite."""

    def __init__(self, config: pytest.Config) -> None:
        self.folder = folder.choose(reports_of(config))
        self.workers: list[str] = []
        self.others = False
        self._config = config
        self._controller: Controller | None = None
        if config.getoption("evalkit_only"):
            self._call()

    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - xdist has no types
        self.workers.append(node.gateway.id)
        node.workerinput["evalkit_folder"] = str(self.folder)
        node.workerinput["evalkit_command"] = sys.argv

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._controller is not None:
            return
        if PROPERTY in dict(report.user_properties):
            self._call().pytest_runtest_logreport(report)
        else:
            self.others = True

    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ANN401
        if self._controller is None and "evalkit" in getattr(node, "workeroutput", {}):
            self._call().pytest_testnodedown(node, error)

    def _call(self) -> "Controller":
        from evalkit.pytest_plugin.controller import Controller

        self._controller = Controller(self._config, self.folder, self.workers)
        self._controller.tally.others = self.others
        self._config.pluginmanager.register(self._controller, "evalkit-controller")
        return self._controller
