"""The names that a statement of SQL uses: of tables and of columns, not those it defines itself."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot.expressions import Column, Expr, With


def tables(root: "Expr") -> Iterator[str]:
    """Name the tables, as they are qualified; a function that gives rows is none."""
    from sqlglot import expressions as exp

    for table in root.find_all(exp.Table):
        if isinstance(table.this, exp.Func):
            continue
        name = ".".join(part.name for part in table.parts)
        if name and name.casefold() not in _named_queries(table):
            yield name


def _named_queries(node: "Expr") -> set[str]:
    """Give the names of the WITH clauses that a node can see.

    A query of such a clause sees those before it, and itself only in a recursive clause.
    """
    from sqlglot import expressions as exp

    names: set[str] = set()
    inside: Expr | None = None
    above: Expr | None = node
    while above is not None:
        if isinstance(above, exp.CTE):
            inside = above
        clause = _with_clause(above)
        for query in clause.expressions if clause else ():
            if query is inside and clause and not clause.recursive:
                break
            names.add(query.alias.casefold())
        above = above.parent
    return names


def _with_clause(node: "Expr") -> "With | None":
    from sqlglot import expressions as exp

    return next((value for value in node.args.values() if isinstance(value, exp.With)), None)


def columns(root: "Expr") -> Iterator[str]:
    """Name the columns, each by its last name; `*` is that of a selection, not that of COUNT(*)."""
    from sqlglot import expressions as exp

    defined = _aliases(root)
    for column in root.find_all(exp.Column):
        if not _is_defined(column, defined):
            yield column.name
    for star in root.find_all(exp.Star):
        if not isinstance(star.parent, exp.Func | exp.Column):
            yield "*"
    for definition in root.find_all(exp.ColumnDef):
        yield definition.name
    for listing in root.find_all(exp.Schema, exp.Join):
        listed = (*listing.expressions, *(listing.args.get("using") or ()))
        yield from (part.name for part in listed if isinstance(part, exp.Identifier))


def _aliases(root: "Expr") -> "dict[str, list[Expr]]":
    """Give the names that queries give to their columns, each with the queries that do."""
    from sqlglot import expressions as exp

    found: dict[str, list[Expr]] = {}
    for query in root.find_all(exp.Select):
        for part in query.expressions:
            if isinstance(part, exp.Alias):
                found.setdefault(part.alias.casefold(), []).append(query)
    for alias in root.find_all(exp.TableAlias):
        for part in alias.args.get("columns") or ():
            found.setdefault(part.name.casefold(), []).append(alias)
    return found


def _is_defined(column: "Column", defined: "dict[str, list[Expr]]") -> bool:
    """Whether a column is what a query gave a name to: another query, or this one before it."""
    from sqlglot import expressions as exp

    queries = defined.get(column.name.casefold(), ())
    own = column.find_ancestor(exp.Select)
    if any(query is not own for query in queries):
        return True
    behind = column.find_ancestor(exp.Select, exp.Order, exp.Group, exp.Having, exp.Qualify)
    return bool(queries) and behind is not own
