"""`evalkit plan`: what a run would ask of each deployment, before anything is sent."""

import os

import click

from evalkit.cli.arguments import Value
from evalkit.cli.console import echo, to_json
from evalkit.errors import NothingSelected


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--deployment", multiple=True, metavar="NAME", help="Count these only; globs.")
@click.option("-k", "keyword", metavar="EXPR", help="Count items whose names match.")
@click.option("-m", "markers", metavar="EXPR", help="Count items whose tags match.")
@click.option(
    "--completion",
    type=click.IntRange(min=0, max=10_000_000),
    metavar="N",
    help="Take a reply to have N tokens.  [its max_tokens, else 500]",
)
@click.option("--no-python", is_flag=True, help="Import no code that suites name.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--root", metavar="DIR", help="What paths and ids are relative to.  [as pytest]")
def plan(
    paths: tuple[str, ...],
    completion: int | None,
    root: str | None,
    *,
    as_json: bool,
    **options: Value,
) -> int:
    """Estimate the requests, tokens and cost of a run; no key is needed, nothing is sent."""
    from evalkit.cli.estimation import to_data, to_text
    from evalkit.cli.selecting import select
    from evalkit.estimate import Guess, estimate

    selection = select(paths, root, options)
    guess = Guess(completion)
    found = estimate(selection.items, os.environ, guess)
    for warning in selection.warnings:
        echo(f"{warning}\n", error=True)
    echo(to_json(to_data(found, guess)) if as_json else to_text(found, guess))
    return 0 if found.items else NothingSelected.exit_code
