"""`evalkit report`: render a run's record again."""

from pathlib import Path

import click

from evalkit.cli.console import echo, write
from evalkit.cli.root import find_root
from evalkit.errors import RecordError, UsageError

FILES = {"html": "report.html", "markdown": "summary.md", "json": "summary.json"}
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("run", required=False, type=FOLDER)
@click.option("--format", "form", type=click.Choice(list(FILES)), help="Only this one.  [all]")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Another file for it.")
@click.option("--reports", type=click.Path(path_type=Path), help="Where records are.  [reports/]")
def report(run: Path | None, form: str | None, output: Path | None, reports: Path | None) -> int:
    """Write the reports of RUN, a record's folder, again; by default of the newest."""
    from evalkit.records.files import write_atomic
    from evalkit.records.reader import read
    from evalkit.report import data, html, markdown

    if output and not form:
        raise UsageError("-o names one file\n  hint: say which with --format")
    renderers = {"html": html.render, "markdown": markdown.render, "json": data.render}
    if run and not list(run.glob("run*.jsonl")):
        raise UsageError(f"{str(run)!r} holds no record\n  hint: name a folder below reports/")
    folder = run or _newest(reports or find_root(Path.cwd()) / "reports")
    keep = write if output else write_atomic
    record = read(folder)
    for name in (form,) if form else FILES:
        path = output or folder / FILES[name]
        keep(path, renderers[name](record))
        echo(str(path))
    for sentence in record.damage:
        echo(f"damaged: {sentence}", error=True)
    return RecordError.exit_code if record.damage else 0


def _newest(reports: Path) -> Path:
    """Give the last folder with a record; their names begin with the time of the start."""
    folders = {path.parent for path in reports.glob("*/run*.jsonl")}
    if not folders:
        raise UsageError(f"no record in {str(reports)!r}\n  hint: evalkit run writes one")
    return max(folders)
