"""The page: one file that opens from disk, shows a run whole, and can load nothing."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from evalkit.model.run import Run
from evalkit.report.bodies import NOTHING, Bodies
from evalkit.report.media import Gallery
from evalkit.report.page import build
from evalkit.report.talk import Talk, Where
from evalkit.report.text import visible
from evalkit.summary import Result, Summary, summarise

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
NO_BLOBS: Mapping[str, bytes] = MappingProxyType({})


def prepare() -> None:
    """Compile the templates, which `render` would otherwise do first."""
    for name in ("body.html", "page.html"):
        environment().get_template(name)


def render(run: Run, summary: Summary | None = None, early: Mapping[str, str] = NOTHING) -> str:
    """Give the page of a run as HTML; `early` are bodies by their item's id, rendered before.

    Whatever a template prints is made visible and escaped; the only markup let through is what
    another template of this package made, and the page's own style and script.
    """
    from markupsafe import Markup

    style, script = (asset(name) for name in ("page.css", "page.js"))
    templates = environment()
    gallery = Gallery(run.blob)
    bodies = Bodies(_body(), gallery, early)
    page = build(run, summary or summarise(run), bodies.fill)
    bodies.finish()
    return templates.get_template("page.html").render(
        page=page,
        policy=policy(style, script),
        style=Markup(style),  # noqa: S704 - an asset of this package
        script=Markup(script),  # noqa: S704 - an asset of this package
        later={"packs": bodies.packs, "pictures": gallery.rest},
    )


def body(result: Result) -> str:
    """Give what opens under an item whose messages hold no attachments."""
    return Bodies(_body(), Gallery(NO_BLOBS.__getitem__)).render(result)


def _body() -> Callable[[Where, tuple[Talk, ...]], str]:
    macro: Callable[[Where, tuple[Talk, ...]], str]
    macro = environment().get_template("body.html").module.body  # type: ignore[attr-defined] # a macro
    return macro


@cache
def environment() -> "Environment":
    """Give what renders this package's templates, and nothing else."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_show,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _show(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    """Make a plain text visible; what has `__html__` was made by a template from visible text."""
    return visible(value) if type(value) is str else value


def asset(name: str) -> str:
    """Give a style or a script of this package."""
    return (_TEMPLATES / name).read_text("utf-8")


def policy(style: str, script: str) -> str:
    """Let this style and this script work, pictures of the page itself, and nothing else."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "connect-src 'none'",
            "frame-src 'none'",
            "object-src 'none'",
        ]
    )


def _hash(asset: str) -> str:
    digest = hashlib.sha256(asset.encode("utf-8")).digest()
    return f"sha256-{b64encode(digest).decode('ascii')}"
