"""`evalkit validate`: read the suites and report every mistake; nothing is sent."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from evalkit.cli.console import echo, to_json
from evalkit.cli.suites import load_suites
from evalkit.errors import Mistake, Mistakes

if TYPE_CHECKING:
    from evalkit.loader.load import Loaded


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--no-python", is_flag=True, help="Import no code that suites name.")
@click.option("--root", metavar="DIR", help="What paths are relative to.  [as pytest]")
def validate(paths: tuple[str, ...], root: str | None, *, no_python: bool, as_json: bool) -> int:
    """Check suites for mistakes; no key is needed, nothing is sent."""
    loaded = load_suites(paths, root, no_python=no_python)
    found = Mistakes(loaded.mistakes)
    if as_json:
        echo(to_json(_report(loaded, found)))
    elif found.mistakes:
        raise found
    else:
        for warning in loaded.warnings:
            echo(f"{warning}\n")
        echo(", ".join((*_told(loaded), "no mistakes", *_warned(loaded))))
    return found.exit_code if found.mistakes else 0


def _report(loaded: "Loaded", found: Mistakes) -> dict[str, object]:
    suites, conversations = _counts(loaded)
    return {
        "suites": suites,
        "conversations": conversations,
        "mistakes": list(map(_to_data, found.mistakes)),
        "warnings": list(map(_to_data, loaded.warnings)),
    }


def _to_data(mistake: Mistake) -> dict[str, object]:
    return {**asdict(mistake.span), "message": mistake.message, "hints": list(mistake.hints)}


def _told(loaded: "Loaded") -> tuple[str, str]:
    suites, conversations = _counts(loaded)
    return _several(suites, "suite"), _several(conversations, "conversation")


def _warned(loaded: "Loaded") -> tuple[str, ...]:
    return (_several(len(loaded.warnings), "warning"),) if loaded.warnings else ()


def _counts(loaded: "Loaded") -> tuple[int, int]:
    return len(loaded.suites), sum(len(suite.conversations) for suite in loaded.suites)


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
