"""What holds for every test."""

from collections.abc import Sequence

import pytest

LONGEST = 120
"""Seconds that a test may take, where it sets no bound of its own."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LONGEST))
