"""`evalkit explain`: what a check demands, its fields, and examples of it."""

from dataclasses import asdict

import click

from evalkit.cli.console import echo, to_json
from evalkit.errors import UsageError, did_you_mean


@click.command()
@click.argument("check")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def explain(check: str, *, as_json: bool) -> None:
    """Explain a check: its fields, its short form, and examples."""
    from evalkit import checks
    from evalkit.cli import explanation

    if check not in checks.registry:
        hints = did_you_mean(check, checks.registry.names) or ("evalkit list checks lists them",)
        raise UsageError(f"there is no check {check!r}\n  hint: {hints[0]}")
    try:
        found = explanation.explain(check, checks.registry.get(check))
    except (ImportError, TypeError) as error:
        raise UsageError(f"the check {check!r} cannot be used: {error}") from error
    echo(to_json(asdict(found)) if as_json else str(found))
