"""The folder of a run, and the reports in it, made from its record alone."""

from pathlib import Path

from evalkit.errors import RecordError
from evalkit.harness.ahead import Ahead
from evalkit.harness.settings import Written
from evalkit.records import files, folder, reader
from evalkit.report import data, html, markdown
from evalkit.report.bodies import NOTHING
from evalkit.summary import summarise


def publish(run_folder: Path, ahead: Ahead | None = None) -> Written:
    """Write a run's reports from its record alone, which `ahead` may have read in part."""
    folder.clear_places(run_folder)
    try:
        run = ahead.run() if ahead else reader.read(run_folder)
        summary = summarise(run)
        page = html.render(run, summary, ahead.bodies if ahead else NOTHING)
        files.write_atomic(run_folder / "report.html", page)
        files.write_atomic(run_folder / "summary.md", markdown.render(run, summary))
        files.write_atomic(run_folder / "summary.json", data.render(run, summary))
    except RecordError as error:
        return Written(lost=str(error))
    except OSError as error:
        return Written(lost=f"the report could not be written: {error}")
    return Written(report=run_folder / "report.html")
