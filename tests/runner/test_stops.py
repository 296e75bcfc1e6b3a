"""Trials that are not run: their deployment is stopped, or the run has used up what it may."""

import asyncio
from collections.abc import Callable

import pytest

from evalkit.model.api import Api
from evalkit.model.caps import Caps
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Fault, NotSent, Usage
from evalkit.model.outcome import Outcome
from evalkit.model.trial import Item
from evalkit.runner.engine import Engine

Make = Callable[..., Engine]
MakeItem = Callable[..., Item]

USED = Usage(prompt=6, completion=4, total=10)
STOPPED = Fault(kind="auth", message="deployment 'echo' is stopped: no")


class Echo(Api):
    async def send(self, request: ChatRequest) -> ChatReply:
        return ChatReply(text=request.messages[-1].text, finish_reason="stop", usage=USED)


class Refuses(Api):
    """Refuses the first request, and sends none of the others."""

    async def send(self, request: ChatRequest) -> ChatReply:
        if request.messages[-1].text == "first":
            raise CallError(Fault(kind="auth", message="answered 401"))
        raise NotSent(STOPPED)


class StopsLater(Api):
    """Answers a first turn, and sends no second."""

    async def send(self, request: ChatRequest) -> ChatReply:
        if len(request.messages) > 1:
            raise NotSent(STOPPED)
        return ChatReply(text="Hi", finish_reason="stop")


class Sleeps(Api):
    """Answers the first request, and none of the others."""

    async def send(self, request: ChatRequest) -> ChatReply:
        if request.messages[-1].text != "quick":
            await asyncio.Event().wait()
        return ChatReply(text="Hi", finish_reason="stop")


def run(engine: Engine, *items: Item) -> list[Outcome]:
    engine.start(items)
    return [outcome for item in items for outcome in engine.wait(item)]


def told(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    return [(outcome.status, outcome.reason) for outcome in outcomes]


def test_what_is_never_sent_to_a_stopped_deployment_is_not_run(
    make_engine: Make, make_item: MakeItem
) -> None:
    items = [make_item(name, (name,)) for name in ("first", "second", "third")]
    outcomes = run(make_engine(Refuses), *items)

    assert told(outcomes)[1:] == [("not_run", STOPPED.message)] * 2
    assert outcomes[0].status == "error"


def test_a_conversation_that_is_cut_off_in_its_middle_is_an_error(
    make_engine: Make, make_item: MakeItem
) -> None:
    (outcome,) = run(make_engine(StopsLater), make_item(says=("one", "two")))

    assert (outcome.status, len(outcome.transcript.exchanges)) == ("error", 2)
    assert STOPPED.message in outcome.reason


def test_nothing_is_begun_once_a_cap_is_reached(make_engine: Make, make_item: MakeItem) -> None:
    items = [make_item(f"i{number}", ("one", "two")) for number in range(3)]
    engine = make_engine(Echo, caps=Caps(tokens=20))
    outcomes = [outcome for item in items for outcome in run(engine, item)]

    assert [outcome.status for outcome in outcomes] == ["passed", "not_run", "not_run"]
    assert outcomes[1].reason == "the run's 20 tokens are used up"


def test_an_api_of_others_finishes_what_is_under_way_although_a_cap_is_reached(
    make_engine: Make, make_item: MakeItem
) -> None:
    (outcome,) = run(make_engine(Echo, caps=Caps(tokens=1)), make_item(says=("one", "two", "3")))

    assert (outcome.status, len(outcome.transcript.exchanges)) == ("passed", 3)


@pytest.mark.timeout(30)
def test_what_is_left_when_the_time_is_over_is_not_run(
    make_engine: Make, make_item: MakeItem
) -> None:
    items = [make_item("quick", ("quick",)), make_item("slow", ("slow",))]
    outcomes = run(make_engine(Sleeps, caps=Caps(seconds=0.2), grace=0.1), *items)

    assert told(outcomes) == [
        ("passed", "nothing is required"),
        ("not_run", "the run's 0.2 s are over"),
    ]
