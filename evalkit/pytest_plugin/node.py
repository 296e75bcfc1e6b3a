"""What every pytest item of a suite knows, whoever asks it."""

from typing import Any

import pytest

from evalkit.model.trial import Item
from evalkit.planner import Case
from evalkit.pytest_plugin.reporting import PROPERTY


class Node(pytest.Item):
    """One case of a suite; `item` takes its place from the plan to the outcomes.

    `seconds` is what its trials took, once they are known.
    """

    def __init__(self, *, case: Case, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self.case: Case | None = case
        self.item: Item | None = None
        self.seconds = 0.0

    def holds(self) -> bool:
        """Whether it is known to hold, with nothing to wait for and no mark to heed."""
        return False

    def plan(self, item: Item) -> None:
        """Take up what is to be run."""
        self.item = item
        if item.skip is not None:
            self.add_marker(pytest.mark.skip(reason=item.skip))
        self.case = None
        self.user_properties += [(PROPERTY, item.id), ("deployment", item.deployment)]

    def forget(self) -> None:
        """Let go of what was run: the item itself stays to the end of its process."""
        self.item = None
