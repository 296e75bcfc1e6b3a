"""How a session with suites ends: its exit code, its files, and its last sentence."""

import pytest

from evalkit.harness import Written
from evalkit.pytest_plugin.reporting import unbegun
from evalkit.pytest_plugin.tally import Conclusion, Tally, conclude

MOST_REASONS = 3
"""Reasons for skipping, and for not running, that are told at the end."""

MISTAKEN = pytest.ExitCode.USAGE_ERROR


class Ending:
    """The closing hooks, for a session of one process and for the controller of several."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.tally = Tally()
        self.mistakes: tuple[str, ...] = ()
        self.warnings: tuple[str, ...] = ()
        self.written = Written()
        self.conclusion: Conclusion | None = None
        self.decisive = True
        self.interrupted = False

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell Ctrl-C from what else pytest calls an interruption, as errors of collecting."""
        self.interrupted = excinfo.type is KeyboardInterrupt

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.tally.count(report)

    def pytest_report_teststatus(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
        """Count what was never begun apart; its one reason is told once, at the end."""
        if isinstance(report, pytest.TestReport) and unbegun(report) is not None:
            return "not run", "n", ("NOT RUN", {"yellow": True})
        return None

    def close(self, session: pytest.Session, exitstatus: int) -> None:
        """Settle the exit code; pytest's own stands where other tests ran beside the suites."""
        if self.mistakes:
            places = "1 mistake" if len(self.mistakes) == 1 else f"{len(self.mistakes)} mistakes"
            self.conclusion = Conclusion(MISTAKEN, f"{places}, nothing was sent")
        elif exitstatus == pytest.ExitCode.USAGE_ERROR:
            self.conclusion = Conclusion(
                MISTAKEN, "nothing was sent, for pytest refused its arguments"
            )
        elif not self._left_to_pytest(exitstatus):
            self.conclusion = conclude(self.tally, self.written, interrupted=self.interrupted)
        went_wrong = self.mistakes or self.written.lost or self.written.broken
        self.decisive = bool(went_wrong or not self.tally.others)
        if self.conclusion and self.decisive:
            session.exitstatus = self.conclusion.code

    def _left_to_pytest(self, exitstatus: int) -> bool:
        """Whether nothing was run for a reason that pytest tells itself."""
        stopped = exitstatus == pytest.ExitCode.INTERRUPTED and not self.interrupted
        failed = exitstatus == pytest.ExitCode.INTERNAL_ERROR
        return failed or collecting(self.config) or (stopped and not self.tally.seen)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for title, told in (("warnings", self.warnings), ("mistakes", self.mistakes)):
            if told:
                terminalreporter.section(title, red=title == "mistakes", yellow=title != "mistakes")
                terminalreporter.write_line("\n\n".join(told))

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Say why the run ended as it did, after everything that pytest itself prints."""
        skipped = self.tally.reasons.most_common(MOST_REASONS)
        unbegun = self.tally.unbegun.most_common(MOST_REASONS)
        lines = [f"{count} skipped: {reason}" for reason, count in skipped]
        lines += [f"{count} not run: {reason}" for reason, count in unbegun]
        lines += [f"report in {self.written.report}"] if self.written.report else []
        if self.conclusion:
            shown = self.conclusion.code and self.decisive
            code = f" (exit {self.conclusion.code})" if shown else ""
            lines.append(f"{self.conclusion.sentence}{code}")
        for line in lines:
            self.say(line)

    def say(self, line: str) -> None:
        writer = self.config.get_terminal_writer()
        if writer.width_of_current_line:
            writer.line()
        writer.line(f"evalkit: {line}")
        writer.flush()


def collecting(config: pytest.Config) -> bool:
    """Whether items are only listed."""
    return bool(config.getoption("collectonly"))
