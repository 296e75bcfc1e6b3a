"""Keys and headers of a deployment: secrets where the environment holds them, refused elsewhere."""

import re
from collections.abc import Mapping
from typing import Final

from evalkit.loader.mistakes import Findings
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.tree import scalars, text_of
from evalkit.loader.variables import VARIABLE, fill
from evalkit.loader.wording import found as describe
from evalkit.secrets import Redactor, Secret

NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name (RFC 9110, section 5.6.2)."""

VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""A header's value (RFC 9110, section 5.5), as bytes of Latin-1."""

INLINE: Final = "a key must not be written into a suite"
INLINE_PASSWORD: Final = "a password must not be written into a suite"


def refuse_inline(table: Table, found: Findings) -> None:
    """Note keys that are written down, in `api_key`, headers and profile; they are never shown."""
    key, headers = table.entries.get("api_key"), table.entries.get("headers")
    if isinstance(key, Scalar) and key.value is not None:
        text = text_of(key)
        if "${" not in text or _is_secret("api_key", text):
            found.hide(text)
            found.add(key.span, INLINE, "name a variable: api_key: ${MY_API_KEY}")
    _refuse_named(headers, found, "name a variable, such as ${MY_API_KEY}")
    profile = table.entries.get("profile")
    if isinstance(profile, Table):
        for part in ("headers", "query", "extra"):
            _refuse_named(profile.entries.get(part), found, "put it under the deployment's headers")


def _refuse_named(values: Node | None, found: Findings, hint: str) -> None:
    for name, node in values.entries.items() if isinstance(values, Table) else ():
        if isinstance(node, Scalar) and _is_secret(name, text_of(node)):
            found.hide(text_of(node))
            found.add(node.span, INLINE, hint)


def refuse_in_params(params: Node | None, found: Findings) -> None:
    """Note what has the shape of a key in `params`, which are recorded as they are sent."""
    for path, node in scalars(params) if params is not None else ():
        name = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
        if isinstance(node.value, str) and _is_secret(name, text_of(node)):
            found.hide(text_of(node))
            found.add(node.span, INLINE, "send it in a header: headers: {NAME: ${MY_API_KEY}}")


def read_credentials(
    table: Table, environ: Mapping[str, str], found: Findings
) -> dict[str, object]:
    """Give `api_key` and `headers` where they are there; what comes of a variable is secret."""
    given: dict[str, object] = {}
    key, headers = table.entries.get("api_key"), table.entries.get("headers")
    if key is not None:
        secret = _header("api_key", key, environ, found)
        given["api_key"] = secret if isinstance(secret, Secret) else None
    if isinstance(headers, Table):
        _refuse_odd_names(headers, found)
        read = {name: _header(name, node, environ, found) for name, node in headers.entries.items()}
        given["headers"] = {name: value for name, value in read.items() if value is not None}
    return given


def _refuse_odd_names(headers: Table, found: Findings) -> None:
    for name, span in headers.keys.items():
        if not NAME.fullmatch(name):
            found.add(span, f"{name!r} is no header: use letters, digits and -")


def _header(
    name: str, node: Node, environ: Mapping[str, str], found: Findings
) -> Secret | str | None:
    if not isinstance(node, Scalar):
        found.add(node.span, f"{name!r} must be text, not {describe(node)}")
        return None
    written = text_of(node)
    match = VARIABLE.search(written)
    value = fill(written, environ).strip()
    if not VALUE.fullmatch(value):
        found.add(node.span, "a header cannot hold line breaks, controls or letters beyond Latin-1")
    return Secret(value, match[1]) if match else value


def _is_secret(key: str, text: str) -> bool:
    """Whether the literal part of a text, defaults included, has the shape of a key."""
    shown = f"{key}: {fill(text, {})}"
    return Redactor(()).text(shown) != shown
