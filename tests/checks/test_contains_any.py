"""The check `contains_any`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.contains_any import ContainsAny
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("keys", "reply", "status"),
    [
        ({"texts": ["a", "b"]}, "b", "passed"),
        ({"texts": ["a", "b"]}, "a b", "passed"),
        ({"texts": ["a", "b"]}, "c", "failed"),
        ({"texts": ["A"], "ignore_case": True}, "a", "passed"),
        ({"texts": ["x", "a b"], "normalize": "whitespace"}, "a\nb", "passed"),
        ({"texts": ["a"]}, "", "failed"),
    ],
    ids=["one", "both", "none", "case", "white space", "empty reply"],
)
def test_one_text_has_to_be_there(
    keys: dict[str, Any], reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(ContainsAny.model_validate(keys), turn_of(reply)).status == status


def test_all_that_are_there_are_named_with_their_places(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(ContainsAny(texts=("a", "x", "b")), turn_of("b a"))

    assert verdict.reason == "reply contains 'a' and 'b'"
    assert [(one.pointer, one.message) for one in verdict.evidence] == [
        ("'a'", "at 1:3"),
        ("'b'", "at 1:1"),
    ]


def test_where_none_is_there_all_are_named(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(ContainsAny(texts=("a", "B")), turn_of("b"))

    assert verdict.reason == "reply contains none of 2 texts: 'a' and 'B'"
    assert verdict.evidence == (
        Evidence(pointer="'a'", message="reply", excerpt="b"),
        Evidence(pointer="'B'", message="it holds with ignore_case: true", excerpt="b"),
    )


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "this decides nothing: name at least one text"),
        (["a", ""], "this cannot fail: every reply contains the empty text"),
    ],
    ids=["none", "empty"],
)
def test_texts_that_decide_nothing_are_a_mistake(texts: list[str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ContainsAny.model_validate({"texts": texts})
