"""The folder of a run, and the reports in it, made from its record alone."""

from pathlib import Path

from evalkit.errors import RecordError
from evalkit.harness.settings import Written
from evalkit.records import files, folder, reader
from evalkit.report import data, html, markdown
from evalkit.summary import summarise

REPORTS = (
    ("report.html", html.render),
    ("summary.md", markdown.render),
    ("summary.json", data.render),
)


def publish(run_folder: Path) -> Written:
    """Write a run's reports from its record alone."""
    folder.clear_places(run_folder)
    try:
        run = reader.read(run_folder)
        summary = summarise(run)
        for name, render in REPORTS:
            files.write_atomic(run_folder / name, render(run, summary))
    except RecordError as error:
        return Written(lost=str(error))
    except OSError as error:
        return Written(lost=f"the report could not be written: {error}")
    return Written(report=run_folder / "report.html")
