"""The check `sql`."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.sql import Sql
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


def check(**keys: Any) -> Sql:
    return Sql.model_validate(keys)


QUERY = "SELECT o.id, SUM(o.total) AS sum FROM shop.orders AS o GROUP BY o.id ORDER BY sum"


@pytest.mark.parametrize(
    ("keys", "reply", "told"),
    [
        ({}, QUERY, "passed: reply is SQL (select)"),
        ({"dialect": "postgres"}, "SELECT a::int", "passed: reply is SQL (select)"),
        (
            {"dialect": "postgres"},
            "SELECT `a` FROM t",
            "failed: reply is not SQL of postgres: unexpected '`' at 1:10",
        ),
        ({"dialect": "mysql"}, "SELECT `a` FROM t", "passed: reply is SQL (select)"),
        ({"statements": ["select"]}, QUERY, "passed: reply is SQL (select)"),
        (
            {"statements": ["select"]},
            "SELECT 1; DROP TABLE t",
            "failed: reply is SQL (select, drop), of which drop is not allowed",
        ),
        (
            {"dialect": "postgres", "statements": ["select"]},
            "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a",
            "failed: reply is SQL (select, delete), of which delete is not allowed",
        ),
        (
            {"statements": ["select"]},
            "SHOW me the money",
            "failed: reply is SQL (show), of which show is not allowed",
        ),
        ({"statements": ["show"]}, "SHOW TABLES", "passed: reply is SQL (show)"),
        (
            {"tables": ["orders"]},
            QUERY,
            "passed: reply is SQL (select) and reply uses the tables 'shop.orders'",
        ),
        ({"tables": ["SHOP.Orders"]}, QUERY, "passed: reply is SQL (select) and reply uses"),
        (
            {"tables": ["archive.orders"]},
            QUERY,
            "failed: reply uses the tables 'shop.orders', of which 'shop.orders' may not be used",
        ),
        (
            {"tables": {"required": ["orders", "items"]}},
            QUERY,
            "failed: reply uses the tables 'shop.orders', without 'items'",
        ),
        ({"tables": []}, "SELECT 1", "passed: reply is SQL (select) and reply uses no tables"),
        (
            {"columns": {"allowed": ["id", "total"], "required": ["total"]}},
            QUERY,
            "passed: reply is SQL (select) and reply uses the columns 'id', 'total'",
        ),
        (
            {"columns": ["id"]},
            "SELECT * FROM t",
            "failed: reply uses the columns '*', of which '*' may not be used",
        ),
        (
            {"columns": {"allowed": ["id"], "required": ["sum"]}},
            "SELECT id, email FROM t",
            "failed: reply uses the columns 'email', 'id', of which 'email' may not be",
        ),
        (
            {"equals": "select id from t"},
            "SELECT id\nFROM t;",
            "passed: reply is SQL (select) and reply is 'SELECT id FROM t' but for its formatting",
        ),
        (
            {"equals": "select id from t"},
            "SELECT id FROM s",
            "failed: reply is not 'SELECT id FROM t' but for its formatting",
        ),
        (
            {"fenced": True},
            "So:\n```sql\nSELECT\n  a FROM\n```",
            "failed: reply is not SQL: expected table name after 'FROM' at 4:5",
        ),
        (
            {},
            "So:\n```sql\nSELECT 1\n```",
            "failed: reply is not SQL: unexpected '`' at 2:2 (fenced: true would read it)",
        ),
        (
            {},
            "```sql\nSELECT 1\n```",
            "failed: reply is not SQL: a code fence at 1:1 (fenced: true would read it)",
        ),
        (
            {},
            {"text": "SELECT", "finish_reason": "length"},
            "failed: reply is not SQL: reply was cut by max_tokens (finish_reason length)",
        ),
    ],
)
def test_a_reply_is_held_to_what_its_sql_does(
    keys: dict[str, Any], reply: Any, told: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(**keys), turn_of(reply))

    assert f"{verdict.status}: {verdict.reason}"[: len(told)] == told
    assert verdict.evidence


def test_evidence_shows_where_statements_differ(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(equals="SELECT a FROM t"), turn_of("select b from t"))

    assert [(one.message, one.excerpt) for one in verdict.evidence] == [
        ("reply", "SELECT b FROM t"),
        ("expected", "SELECT a FROM t"),
    ]


@pytest.mark.parametrize(
    "keys",
    [{}, {"tables": ["t"]}, {"statements": ["explain"], "tables": ["t"]}],
    ids=["parses", "tables", "tables of what is allowed"],
)
def test_a_statement_that_the_parser_takes_as_it_is_cannot_be_judged(
    keys: dict[str, Any], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(dialect="postgres", **keys), turn_of("EXPLAIN DELETE FROM t"))

    assert (verdict.status, verdict.kind) == ("error", "unknown")
    assert verdict.reason == (
        "sqlglot does not parse 'EXPLAIN' in this dialect, so the statement cannot be judged"
    )


@pytest.mark.parametrize(
    "reply",
    [f"SELECT {'(' * 10_000}", f"SELECT {'struct(' * 20}", f"SELECT '{'x' * 1_000_000}'"],
    ids=["deep", "slow", "long"],
)
def test_hostile_replies_are_an_error(reply: str, judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(), turn_of(reply))

    assert (verdict.status, verdict.kind) == ("error", "too_large")


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({"dialect": "postgrs"}, "unknown dialect 'postgrs': did you mean 'postgres'"),
        ({"dialect": "zzz"}, "unknown dialect 'zzz': write one of athena, "),
        ({"statements": ["selct"]}, "unknown kind of statement 'selct': did you mean 'select'"),
        ({"statements": []}, "at least 1 item"),
        ({"tables": {}}, "this cannot fail: give allowed, required or both"),
        ({"columns": {"required": []}}, "this cannot fail"),
        ({"equals": " "}, "equals is no SQL: no statement"),
        ({"equals": "VACUUM t"}, "equals is a statement that is not parsed: VACUUM"),
        ({"equals": f"SELECT {'(' * 500}"}, "equals is too long or too deeply nested SQL"),
        ({"equals": "SELECT FROM FROM"}, "equals is no SQL: expected table name"),
    ],
)
def test_what_decides_nothing_is_a_mistake(keys: dict[str, Any], mistake: str) -> None:
    with pytest.raises(ValidationError, match=mistake):
        check(**keys)


WITHOUT_EXTRA = """
import sys
sys.modules["sqlglot"] = None

from evalkit.checks.sql import Sql
from evalkit.model.chat import ChatReply
from evalkit.model.check import View
from evalkit.model.transcript import Exchange, Transcript

exchange = Exchange(turn=0, added=(), reply=ChatReply(text="SELECT 1"))
view = View(Transcript(exchanges=(exchange,)), (exchange,), turn=0)
check = Sql.model_validate({"dialect": "postgrs", "equals": "SELECT 1"})
try:
    next(check.verdict(view))
except StopIteration as stop:
    print(stop.value.status, stop.value.kind, stop.value.reason, sep="|")
"""


def test_without_the_extra_it_loads_and_errs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.stdout, done.stderr) == (
        "error|missing_extra|sql needs the extra: pip install 'evalkit[sql]'\n",
        "",
    )


@pytest.mark.parametrize("module", ["sqlglot", "justhtml", "defusedxml"])
def test_the_parsers_are_imported_only_where_they_are_needed(module: str) -> None:
    program = (
        "import sys, evalkit.checks.sql, evalkit.checks.html, evalkit.checks.xml; "
        f"print({module!r} in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "False\n"
