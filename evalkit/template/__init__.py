"""Authored templates: the only package that compiles text that an author wrote."""

from evalkit.template.rendering import (
    Rendered,
    is_template,
    names,
    render,
    render_json,
    render_typed,
)

__all__ = ["Rendered", "is_template", "names", "render", "render_json", "render_typed"]
