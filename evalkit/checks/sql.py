"""The check `sql`."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import takewhile
from typing import Any, Self

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from evalkit.errors import CheckError, did_you_mean
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.data import Authored, Many
from evalkit.reading.excerpt import around, shorten
from evalkit.reading.fence import Code, Flaw, Language, code_of, together
from evalkit.reading.sql_statements import Statements, dialects, is_installed, read

SQL = Language("sql", 50_000)
KINDS = (
    *("alter", "analyze", "begin", "call", "comment", "commit", "copy", "create", "delete"),
    *("describe", "drop", "execute", "explain", "grant", "insert", "merge", "pragma", "replace"),
    *("revoke", "rollback", "select", "set", "show", "truncate", "update", "use", "vacuum"),
)


class _Names(Authored):
    """The names that SQL may use, and those that it must; a bare list is what it may."""

    allowed: Many[str] | None = None
    required: Many[str] = ()

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
        return {"allowed": written} if isinstance(written, list | tuple) else written

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Tell editors of the bare list."""
        written = handler.resolve_ref_schema(handler(core))
        name = written["properties"]["required"]["items"]
        return {"anyOf": [{"type": "array", "items": name}, written]}

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        if self.allowed is None and not self.required:
            raise ValueError("this cannot fail: give allowed, required or both")
        return self

    def verdict(self, what: str, used: tuple[str, ...]) -> Verdict:
        wanted = {name.casefold() for name in self.allowed or ()}
        there = {form for name in used for form in _forms(name)}
        odd = [name for name in used if self.allowed is not None and not _forms(name) & wanted]
        missing = [name for name in self.required if name.casefold() not in there]
        told = f"reply uses the {what} {_listed(used)}" if used else f"reply uses no {what}"
        faults = [f"of which {_listed(odd)} may not be used"] if odd else []
        faults += [f"without {_listed(missing)}"] if missing else []
        seen = Evidence(message=f"{what} that are used", excerpt=shorten(_listed(used), 200))
        return Verdict.when(
            not faults,
            yes=told,
            no=f"{told}, {' and '.join(faults)}",
            evidence=(seen,),
        )


class Sql(Check):
    r"""The reply is SQL that parses, of the allowed kinds, with the allowed tables and columns.

    It needs the extra `sql`. A statement inside another one counts too. Names are compared
    without case, a table's as far as it is written; a column goes by its last name, and `*` is one.

    - sql: postgres                           # passes: "SELECT 1"; fails: "SELECT FROM WHERE"
    - sql: {statements: [select]}             # passes: "SELECT a FROM t"; fails: "DELETE FROM t"
    - sql: {dialect: mysql, tables: [orders, shop.items]}
      # passes: "SELECT * FROM shop.orders"; fails: "SELECT * FROM users"
    - sql: {columns: {allowed: [id, total], required: [total]}}
      # passes: "SELECT o.total FROM o"; fails: "SELECT id, total, email FROM o"
    - sql: {equals: "SELECT a, b FROM t WHERE c = 1"}
      # passes: "select a, b\nfrom T where c=1;"; fails: "SELECT b, a FROM t WHERE c = 1"
    - sql: {dialect: sqlite, fenced: true}
      # passes: "So:\n```sql\nSELECT 1;\n```"; fails: "So:\n```sql\nSELECT (1\n```"
    """

    dialect: str | None = None
    statements: Many[str] | None = Field(default=None, min_length=1)
    tables: _Names | None = None
    columns: _Names | None = None
    equals: str | None = None
    fenced: bool = False

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        for kind in self.statements or ():
            if kind not in KINDS:
                raise ValueError(_unknown("kind of statement", kind, KINDS))
        if is_installed() and self.dialect is not None and self.dialect not in dialects():
            raise ValueError(_unknown("dialect", self.dialect, dialects()))
        if is_installed() and self.equals is not None:
            _ = self.expected
        return self

    @cached_property
    def expected(self) -> str:
        """The normal form of what is expected; raises ValueError where that is no SQL."""
        written = self.equals or ""
        try:
            found = read(Code(written, 0, len(written)), self.dialect)
        except CheckError as error:
            raise ValueError("equals is too long or too deeply nested SQL") from error
        if isinstance(found, Flaw):
            raise ValueError(f"equals is no SQL: {found.reason}")  # noqa: TRY004 - of a text
        if found.opaque:
            raise ValueError(f"equals is a statement that is not parsed: {found.opaque}")
        return found.normal

    def evaluate(self, view: View) -> Verdict:
        if not is_installed():
            raise CheckError("missing_extra", "sql needs the extra: pip install 'evalkit[sql]'")
        code = code_of(view.reply, SQL, fenced=self.fenced)
        found = read(code, self.dialect) if isinstance(code, Code) else code
        if isinstance(found, Flaw):
            name = f"SQL of {self.dialect}" if self.dialect else "SQL"
            reason = f"reply is not {name}: {found.reason}"
            return Verdict(status="failed", reason=reason, evidence=found.evidence)
        verdict = together(*self._facts(found))
        return verdict.model_copy(update={"evidence": (*verdict.evidence, *code.evidence)})

    def _facts(self, found: Statements) -> Iterator[Verdict]:
        yield self._kinds(found)
        if self.tables:
            yield self.tables.verdict("tables", found.tables)
        if self.columns:
            yield self.columns.verdict("columns", found.columns)
        if self.equals is not None:
            yield _equal(found.normal, self.expected)

    def _kinds(self, found: Statements) -> Verdict:
        odd = [kind for kind in found.kinds if self.statements and kind not in self.statements]
        enough = self.statements and not (self.tables or self.columns or self.equals)
        if found.opaque and not odd and not enough:
            message = f"sqlglot does not parse {found.opaque!r} in this dialect"
            raise CheckError("unknown", f"{message}, so the statement cannot be judged")
        told = f"reply is SQL ({', '.join(found.kinds)})"
        return Verdict.when(
            not odd,
            yes=told,
            no=f"{told}, of which {', '.join(odd)} is not allowed",
            evidence=(Evidence(message="kinds of statements", excerpt=", ".join(found.kinds)),),
        )


def _equal(here: str, there: str) -> Verdict:
    pairs = zip(here, there, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    told = f"{shorten(there, 120)!r} but for its formatting"
    return Verdict.when(
        here == there,
        yes=f"reply is {told}",
        no=f"reply is not {told}",
        evidence=(
            Evidence(message="reply", excerpt=around(here, same, 120)),
            Evidence(message="expected", excerpt=around(there, same, 120)),
        ),
    )


def _forms(name: str) -> set[str]:
    """Give the ways to write a qualified name: whole, and without what stands before a dot."""
    parts = name.casefold().split(".")
    return {".".join(parts[first:]) for first in range(len(parts))}


def _listed(names: Iterable[str]) -> str:
    return shorten(", ".join(map(repr, names)), 200)


def _unknown(what: str, word: str, known: Iterable[str]) -> str:
    hints = did_you_mean(word, known) or (f"write one of {', '.join(known)}",)
    return f"unknown {what} {word!r}: {hints[0]}"
