"""What marks the reports of evalkit's items, and where the files of a run go."""

from pathlib import Path

import pytest

PROPERTY = "evalkit_item"
"""The user property that tells evalkit's reports from others', across processes too."""

NOT_RUN = "not run: "
"""How the reason of an item that was never begun begins."""


def unbegun(report: pytest.TestReport) -> str | None:
    """Give the reason why an item of evalkit's was never begun; None where it was."""
    if report.when != "setup" or not report.failed or not is_own(report):
        return None
    told = str(report.longrepr)
    return told.removeprefix(NOT_RUN) if told.startswith(NOT_RUN) else None


def is_own(report: pytest.TestReport) -> bool:
    """Whether a report is of one of evalkit's items."""
    return PROPERTY in dict(report.user_properties)


def reports_of(config: pytest.Config) -> Path:
    """Give the folder of the records: as asked for, or `reports` in the root."""
    asked = config.getoption("evalkit_reports")
    return config.invocation_params.dir / asked if asked else config.rootpath / "reports"
