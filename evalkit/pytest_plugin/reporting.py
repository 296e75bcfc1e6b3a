"""What marks the reports of evalkit's items, and where the files of a run go."""

from pathlib import Path

import pytest

PROPERTY = "evalkit_item"
"""The user property that tells evalkit's reports from others', across processes too."""

NOT_RUN = "not run: "
"""How the reason of an item that was never begun begins."""


def reports_of(config: pytest.Config) -> Path:
    """Give the folder of the records: as asked for, or `reports` in the root."""
    asked = config.getoption("evalkit_reports")
    return config.invocation_params.dir / asked if asked else config.rootpath / "reports"
