"""The deployments that checks ask: found in the suite, called with their variables, or told."""

from typing import Any

import pytest

from evalkit.errors import Mistake, Mistakes
from evalkit.model.chat import TextPart
from evalkit.model.check import Check, Expectation
from evalkit.model.deployment import Deployment, Draft
from evalkit.model.judging import Judging
from evalkit.model.suite import Conversation, Suite, Turn
from evalkit.model.trial import Item
from evalkit.planner import Choice, plan, review
from evalkit.source import Span

HERE = Span("s.yaml", 3, 5)
ANY = Choice()


class Asks(Check):
    """A model says yes."""

    deployment: str | None = None

    def consults(self, judge: Judging) -> tuple[str, ...]:
        name = self.deployment or judge.deployment
        if name is None:
            raise ValueError("who is to be asked?")
        return (name,)


class Holds(Check):
    """A check that holds another one."""

    check: Asks


def draft(name: str, variable: str = "", **flags: bool) -> Draft:
    return Draft(
        name,
        HERE,
        variables={variable: Span("s.yaml", 9, 14)} if variable else {},
        resolve=lambda _: Deployment(name=name, span=HERE),
        **flags,
    )


MAIN, REFEREE = draft("main"), draft("referee", "REFEREE_KEY", under_test=False)


def suite(check: Check, *drafts: Draft, **keys: Any) -> Suite:
    turn = Turn(span=HERE, user=(TextPart(text="hi"),), expect=(Expectation("asks", HERE, check),))
    conversation = Conversation(id="c", span=HERE, turns=(turn,), **keys)
    known = drafts or (MAIN, REFEREE)
    return Suite(file="s.yaml", span=HERE, deployments=known, conversations=(conversation,))


def only(written: Suite, choice: Choice = ANY, **environ: str) -> Item:
    (item,) = plan([written], choice, environ)
    return item


def mistakes(written: Suite, choice: Choice = ANY) -> list[str]:
    with pytest.raises(Mistakes) as refused:
        plan([written], choice, {})
    return [_told(mistake) for mistake in refused.value.mistakes]


def _told(mistake: Mistake) -> str:
    return " | ".join((mistake.message, *mistake.hints))


@pytest.mark.parametrize(
    ("check", "keys"),
    [
        (Asks(deployment="referee"), {}),
        (Asks(), {"judge": Judging(deployment="referee")}),
        (Holds(check=Asks(deployment="referee")), {}),
    ],
    ids=["named by the check", "by the conversation", "by a check inside"],
)
def test_an_item_brings_the_deployments_that_its_checks_ask(check: Check, keys: Any) -> None:
    item = only(suite(check, **keys), REFEREE_KEY="x")

    assert [one.name for one in item.consulted] == ["referee"]


def test_a_deployment_is_found_by_its_name_among_those_of_the_item() -> None:
    item = only(suite(Asks(deployment="referee")), REFEREE_KEY="x")

    found = [item.deployment_of(name) for name in ("main", "referee", "other")]

    assert [one and one.name for one in found] == ["main", "referee", None]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("refere", "asks: no deployment is called 'refere' | did you mean 'referee'?"),
        ("x", "asks: no deployment is called 'x' | the suite knows main, referee"),
        (None, "asks: who is to be asked?"),
    ],
    ids=["a slip", "nothing near", "nobody named"],
)
def test_one_that_the_suite_does_not_have_is_a_mistake(name: str | None, told: str) -> None:
    assert mistakes(suite(Asks(deployment=name))) == [told]


def test_a_mistake_is_told_once_for_all_deployments_and_without_an_environment() -> None:
    written = suite(Asks(), draft("a"), draft("b"))

    assert [_told(mistake) for mistake in review([written])] == ["asks: who is to be asked?"]


def test_without_its_variables_the_item_is_skipped_where_others_run() -> None:
    judged, plain = suite(Asks(deployment="referee")), suite(Asks(deployment="main"))

    items = plan([judged, plain.model_copy(update={"file": "t.yaml"})], ANY, {})

    told = "its checks ask 'referee': REFEREE_KEY not set"
    assert [item.skip for item in items] == [told, None]


@pytest.mark.parametrize("choice", [ANY, Choice(("main",))], ids=["nothing else runs", "named"])
def test_without_its_variables_it_is_a_mistake_where_it_is_needed(choice: Choice) -> None:
    assert mistakes(suite(Asks(deployment="referee")), choice) == [
        (
            "deployment 'referee' needs the variable 'REFEREE_KEY', which is not set"
            " | export REFEREE_KEY=…"
        )
    ]


def test_a_skipped_conversation_asks_nobody() -> None:
    item = only(suite(Asks(deployment="referee"), skip="later"))

    assert (item.skip, item.consulted) == ("later", ())
