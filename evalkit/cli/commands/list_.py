"""`evalkit list`: what can be written in suites, and what stands in them."""

import os
from typing import TYPE_CHECKING

import click

from evalkit.cli.console import echo, table, to_json
from evalkit.cli.suites import load_suites
from evalkit.errors import Mistakes

if TYPE_CHECKING:
    from evalkit.cli.listing import Entry

KINDS = ("checks", "apis", "profiles", "deployments", "conversations")


@click.command()
@click.argument("words", nargs=-1, metavar=f"[{'|'.join(KINDS)}] [PATHS]...")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--root", metavar="DIR", help="What paths are relative to.  [as pytest]")
def list_(words: tuple[str, ...], root: str | None, *, as_json: bool) -> None:
    """List checks, apis, profiles, deployments or conversations, these by default."""
    from evalkit.cli.listing import to_rows

    kind, paths = (words[0], words[1:]) if words[:1] and words[0] in KINDS else (KINDS[-1], words)
    entries = _entries(kind, paths, root)
    echo(to_json(entries) if as_json else table(to_rows(entries)))


def _entries(kind: str, paths: tuple[str, ...], root: str | None) -> "list[Entry]":
    from evalkit.cli import listing

    if kind in listing.PLUGINS:
        return listing.list_plugins(listing.PLUGINS[kind])
    if kind == "profiles":
        return listing.list_profiles()
    loaded = load_suites(paths, root)
    if loaded.mistakes:
        raise Mistakes(loaded.mistakes)
    if kind == "deployments":
        return listing.list_deployments(loaded.suites, os.environ)
    return listing.list_conversations(loaded.suites)
