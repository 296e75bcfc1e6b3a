"""`evalkit probe`: what a deployment supports, in under a minute and a few hundred tokens."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from evalkit.cli.console import echo, to_json, write
from evalkit.errors import UsageError

if TYPE_CHECKING:
    from evalkit.model.conformance import Conformance

MOST = 2
UNREACHED = 6


class Output(TypedDict):
    """How the findings are shown."""

    as_json: bool
    html: Path | None


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="DEPLOYMENT [DEPLOYMENT]")
@click.option("--suite", metavar="FILE", help="Take the deployments that this suite sees.")
@click.option("--image-url", metavar="URL", help="A public picture, which DEPLOYMENT fetches.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page.")
@click.option("--root", metavar="DIR", help="What paths are relative to.  [as pytest]")
def probe(
    names: tuple[str, ...],
    suite: str | None,
    image_url: str | None,
    root: str | None,
    **output: Unpack[Output],
) -> int:
    """Ask a deployment, or two side by side, what it supports of OpenAI's API."""
    from evalkit.cli.deployments import choose, load
    from evalkit.cli.probing import examine_all, picture

    if len(names) > MOST or len(set(names)) < len(names):
        raise UsageError("name one deployment, or two that differ")
    url = picture(image_url)
    found = examine_all(choose(names, load(suite, root)), url)
    _show(found, **output)
    return 0 if all(one.unreached is None for one in found) else UNREACHED


def _show(found: "Sequence[Conformance]", *, as_json: bool, html: Path | None) -> None:
    from evalkit.cli.conformance import to_data, to_text
    from evalkit.report import probe as page

    if html:
        write(html, page.render(found))
    reached = [one for one in found if one.unreached is None]
    if as_json:
        echo(to_json(to_data(found)))
    elif reached:
        echo(to_text(reached))
    for one in found:
        if one.unreached is not None:
            echo(f"{one.deployment} could not be probed: {one.unreached}", error=True)
