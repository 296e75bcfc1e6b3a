"""What a run would run, as pytest selects it: collected, planned, and handed over."""

import pytest

from evalkit.model.trial import Item
from evalkit.pytest_plugin.node import Node
from evalkit.pytest_plugin.session import Session


class Selection:
    """A plugin for a session that only collects: it keeps the items that are left.

    Variables that are not set are taken to be. `met` says whether there is any suite.
    """

    def __init__(self) -> None:
        self.items: tuple[Item, ...] = ()
        self.mistakes: tuple[str, ...] = ()
        self.warnings: tuple[str, ...] = ()
        self.met = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.evalkit_missing_key = "stand_in"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        ours = Session.of(session.config)
        nodes = (node for node in session.items if isinstance(node, Node))
        self.items = tuple(node.item for node in nodes if node.item is not None)
        self.mistakes, self.warnings = ours.mistakes, ours.warnings
        self.met = ours.harness.met
