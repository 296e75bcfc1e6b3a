"""What a deployment says of the way to it: certificates, and a proxy."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Literal

from evalkit.loader.certificates import Files, read_authorities
from evalkit.loader.client_cert import read_client_cert
from evalkit.loader.context import Context
from evalkit.loader.credentials import INLINE_PASSWORD
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.tree import text_of
from evalkit.loader.variables import VARIABLE, fill
from evalkit.loader.wording import found as describe
from evalkit.model.proxy import DIRECT, Proxy

NAME_IT: Final = "name a variable: proxy: ${MY_PROXY}"


def read_network(
    table: Table, environ: Mapping[str, str], context: Context, *, filled: bool
) -> dict[str, object]:
    """Give `ca_file`, `client_cert` and `proxy` where they are there."""
    files = Files(context, environ, filled)
    readers = {"ca_file": read_authorities, "client_cert": read_client_cert, "proxy": _proxy}
    given = {key: node for key, node in table.entries.items() if key in readers}
    return {
        key: None if _is_null(node) else readers[key](node, files) for key, node in given.items()
    }


def _proxy(node: Node, files: Files) -> Proxy | Literal["none"] | None:
    if not isinstance(node, Scalar):
        files.refuse(node, f"'proxy' must be text, not {describe(node)}")
        return None
    text = text_of(node)
    if _holds_password(fill(text, {})):
        files.context.found.hide(text)
        files.refuse(node, INLINE_PASSWORD, NAME_IT)
        return None
    written, variable = fill(text, files.environ).strip(), VARIABLE.search(text)
    if files.waits(node):
        return None
    if written.lower() == DIRECT:
        return DIRECT
    try:
        return Proxy.parse(written, variable[1] if variable else "")
    except ValueError as error:
        files.refuse(node, f"'proxy' {error}", "proxy: none goes without one")
        return None


def _holds_password(literal: str) -> bool:
    """Whether what is written down, variables left out, has a password or a token in it."""
    with suppress(ValueError):
        return Proxy.parse(literal).credentials is not None and ":@" not in literal
    return False


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None
