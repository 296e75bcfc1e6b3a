"""SQL as sqlglot parses it."""

import logging

import pytest

from evalkit.errors import CheckError
from evalkit.reading.fence import Code, Flaw
from evalkit.reading.sql_statements import Statements, read


def parse(text: str, dialect: str | None = None) -> Statements:
    found = read(Code(text, 0, len(text)), dialect)
    assert isinstance(found, Statements), found
    return found


@pytest.mark.parametrize(
    ("text", "dialect", "kinds"),
    [
        ("SELECT 1", None, ["select"]),
        ("(SELECT 1)", None, ["select"]),
        ("SELECT 1 UNION SELECT 2", None, ["select"]),
        ("VALUES (1)", None, ["select"]),
        ("WITH a AS (SELECT 1) SELECT * FROM a", None, ["select"]),
        (
            "WITH a AS (DELETE FROM t RETURNING id) SELECT * FROM a",
            "postgres",
            ["select", "delete"],
        ),
        ("SELECT * INTO x FROM t", "postgres", ["select", "create"]),
        ("SELECT 1; DROP TABLE t; SELECT 2", None, ["select", "drop"]),
        ("EXPLAIN DELETE FROM t", "mysql", ["describe", "delete"]),
        ("INSERT INTO t SELECT * FROM s", None, ["insert"]),
        ("UPDATE t SET a = 1", None, ["update"]),
        (
            "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 1",
            None,
            ["merge"],
        ),
        ("TRUNCATE TABLE t", None, ["truncate"]),
        ("ALTER TABLE t DROP COLUMN a", None, ["alter"]),
        ("BEGIN; COMMIT", None, ["begin", "commit"]),
        ("CREATE TABLE t AS SELECT 1", None, ["create"]),
        ("VACUUM t", "postgres", ["vacuum"]),
    ],
)
def test_kinds_are_those_of_statements_and_of_changes_inside_them(
    text: str, dialect: str | None, kinds: list[str]
) -> None:
    assert list(parse(text, dialect).kinds) == kinds


def test_a_statement_that_is_not_parsed_is_opaque() -> None:
    assert parse("VACUUM t", "postgres").opaque == "VACUUM"


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        parse("VACUUM t", "postgres")

    assert caplog.records == []


@pytest.mark.parametrize(
    ("one", "other", "dialect", "same"),
    [
        ("select a,b from t where c=1;", "SELECT a, b\nFROM t\nWHERE c = 1", None, True),
        ("SELECT a FROM t -- all", "SELECT /* a */ a FROM t", None, True),
        ("SELECT A FROM T", "SELECT a FROM t", "postgres", True),
        ('SELECT "A" FROM t', "SELECT a FROM t", "postgres", False),
        ("SELECT a FROM T", "SELECT a FROM t", "mysql", False),
        ("SELECT a, b FROM t", "SELECT b, a FROM t", None, False),
        ("SELECT 'a'", "SELECT 'A'", None, False),
        ("SELECT a FROM t", "SELECT a FROM t; SELECT 1", None, False),
    ],
    ids=["layout", "comments", "case", "quoted", "case of tables", "order", "texts", "more"],
)
def test_what_differs_in_formatting_alone_is_the_same(
    one: str, other: str, dialect: str | None, *, same: bool
) -> None:
    assert (parse(one, dialect).normal == parse(other, dialect).normal) is same


@pytest.mark.parametrize(
    ("text", "dialect", "reason", "shown"),
    [
        ("SELECT a FROM", None, "expected table name after 'FROM' at 1:10", "SELECT a FROM"),
        ("SELCT a FROM t", None, "unexpected 'FROM' at 1:9", "SELCT a FROM t"),
        ("SELECT\r\n1 +\r\n* FROM", None, "expected table name after 'FROM' at 3:3", "* FROM"),
        ("SELECT 'a\nb' x y", None, "unexpected 'y' at 2:6", "b' x y"),
        ("SELECT (1", None, "expecting ) after '1' at 1:9", "SELECT (1"),
        (
            "SELECT a FROM t WHERE a =",
            None,
            "EQ without its expression at '=' at 1:25",
            "SELECT a FROM t WHERE a =",
        ),
        ("SELECT 'é', 'abc", None, 'nothing closes "\'" at 1:13', "SELECT 'é', 'abc"),
        ("SELECT\n  `a", "mysql", "nothing closes '`' at 2:3", "  `a"),
        ("SELECT /* a", None, "the text ends inside a comment or a word at 1:12", "SELECT /* a"),
        ("hello world", None, "no statement at 1:1", "hello world"),
        ("1 + 1", None, "no statement at 1:1", "1 + 1"),
        ("Sorry, I cannot", None, "unexpected ',' at 1:6", "Sorry, I cannot"),
        (";", None, "no statement at 1:1", ";"),
        ("-- nothing", None, "no statement at 1:1", "-- nothing"),
        ("SELECT 1; a", None, "no statement at 1:1", "SELECT 1; a"),
    ],
    ids=[
        "end",
        "word",
        "crlf",
        "behind a text of two lines",
        "bracket",
        "operand",
        "string",
        "identifier",
        "comment",
        "prose that parses",
        "an expression",
        "prose",
        "nothing",
        "a comment alone",
        "an expression among statements",
    ],
)
def test_what_is_no_sql_is_told_with_its_place(
    text: str, dialect: str | None, reason: str, shown: str
) -> None:
    found = read(Code(text, 0, len(text)), dialect)

    assert isinstance(found, Flaw)
    assert (found.reason, found.evidence[0].excerpt) == (reason, shown)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        (f"SELECT {'(' * 20_000}1{')' * 20_000}", None),
        (f"SELECT {'NOT ' * 10_000}1", None),
        (f"SELECT {'CASE WHEN ' * 4_000}", None),
        (f"{'WITH a AS (' * 4_000}", None),
        (f"SELECT {'struct(' * 20}1{')' * 20}", None),
        (f"SELECT {'f(' * 20}1{')' * 20}", "materialize"),
        (f"SELECT {'a[1],' * 9_000}1", "clickhouse"),
        ("SELECT 1" + " UNION SELECT 1 FROM t" * 2_000, None),
    ],
    ids=["brackets", "not", "case", "with", "types", "functions", "subscripts", "unions"],
)
def test_hostile_sql_comes_to_an_end(text: str, dialect: str | None) -> None:
    with pytest.raises(CheckError) as caught:
        read(Code(text, 0, len(text)), dialect)

    assert caught.value.kind == "too_large"


def test_a_long_query_is_read() -> None:
    columns = ", ".join(f"orders.column_{number}" for number in range(700))

    found = parse(f"SELECT {columns} FROM orders WHERE id > 1")  # noqa: S608 - it is only parsed

    assert len(found.columns) == 701


def test_how_deep_is_too_deep_does_not_depend_on_the_caller() -> None:
    text = f"SELECT {'(' * 35}1{')' * 35}"

    def deeper(levels: int) -> Statements:
        return deeper(levels - 1) if levels else parse(text)

    assert deeper(600) == parse(text)
