"""Checks made of checks: what they come to, and what they tell."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from evalkit.errors import CheckError
from evalkit.model.chat import ChatReply
from evalkit.model.check import WARNING, Check, Evidence, Verdict, View
from evalkit.model.combination import Combination
from evalkit.model.transcript import Exchange, Transcript

SAID = Exchange(turn=0, added=(), reply=ChatReply(text="x"))
VIEW = View(Transcript(exchanges=(SAID,)), (SAID,), turn=0)


MAYBE = Verdict(status="passed", reason="maybe", evidence=(Evidence(message=WARNING),))


class Gives(Check):
    """What it is told to give: yes, no, or an error."""

    word: str

    def evaluate(self, view: View) -> Verdict:
        if self.word == "lost":
            raise CheckError("unknown", "nothing was reported")
        if self.word == "maybe":
            return MAYBE
        return Verdict.when(self.word == "yes", yes=f"{view.reply.text} is", no="it is not")


class Two(Combination):
    """Two of them hold."""

    def holds(self, passing: int) -> bool:
        return passing >= 2


class NotTwo(Combination):
    """Fewer than two of them hold."""

    def holds(self, passing: int) -> bool:
        return passing < 2


def judged(check: Check) -> Verdict:
    dialogue = check.verdict(VIEW)
    with pytest.raises(StopIteration) as stop:
        next(dialogue)
    verdict: Verdict = stop.value.value
    return verdict


def of(words: str) -> tuple[Check, ...]:
    return tuple(Gives(word=word.rstrip("?"), optional="?" in word) for word in words.split())


@pytest.mark.parametrize(
    ("make", "words", "status", "reason"),
    [
        (Two, "yes yes", "passed", "all 2 hold: test_combination: x is; test_combination: x is"),
        (Two, "yes no", "failed", "1 of 2 holds, but test_combination: it is not"),
        (Two, "no", "failed", "test_combination: it is not"),
        (Two, "yes yes lost", "passed", "2 of 3 hold: test_combination: x is; test_combi"),
        (Two, "yes no lost", "error", "test_combination: nothing was reported, which decides"),
        (Two, "no no lost", "failed", "none of 3 holds: test_combination: it is not; test_"),
        (Two, "yes no yes?", "failed", "1 of 2 holds, but test_combination: it is not"),
        (Two, "yes yes lost?", "passed", "all 2 hold: test_combination: x is; test_com"),
        (NotTwo, "yes yes no", "failed", "2 of 3 hold: test_combination: x is; test_comb"),
        (NotTwo, "no no no no no", "passed", "none of 5 holds: test_combination: it is not;"),
        (Two, "yes yes maybe", "passed", "all 3 hold: "),
        (Two, "yes maybe", "passed", "test_combination: maybe, which decides"),
        (NotTwo, "yes maybe", "passed", "test_combination: maybe, which decides"),
        (Two, "yes maybe lost", "error", "test_combination: maybe; test_combination: nothing was"),
        (NotTwo, "yes lost", "error", "test_combination: nothing was reported, which decides"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_what_cannot_be_judged_counts_both_ways(
    make: Callable[..., Combination], words: str, status: str, reason: str
) -> None:
    verdict = judged(make(checks=of(words)))

    assert (verdict.status, verdict.reason.startswith(reason)) == (status, True), verdict.reason


def test_more_than_three_reasons_are_counted() -> None:
    verdict = judged(Two(checks=of("no no no no no")))

    assert verdict.reason.endswith("; and 2 more")


def test_every_check_is_told_of_with_its_own_verdict() -> None:
    verdict = judged(Two(checks=(Gives(word="yes", label="polite", weight=2), *of("no? yes"))))

    assert [(part.label, part.weight, part.optional, part.status) for part in verdict.parts] == [
        ("polite", 2, False, "passed"),
        (None, 1, True, "failed"),
        (None, 1, False, "passed"),
    ]


def test_the_evidence_names_each_check_and_what_it_found() -> None:
    verdict = judged(Two(checks=(Gives(word="yes", label="polite"), *of("no"))))

    assert [(piece.pointer, piece.message) for piece in verdict.evidence] == [
        ("1: polite", "x is"),
        ("2: test_combination", "it is not"),
    ]


def test_only_optional_checks_are_a_mistake() -> None:
    with pytest.raises(ValidationError, match="all checks in it are optional, so none decides"):
        Two(checks=of("yes? no?"))


def test_no_checks_are_a_mistake() -> None:
    with pytest.raises(ValidationError, match="there is no check in it"):
        Two(checks=())


def test_it_may_be_written_where_each_of_its_checks_may() -> None:
    assert not Two(checks=of("yes")).fits("conversation")
