"""The check `contains_all`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.contains_all import ContainsAll
from evalkit.model.check import Check, Evidence, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


@pytest.mark.parametrize(
    ("keys", "reply", "status"),
    [
        ({"texts": ["a", "b"]}, "b a", "passed"),
        ({"texts": ["a", "b"]}, "a", "failed"),
        ({"texts": ["a"]}, "a", "passed"),
        ({"texts": ["ab", "b"]}, "ab", "passed"),
        ({"texts": ["A", "B"], "ignore_case": True}, "ab", "passed"),
        ({"texts": ["a b", "'"], "normalize": ["whitespace", "unicode"]}, "a\nb\u2019", "passed"),
        ({"texts": ["a", "b"]}, "", "failed"),
    ],
    ids=["any order", "one missing", "one", "inside another", "case", "made alike", "empty reply"],
)
def test_every_text_has_to_be_there(
    keys: dict[str, Any], reply: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(ContainsAll.model_validate(keys), turn_of(reply)).status == status


def test_what_is_missing_is_named_and_shown_each(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(ContainsAll(texts=("refund", "Days", "order")), turn_of("refund in 5 days"))

    assert verdict.reason == "reply lacks 2 of 3 texts: 'Days' and 'order'"
    assert verdict.evidence == (
        Evidence(
            pointer="'Days'", message="it holds with ignore_case: true", excerpt="refund in 5 days"
        ),
        Evidence(pointer="'order'", message="reply", excerpt="refund in 5 days"),
    )


def test_what_is_there_is_shown_with_its_place(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(ContainsAll(texts=("a", "b")), turn_of("b\na"))

    assert verdict.reason == "reply contains 'a' and 'b'"
    assert [(one.pointer, one.message) for one in verdict.evidence] == [
        ("'a'", "at 2:1"),
        ("'b'", "at 1:1"),
    ]


def test_of_many_texts_a_few_are_named(judge: Judge, turn_of: Turn) -> None:
    texts = tuple(f"text {number}" for number in range(100))

    verdict = judge(ContainsAll(texts=texts), turn_of("none"))

    assert verdict.reason.endswith("'text 3', 'text 4' and 95 more")
    assert len(verdict.evidence) == 21


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
        ContainsAll.model_validate({"texts": texts})
