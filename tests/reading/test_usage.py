"""Counts of tokens: reported, derived, added up, and unknown."""

import pytest

from evalkit.model.chat import ChatReply, Usage
from evalkit.model.transcript import Exchange
from evalkit.reading.usage import CountName, added, by_turn, count, counts, unreported


@pytest.mark.parametrize(
    ("name", "usage", "known"),
    [
        ("prompt", Usage(prompt=0), 0),
        ("prompt", Usage(total=5), None),
        ("total", Usage(total=5, prompt=1, completion=1), 5),
        ("total", Usage(prompt=1, completion=2), 3),
        ("total", Usage(prompt=1), None),
        ("cached", None, None),
    ],
    ids=["nought", "not this one", "reported", "derived", "half", "no usage"],
)
def test_a_count_is_that_of_the_deployment(
    name: CountName, usage: Usage | None, known: int | None
) -> None:
    assert count(name, ChatReply(usage=usage)) == known


def test_a_missing_reply_has_no_count() -> None:
    assert counts("total", [Exchange(turn=0, added=())]) == (None,)


@pytest.mark.parametrize(
    ("values", "total"),
    [((1, 2), 3), ((1, None), None), ((0.5, 0.25), 0.75), ((), 0)],
    ids=["known", "one unknown", "dollars", "none"],
)
def test_what_is_added_is_known_of_every_reply(
    values: tuple[float | None, ...], total: float | None
) -> None:
    assert added(values) == total


def test_what_is_missing_is_counted() -> None:
    assert unreported("prompt tokens", (1, None, None)) == (
        "the deployment did not report prompt tokens for 2 of 3 replies"
    )


def test_a_turn_opens_with_its_first_exchange() -> None:
    one, two, three = (Exchange(turn=turn, added=()) for turn in (0, 2, 2))

    assert list(by_turn([one, two, three]).items()) == [(0, one), (2, two)]
