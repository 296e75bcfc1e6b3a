"""The names that a statement of SQL uses."""

import pytest

from evalkit.reading.fence import Code
from evalkit.reading.sql_statements import Statements, read


def parse(text: str, dialect: str | None) -> Statements:
    found = read(Code(text, 0, len(text)), dialect)
    assert isinstance(found, Statements), found
    return found


@pytest.mark.parametrize(
    ("text", "dialect", "tables"),
    [
        ("SELECT 1", None, []),
        ("SELECT * FROM t AS x", None, ["t"]),
        ('SELECT * FROM shop.orders, "Odd Name"', None, ["Odd Name", "shop.orders"]),
        ("SELECT (SELECT 1 FROM a) FROM b JOIN c ON b.x IN (SELECT y FROM d)", None, list("abcd")),
        ("WITH a AS (SELECT * FROM t) SELECT * FROM a", None, ["t"]),
        ("WITH A AS (SELECT 1) SELECT * FROM a", None, []),
        ("WITH a AS (SELECT * FROM a) SELECT * FROM a", None, ["a"]),
        ("WITH RECURSIVE a AS (SELECT 1 UNION SELECT * FROM a) SELECT * FROM a", None, []),
        ("WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b", None, []),
        ("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a", None, ["b"]),
        ("WITH a AS (SELECT 1) SELECT * FROM (SELECT * FROM a) AS x", None, []),
        ("SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a) AS x, a", None, ["a"]),
        ("WITH a AS (SELECT 1) SELECT * FROM s.a", None, ["s.a"]),
        ("INSERT INTO t SELECT * FROM s", None, ["s", "t"]),
        ("DROP TABLE t", None, ["t"]),
        ("SELECT * FROM generate_series(1, 2)", "postgres", []),
        ("EXPLAIN DELETE FROM t", "mysql", ["t"]),
    ],
)
def test_tables_are_those_that_no_with_clause_defines(
    text: str, dialect: str | None, tables: list[str]
) -> None:
    assert list(parse(text, dialect).tables) == tables


@pytest.mark.parametrize(
    ("text", "dialect", "columns"),
    [
        ("SELECT 1", None, []),
        ("SELECT a, t.b, f(c) FROM t WHERE d = 1", None, ["a", "b", "c", "d"]),
        ("SELECT * FROM t", None, ["*"]),
        ("SELECT t.* FROM t", None, ["*"]),
        ("SELECT COUNT(*) FROM t", None, []),
        ("SELECT a AS b FROM t", None, ["a"]),
        (
            "SELECT SUM(a) AS total FROM t GROUP BY c HAVING total > 1 ORDER BY total",
            None,
            ["a", "c"],
        ),
        ("SELECT 1 AS secret, secret FROM t", None, ["secret"]),
        ("SELECT 1 AS secret FROM t WHERE secret = 1", None, ["secret"]),
        ("SELECT x.total FROM (SELECT SUM(a) AS total FROM t) AS x", None, ["a"]),
        ("WITH x AS (SELECT a AS b FROM t) SELECT B FROM x", None, ["a"]),
        ("WITH x(b) AS (SELECT a FROM t) SELECT b FROM x", None, ["a"]),
        ("SELECT v FROM (VALUES (1)) AS x(v)", None, []),
        ("SELECT a AS b FROM t UNION SELECT c FROM t ORDER BY b", None, ["a", "c"]),
        ("SELECT a FROM t JOIN s USING (id)", None, ["a", "id"]),
        ("INSERT INTO t (a, b) SELECT c, d FROM s", None, ["a", "b", "c", "d"]),
        ("UPDATE t SET a = 1 WHERE b = 2", None, ["a", "b"]),
        ("CREATE TABLE t (a INT, b TEXT)", None, ["a", "b"]),
        ("ALTER TABLE t ADD COLUMN a INT", None, ["a"]),
        ("DELETE FROM t RETURNING *", "postgres", ["*"]),
    ],
)
def test_columns_are_those_that_the_statement_does_not_name_itself(
    text: str, dialect: str | None, columns: list[str]
) -> None:
    assert list(parse(text, dialect).columns) == columns
