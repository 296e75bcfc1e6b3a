"""`evalkit schema`: the JSON Schema by which editors complete and check suites."""

from pathlib import Path

import click

from evalkit.cli.console import echo, to_json, write


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file instead of stdout.")
def schema(output: Path | None) -> None:
    """Write the editor's JSON Schema of suites."""
    from evalkit.loader.schema import editor_schema

    text = to_json(editor_schema())
    if output:
        write(output, f"{text}\n")
    else:
        echo(text)
