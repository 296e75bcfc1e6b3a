"""`${VAR}` and `${VAR:-default}` in deployments: told apart, and filled in from an environment."""

import re
from collections.abc import Mapping
from typing import Final

from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.scalars import meaning
from evalkit.loader.tree import Path, put, scalars, text_of
from evalkit.source import Span

VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def demanded(table: Table) -> dict[str, Span]:
    """Give the variables without a default, each with its place."""
    return {
        match[1]: scalar.span
        for _, scalar in scalars(table)
        for match in VARIABLE.finditer(text_of(scalar))
        if match[2] is None
    }


def is_open(node: Node) -> bool:
    """Whether a value has a variable in it."""
    return isinstance(node, Scalar) and VARIABLE.search(text_of(node)) is not None


def fill(text: str, environ: Mapping[str, str]) -> str:
    """Fill in the variables; one that is empty has its default, or nothing."""
    return VARIABLE.sub(lambda match: environ.get(match[1]) or match[2] or "", text)


def fill_all(table: Table, environ: Mapping[str, str]) -> tuple[Table, frozenset[Path]]:
    """Fill in all variables of a table, and say where they were."""
    waiting = [(path, scalar) for path, scalar in scalars(table) if is_open(scalar)]
    filled: Node = table
    for path, scalar in waiting:
        filled = put(filled, path, _filled(path, scalar, environ))
    if not isinstance(filled, Table):
        raise TypeError(filled)
    return filled, frozenset(path for path, _ in waiting)


def _filled(path: Path, scalar: Scalar, environ: Mapping[str, str]) -> Scalar:
    """Fill in one value; an unquoted one in `params` means what JSON means by it."""
    text = fill(text_of(scalar), environ)
    value = meaning(text) if scalar.plain and path[0] == "params" else text
    return Scalar(value, text, plain=False, span=scalar.span)
