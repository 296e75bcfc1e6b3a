"""`evalkit init`: a first suite, which runs offline."""

from collections.abc import Iterable
from pathlib import Path

import click

from evalkit.cli.console import echo, to_json, write
from evalkit.errors import UsageError

STARTER = Path(__file__).parents[1] / "starter"
SCHEMA = Path("suites", "suite.schema.json")
IGNORED = "reports/"


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Write a first suite, which runs offline, into FOLDER."""
    from evalkit.loader.schema import editor_schema

    files = [file.relative_to(STARTER) for file in sorted(STARTER.rglob("*.yaml"))]
    _refuse_existing(folder, [*files, SCHEMA])
    for file in files:
        write(folder / file, (STARTER / file).read_text(encoding="utf-8"))
    write(folder / SCHEMA, f"{to_json(editor_schema())}\n")
    _ignore_reports(folder / ".gitignore")
    echo("\n".join(f"wrote {folder / file}" for file in [*files, SCHEMA]))
    enter = "" if folder == Path() else f"cd {folder} && "
    echo(f"\nnext: {enter}evalkit run")


def _refuse_existing(folder: Path, files: Iterable[Path]) -> None:
    there = [str(folder / file) for file in files if (folder / file).exists()]
    if there:
        names = "\n".join(f"  {name}" for name in there)
        raise UsageError(f"nothing was written, for these files exist:\n{names}")


def _ignore_reports(path: Path) -> None:
    """Add the folder of records to git's ignored ones, after what is already there."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if IGNORED not in lines:
        write(path, "\n".join([*lines, IGNORED, ""]))
