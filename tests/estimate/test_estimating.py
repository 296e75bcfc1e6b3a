"""What a run would ask of whom, and how much of it is sure."""

from collections.abc import Mapping
from typing import Any

import pytest

from evalkit.checks.judge import Judge
from evalkit.checks.moderation import Moderation
from evalkit.checks.not_ import Not
from evalkit.checks.python import Python
from evalkit.checks.similar import Similar
from evalkit.errors import Mistake, Mistakes
from evalkit.estimate import Estimate, Figures, Guess, Line, Pace, estimate
from evalkit.model.chat import TextPart
from evalkit.model.check import Check, Expectation, Verdict, View
from evalkit.model.consultation import ModerationRequest
from evalkit.model.data import Json
from evalkit.model.deployment import Deployment, Draft, Limits
from evalkit.model.dialogue import Ask, Dialogue
from evalkit.model.judging import Judging
from evalkit.model.price import Price
from evalkit.model.suite import Conversation, Suite, Turn
from evalkit.planner import Choice, plan
from evalkit.source import Span

HERE = Span("s.yaml", 3, 5)
FIRST = 5  # tokens of the prompt "hi": a message, and two characters
SCRIPTED = Turn(span=HERE, assistant=(TextPart(text="yes"),))


class Insistent(Check):
    """A check that asks for ever."""

    def consults(self, judge: Judging) -> tuple[str, ...]:
        del judge
        return ("referee",)

    def judge(self, view: View) -> Dialogue[Verdict]:
        while True:
            yield Ask("referee", ModerationRequest(text=view.reply.text))


def draft(name: str, *variables: str, **fields: Any) -> Draft:
    def resolve(environ: Mapping[str, str]) -> Deployment:
        assert all(name in environ for name in variables)
        return Deployment(name=name, span=HERE, **fields)

    unset = {variable: Span("s.yaml", 9, 14) for variable in variables}
    return Draft(name, HERE, under_test=name != "referee", variables=unset, resolve=resolve)


def turn(*expect: Check, user: str = "hi", **fields: Any) -> Turn:
    return Turn(span=HERE, user=(TextPart(text=user),), expect=demands(*expect), **fields)


def demands(*checks: Check) -> tuple[Expectation, ...]:
    return tuple(Expectation(check.key(), HERE, check) for check in checks)


def estimated(
    *turns: Turn, drafts: tuple[Draft, ...] = (), guess: int | None = None, **fields: Any
) -> Estimate:
    conversation = Conversation(id="c", span=HERE, turns=turns or (turn(),), **fields)
    used = drafts or (draft("d"), draft("referee"))
    suite = Suite(file="s.yaml", span=HERE, deployments=used, conversations=(conversation,))
    return estimate(plan([suite], Choice(missing_key="stand_in"), {}), {}, Guess(guess))


def only(found: Estimate) -> Line:
    (line,) = found.lines
    return line


def referee(*checks: Check, **fields: Any) -> Line:
    *_, last = estimated(turn(*checks), **fields).lines
    assert last.name == "referee"
    return last


TALKS: dict[str, tuple[tuple[Turn, ...], dict[str, Any], Figures]] = {
    "one turn": ((turn(),), {}, Figures(1, FIRST, 500)),
    "a prompt before it": (
        (turn(),),
        {"system": (TextPart(text="be nice"),)},
        Figures(1, FIRST + 6, 500),
    ),
    "a turn after it, which sends all that was said": (
        (turn(), turn(user="and?")),
        {},
        Figures(2, FIRST + (FIRST + 504 + 5), 1000),
    ),
    "a scripted reply, which is not asked for": (
        (turn(), SCRIPTED, turn(user="and?")),
        {},
        Figures(1, FIRST + 5 + 5, 500),
    ),
    "attempts": ((turn(),), {"repeat": 3}, Figures(3, 3 * FIRST, 1500)),
    "a limit of the conversation": (
        (turn(),),
        {"params": {"max_tokens": 60}},
        Figures(1, FIRST, 60),
    ),
    "a limit of the turn, and none of the next": (
        (turn(params={"max_tokens": 7}), turn()),
        {},
        Figures(2, FIRST + (2 * FIRST + 11), 507),
    ),
    "a limit beyond all bounds": (
        (turn(),),
        {"params": {"max_tokens": 10**15}},
        Figures(1, FIRST, 10**15),
    ),
}


@pytest.mark.parametrize(("turns", "fields", "figures"), TALKS.values(), ids=list(TALKS))
def test_a_conversation_is_counted(
    turns: tuple[Turn, ...], fields: dict[str, Any], figures: Figures
) -> None:
    line = only(estimated(*turns, **fields))

    assert (line.planned, line.further, line.exact) == (figures, Figures(), True)


GUESSES: dict[str, tuple[int | None, dict[str, Json], int]] = {
    "nothing known": (None, {}, 500),
    "limited": (None, {"max_tokens": 900}, 900),
    "limited to less than nothing": (None, {"max_tokens": -5}, 0),
    "given": (20, {}, 20),
    "given, and limited below": (20, {"max_completion_tokens": 9}, 9),
    "given, and limited above": (20, {"max_tokens": 900}, 20),
}


@pytest.mark.parametrize(("guess", "params", "tokens"), GUESSES.values(), ids=list(GUESSES))
def test_a_reply_is_taken_to_have(guess: int | None, params: dict[str, Json], tokens: int) -> None:
    line = only(estimated(drafts=(draft("d", params=params),), guess=guess))

    assert line.planned.completion == tokens


ASKING: dict[str, tuple[Check, int, int]] = {
    "a judge, which may answer unreadably": (Judge(rubric="r", deployment="referee"), 1, 1),
    "its votes": (Judge(rubric="r", deployment="referee", votes=3), 3, 3),
    "a check inside another": (Not(check=Moderation(deployment="referee")), 1, 0),
    "embeddings": (Similar(text="yes", deployment="referee"), 1, 0),
    "one that never has enough": (Insistent(), 1, 24),
}


@pytest.mark.parametrize(("check", "planned", "further"), ASKING.values(), ids=list(ASKING))
def test_what_checks_ask_is_counted(check: Check, planned: int, further: int) -> None:
    line = referee(check, repeat=2)

    assert (line.planned.requests, line.further.requests) == (2 * planned, 2 * further)
    assert (line.tested, line.consulted, line.exact) == (False, True, not further)


def test_what_is_judged_holds_the_whole_reply() -> None:
    short, long = (
        referee(Moderation(deployment="referee"), params={"max_tokens": tokens})
        for tokens in (10, 100_000)
    )

    assert (short.planned, long.planned) == (Figures(1, 10, 0), Figures(1, 100_000, 0))


def test_a_judge_of_the_conversation_is_asked_once_for_all_of_it() -> None:
    whole = demands(Judge(rubric="r"))
    tested, judge = estimated(
        turn(), turn(), expect=whole, judge=Judging(deployment="referee")
    ).lines

    assert (tested.planned.requests, judge.planned.requests) == (2, 1)
    assert judge.planned.prompt > 2 * 500


def test_the_authors_code_is_not_run() -> None:
    def never(text: str) -> bool:
        raise AssertionError(text)

    assert only(estimated(turn(Python(call=never)))).planned.requests == 1


def test_a_deployment_that_is_tested_and_asked_has_one_line() -> None:
    line = only(estimated(turn(Moderation(deployment="d"))))

    assert (line.tested, line.consulted, line.planned.requests, line.items) == (True, True, 2, 1)


def test_a_conversation_that_a_failed_turn_ends_is_asked_so_often_at_most() -> None:
    line = only(estimated(turn(), turn(), on_turn_failure="stop"))

    assert (line.planned.requests, line.exact, line.pace.in_a_row) == (2, False, 1)


def test_a_skipped_item_costs_nothing_and_is_told() -> None:
    found = estimated(skip="broken")

    assert (found.lines, found.items, found.attempts) == ((), 0, 0)
    assert [(one.item, one.reason) for one in found.skipped] == [("s.yaml::c[d]", "broken")]


def test_a_deployment_without_its_variables_is_counted_all_the_same() -> None:
    line = only(estimated(drafts=(draft("d", "KEY", price=Price(input=10.0)),)))

    assert (line.unset, line.planned.requests) == (("KEY",), 1)
    assert line.planned.cost(line.price) == pytest.approx(FIRST * 10 / 1_000_000)


def test_of_a_deployment_that_its_variables_hide_nothing_is_made_up() -> None:
    def resolve(environ: Mapping[str, str]) -> Deployment:
        raise Mistakes([Mistake(HERE, f"{environ['RPM']!r} is no number")])

    hidden = Draft("d", HERE, variables={"RPM": HERE}, resolve=resolve)
    line = only(estimated(drafts=(hidden,), repeat=100))

    assert (line.name, line.unset, line.planned.requests) == ("d", ("RPM",), 100)
    assert (line.price, line.pace) == (None, Pace(in_a_row=1))


def test_tokens_without_a_price_cost_what_nobody_knows() -> None:
    drafts = (draft("d", price=Price(input=10.0, output=20.0)), draft("e"))
    found = estimated(drafts=drafts)

    assert found.known_cost == pytest.approx((FIRST * 10 + 500 * 20) / 1_000_000)
    assert found.unpriced == ("e",)


LIMITS: dict[str, tuple[Limits, int, tuple[int, float | None, float | None]]] = {
    "one at a time": (Limits(concurrency=1), 4, (4, None, None)),
    "eight at once": (Limits(), 17, (3, None, None)),
    "adaptive": (Limits(concurrency="adaptive"), 65, (2, None, None)),
    "requests per minute, of which 3 at once": (Limits(rpm=60), 60, (8, 60.0, None)),
    "fewer requests than at once": (Limits(rpm=60), 2, (1, 0.0, None)),
    "tokens per minute": (Limits(tpm=20_200), 60, (8, None, 60 * (60 * 505 - 1010) / 19_190)),
}


@pytest.mark.parametrize(("limits", "repeat", "told"), LIMITS.values(), ids=list(LIMITS))
def test_limits_say_how_long_it_takes_at_least(
    limits: Limits, repeat: int, told: tuple[int, float | None, float | None]
) -> None:
    pace = only(estimated(drafts=(draft("d", limits=limits),), repeat=repeat)).pace

    assert (pace.in_a_row, pace.rpm, pace.tpm) == pytest.approx(told)
