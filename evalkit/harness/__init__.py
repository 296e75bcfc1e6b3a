"""A run from its suites to its files, as pytest's plugin sees it."""

from evalkit.harness.execution import GRACE
from evalkit.harness.reports import publish
from evalkit.harness.run import Harness
from evalkit.harness.settings import Settings, Written

__all__ = ["GRACE", "Harness", "Settings", "Written", "publish"]
