"""`evalkit run`: pytest, in this process, over suites only."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import click

from evalkit.cli.arguments import LIVE, Value, plugin_name, to_pytest
from evalkit.cli.root import locate
from evalkit.errors import UsageError
from evalkit.pytest_plugin import amounts


class Checked(click.ParamType[str]):
    """A text that pytest's option will take: its mistakes are told in this command's words."""

    name = "text"

    def __init__(self, read: Callable[[str], object]) -> None:
        self._read = read

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            self._read(value)
        except ArgumentTypeError as error:
            self.fail(str(error), param, ctx)
        return value


class Run(click.Command):
    """A command that leaves everything behind `--` in its context's `args`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        super().parse_args(ctx, args[:end])
        ctx.args = args[end + 1 :]
        return ctx.args


@click.command(cls=Run, options_metavar="[OPTIONS]", epilog="What follows -- is pytest's.")
@click.argument("paths", nargs=-1)
@click.option("--deployment", multiple=True, metavar="NAME", help="Run these only; globs.")
@click.option("--missing-key", type=click.Choice(["skip", "error"]), help="If a variable is unset.")
@click.option("--no-python", is_flag=True, help="Import no code that suites name.")
@click.option("--reports", metavar="DIR", help="Where records go.  [reports/ in the root]")
@click.option(
    "--max-tokens",
    type=Checked(amounts.tokens),
    metavar="N",
    help="Send nothing after so many tokens.",
)
@click.option(
    "--max-cost",
    type=Checked(amounts.dollars),
    metavar="USD",
    help="Send nothing after so many dollars.",
)
@click.option(
    "--max-time",
    type=Checked(amounts.seconds),
    metavar="TIME",
    help="End after a time such as 90s or 10m.",
)
@click.option("-k", "keyword", metavar="EXPR", help="Run items whose names match.")
@click.option("-m", "markers", metavar="EXPR", help="Run items whose tags match.")
@click.option("-x", "exitfirst", is_flag=True, help="Stop at the first that does not pass.")
@click.option("--maxfail", type=int, metavar="N", help="Stop after so many.")
@click.option("--lf", "last_failed", is_flag=True, help="Run what failed last time.")
@click.option("--collect-only", is_flag=True, help="List the items; send nothing.")
@click.option("--junitxml", metavar="FILE", help="Write a JUnit report.")
@click.option("-n", "processes", metavar="N", help="Run in N processes.")
@click.option("--root", metavar="DIR", help="What paths and ids are relative to.  [as pytest]")
@click.pass_context
def run(
    context: click.Context, /, paths: tuple[str, ...], root: str | None, **options: Value
) -> int:
    """Run suites and report on them."""
    if options["processes"] is not None and find_spec("xdist") is None:
        raise UsageError("-n needs pytest-xdist\n  hint: pip install pytest-xdist")
    place = locate(Path.cwd(), paths, root)

    import pytest

    rest = [*(LIVE if sys.stdout.isatty() else ()), *context.args]
    return pytest.main(to_pytest(plugin_name(), {"root": place.root, **options}, place.paths, rest))
