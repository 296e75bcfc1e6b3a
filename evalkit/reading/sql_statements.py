"""SQL as sqlglot parses it: kinds of statements, tables, columns, and a form to compare by."""

import logging
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from evalkit.errors import CheckError
from evalkit.reading.excerpt import shorten
from evalkit.reading.fence import Code, Flaw
from evalkit.reading.sql_names import columns, tables

if TYPE_CHECKING:
    from sqlglot.errors import SqlglotError
    from sqlglot.expressions import Expr

T = TypeVar("T")

MOST_STEPS = 2_000_000
"""The most calls and returns that it may take to parse a text and to write it again."""

THREAD = "evalkit-sql"
KIND = {
    **dict.fromkeys(("except", "intersect", "subquery", "union", "values"), "select"),
    "into": "create",
    "transaction": "begin",
    "truncatetable": "truncate",
}
"""The kinds of statements that sqlglot calls otherwise than authors do."""

MISSING_END = re.compile(r"Missing (.+) from \d+:(\d+)", re.DOTALL)
MISSING_PART = re.compile(r"Required keyword: '(\w+)' missing for <class '.*?(\w+)'>")


@dataclass(frozen=True, slots=True)
class Statements:
    """What a text of SQL does; `normal` is the same for texts that differ in formatting alone.

    `opaque` is the first word of a statement that sqlglot takes as it is, without parsing it.
    """

    kinds: tuple[str, ...]
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    normal: str
    opaque: str = ""


def is_installed() -> bool:
    return find_spec("sqlglot") is not None


def dialects() -> tuple[str, ...]:
    """Name the dialects that there are."""
    from sqlglot.dialects.dialect import Dialects

    return tuple(dialect.value for dialect in Dialects if dialect.value)


def read(code: Code, dialect: str | None = None) -> Statements | Flaw:
    """Read SQL; raises CheckError of kind `too_large` where that takes too much."""
    return _bounded(lambda: _read(code, dialect))


def _read(code: Code, dialect: str | None) -> Statements | Flaw:
    from sqlglot import parse
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").addFilter(_is_from_elsewhere)
    try:
        parsed = parse(code.text, read=dialect)
    except SqlglotError as error:
        return _flaw(code, error)
    roots = [root for root in parsed if root is not None and root.key != "semicolon"]
    if not roots or any(map(_is_expression, roots)):
        return code.flaw("no statement", 0)
    return _told(roots, dialect)


def _told(roots: "list[Expr]", dialect: str | None) -> Statements:
    from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

    opaque = next((root.name for root in roots if root.key == "command"), "")
    used = tuple(sorted({name for root in roots for name in tables(root)}))
    named = tuple(sorted({name for root in roots for name in columns(root)}))
    kinds = tuple(dict.fromkeys(kind for root in roots for kind in _kinds(root)))
    same = [normalize_identifiers(root, dialect=dialect) for root in roots]
    normal = "; ".join(root.sql(dialect=dialect, comments=False) for root in same)
    return Statements(kinds, used, named, normal, opaque)


def _is_expression(root: "Expr") -> bool:
    """Whether it is only a part of a statement, as `hello world` is a column and its alias."""
    from sqlglot import expressions as exp

    parts = (exp.Condition, exp.Alias, exp.Aliases, exp.Tuple, exp.Star, exp.Interval)
    return isinstance(root, parts) and not isinstance(root, exp.Query)


def _kinds(root: "Expr") -> Iterator[str]:
    """Give the kind of a statement, and of those inside it that change something."""
    from sqlglot import expressions as exp

    yield root.name.lower() if root.key == "command" else KIND.get(root.key, root.key)
    changes = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Into)
    for inner in root.find_all(*changes):
        if inner is not root and not inner.find_ancestor(exp.Merge, exp.Alter):
            yield KIND.get(inner.key, inner.key)


def _flaw(code: Code, error: "SqlglotError") -> Flaw:
    from sqlglot.errors import ParseError

    if isinstance(error, ParseError) and error.errors:
        first = error.errors[0]
        found = str(first["highlight"] or "")
        last = code.index(first["line"], first["col"])
        return code.flaw(_reason(str(first["description"]), found), max(last + 1 - len(found), 0))
    unclosed = MISSING_END.search(str(error.__cause__))
    if unclosed is None:
        return code.flaw("the text ends inside a comment or a word", len(code.text))
    return code.flaw(f"nothing closes {unclosed[1]!r}", int(unclosed[2]))  # an index, no column


def _reason(description: str, found: str) -> str:
    missing = MISSING_PART.match(description)
    if missing:
        return f"{missing[2].upper()} without its {missing[1]} at {found!r}"
    if "Unexpected token" in description:
        return f"unexpected {shorten(found, 40)!r}"
    told = description.partition(" but got ")[0]
    return shorten(f"{told[:1].lower()}{told[1:]} after {shorten(found, 40)!r}", 120)


def _is_from_elsewhere(record: logging.LogRecord) -> bool:
    """Keep out of the log what sqlglot warns of here; it is told by the verdict."""
    return not (record.threadName or "").startswith(THREAD)


class _Exhausted(BaseException):
    """The steps are used up; no handler for exceptions on the way may take it."""


def _bounded(work: Callable[[], T]) -> T:
    """Work in a thread of its own, where the stack's depth and the steps are the same each time.

    sqlglot recurses, and takes time that doubles with each level of some nestings.
    """
    with ThreadPoolExecutor(1, THREAD) as pool:
        try:
            return pool.submit(_counted, work).result()
        except RecursionError:
            raise CheckError("too_large", "reply is too deeply nested SQL") from None
        except _Exhausted:
            message = f"reply is too large: SQL that takes more than {MOST_STEPS:,} steps"
            raise CheckError("too_large", message) from None


def _counted(work: Callable[[], T]) -> T:
    left = MOST_STEPS

    def step(*_event: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise _Exhausted

    sys.setprofile(step)
    try:
        return work()
    finally:
        sys.setprofile(None)
