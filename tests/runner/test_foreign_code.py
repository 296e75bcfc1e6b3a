"""What code of others raises costs a trial, never the run, even where no Exception is raised."""

import asyncio
from collections.abc import Callable
from typing import Any, Self

import pytest

from evalkit.model.api import Api
from evalkit.model.chat import ChatReply, ChatRequest
from evalkit.model.check import Check, Expectation, Verdict, View
from evalkit.model.dialogue import Call, Dialogue
from evalkit.model.trial import Item
from evalkit.runner.engine import Engine
from evalkit.source import Span

pytestmark = pytest.mark.timeout(30)

Make = Callable[..., Engine]
MakeItem = Callable[..., Item]


class Echo(Api):
    async def send(self, request: ChatRequest) -> ChatReply:
        return ChatReply(text=request.messages[-1].text, finish_reason="stop")


class Fails(Api):
    async def send(self, request: ChatRequest) -> ChatReply:
        pytest.fail(f"no {request.messages[-1].text}")


class IsCancelled(Echo):
    async def __aenter__(self) -> Self:
        raise asyncio.CancelledError


@pytest.mark.parametrize(
    ("api", "told"),
    [(Fails, "raised Failed: no Hi"), (IsCancelled, "could not start: CancelledError")],
)
def test_an_api_that_ends_otherwise_than_by_an_exception_is_an_error(
    make_engine: Make, make_item: MakeItem, api: type[Api], told: str
) -> None:
    engine, item = make_engine(api), make_item()
    engine.start([item])
    (outcome,) = engine.wait(item)

    assert (outcome.status, told in outcome.reason) == ("error", True), outcome.reason


async def fails() -> None:
    pytest.fail("no")


async def is_cancelled() -> None:
    raise asyncio.CancelledError


class Asks(Check):
    """The author's code is called."""

    function: Callable[..., Any]

    def judge(self, view: View) -> Dialogue[Verdict]:
        del view
        yield Call(self.function, {}, 5.0)
        return Verdict.when(True, yes="yes", no="no")  # noqa: FBT003 - never reached


@pytest.mark.parametrize("function", [fails, is_cancelled])
def test_a_check_s_code_that_ends_otherwise_is_an_error_of_the_check(
    make_engine: Make, make_item: MakeItem, function: Callable[..., Any]
) -> None:
    check = Asks(function=function)
    expectation = Expectation(check=check, span=Span("a.yaml"), name="asks")
    engine, item = make_engine(Echo), make_item(expect=(expectation,))
    engine.start([item])
    (outcome,) = engine.wait(item)

    assert (outcome.status, "raised" in outcome.reason) == ("error", True), outcome.reason
