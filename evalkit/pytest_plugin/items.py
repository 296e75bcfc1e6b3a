"""What pytest collects: a suite as a file, each of its items as a test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import RecordError, UsageError
from evalkit.loader import discover
from evalkit.planner import Case
from evalkit.pytest_plugin.node import Node
from evalkit.pytest_plugin.reporting import NOT_RUN
from evalkit.pytest_plugin.session import Session
from evalkit.report import failure
from evalkit.summary import Settled, settle

MARKS = ("skip", "skipif", "xfail")
"""The marks by which pytest decides about an item before or after it runs."""


class ExpectationFailed(AssertionError):
    """A conversation was judged, and it does not hold."""


def collect(path: Path, parent: pytest.Collector) -> "SuiteFile | None":
    """Collect `path` when it is a suite of this project.

    One that is named is taken for a suite wherever it lies; but under plain pytest it may as well
    be another plugin's, so there it has to look like one.
    """
    config, root = parent.config, parent.config.rootpath
    named, only = parent.session.isinitpath(path), config.getoption("evalkit_only")
    placed = discover.is_suite_path(path, root, config.getini("evalkit_suites"))
    if not (placed or (named and path.is_relative_to(root))):
        return None
    if only or (named and placed) or discover.looks_like_suite(path):
        return SuiteFile.from_parent(parent, path=path)
    return None


class SuiteFile(pytest.File):
    """A suite: what is wrong with it is told when everything is collected."""

    def collect(self) -> Iterator["ConversationItem"]:
        for case in Session.of(self.config).harness.read(self.path):
            node_id = f"{self.nodeid}::{case.node}"  # parsed by pytest as it does those of a cache
            yield ConversationItem.from_parent(self, name=case.node, nodeid=node_id, case=case)


class ConversationItem(Node):
    """One conversation with one deployment, all attempts of it."""

    def __init__(self, *, case: Case, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(case=case, **node)
        self._line = case.conversation.span.line - 1
        self._settled: Settled | None = None
        self._failure: str | None = None
        if self.config.pluginmanager.hasplugin("timeout"):
            self.add_marker(pytest.mark.timeout(0))  # it would count the wait for other items
        for tag in case.conversation.tags:
            self.config.addinivalue_line("markers", f"{tag}: a tag of a suite")
            self.add_marker(tag)
        if case.conversation.xfail is not None:
            reason = case.conversation.xfail
            self.add_marker(
                pytest.mark.xfail(raises=ExpectationFailed, reason=reason, strict=False)
            )

    def holds(self) -> bool:
        """Wait for the outcomes, and say whether the item holds; pytest's own marks come first."""
        if any(map(self.get_closest_marker, MARKS)):
            return False
        try:
            return self._settle().status == "passed"
        except (RecordError, UsageError):
            return False

    def setup(self) -> None:
        """Wait for the outcomes; an item that could not be judged ends here, as an error."""
        try:
            settled = self._settle()
        except (RecordError, UsageError) as error:  # nothing would be kept: nothing more is run
            self.session.shouldstop = "the record cannot be stored"
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        if settled.status == "not_run":
            raise pytest.fail.Exception(f"{NOT_RUN}{settled.reason}", pytrace=False)
        if settled.status == "error":
            raise pytest.fail.Exception(self._failure or settled.reason, pytrace=False)

    def _settle(self) -> Settled:
        """Take the outcomes, once, and keep only what they come to."""
        if self._settled is None:
            item, outcomes = Session.of(self.config).outcomes(self)
            conversation = item.conversation
            settled = settle(outcomes, conversation.pass_if, conversation.repeat)
            self.seconds = sum(outcome.seconds for outcome in outcomes)
            if settled.status != "passed":
                self._failure = failure.explain(str(conversation.span), settled, outcomes)
            self._settled = settled
            self.forget()
        return self._settled

    def runtest(self) -> None:
        if self._failure is not None:
            raise ExpectationFailed(self._failure)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - pytest's own
        if isinstance(excinfo.value, ExpectationFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._line, self.name
