"""Items that are known to hold, reported without what pytest does around a test's own code."""

from collections.abc import Iterable
from types import ModuleType
from typing import Final, Literal

import pytest
from pluggy import HookImpl

from evalkit.pytest_plugin.node import Node

PHASES: Final[tuple[Literal["setup", "call", "teardown"], ...]] = ("setup", "call", "teardown")
NO_KEYWORDS: Final[dict[str, int]] = {}
KNOWN = frozenset({"_pytest", "evalkit"})
"""The packages whose hooks around an item's phases have nothing to do where no code is run."""


class Shortcut:
    """Takes over the items whose outcomes are there and good: all other hooks see them as ever.

    An item costs a quarter of what it would, as long as only pytest itself looks at its phases.
    """

    def __init__(self) -> None:
        self._free: bool | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        if nextitem is None or nextitem.parent is not item.parent:
            return None  # the last one of a file tears down what the others stand in
        if not (isinstance(item, Node) and self._is_free(item) and item.holds()):
            return None
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for phase in PHASES:
            call = pytest.CallInfo.from_call(_nothing, phase)
            report = hook.pytest_runtest_makereport(item=item, call=call)
            hook.pytest_runtest_logreport(report=report)
            report.keywords = NO_KEYWORDS  # pytest keeps all reports, and these for nobody
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _is_free(self, item: Node) -> bool:
        """Whether nobody but pytest itself looks at the phases, as a project's conftest may."""
        if self._free is None:
            hooks = (getattr(item.config.hook, f"pytest_runtest_{phase}") for phase in PHASES)
            self._free = all(_is_known(hook.get_hookimpls()) for hook in hooks)
        return self._free


def _is_known(implementations: Iterable[HookImpl]) -> bool:
    plugins = (one.plugin for one in implementations)
    names = (
        one.__name__ if isinstance(one, ModuleType) else type(one).__module__ for one in plugins
    )
    return all(name.partition(".")[0] in KNOWN for name in names)


def _nothing() -> None:
    """Stand for a phase."""
