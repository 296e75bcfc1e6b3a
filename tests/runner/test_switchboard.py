"""Requests and their Apis: entered once, left once, and whatever they raise is a fault."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

import pytest

from evalkit.model.api import Api, Services
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Fault
from evalkit.model.consultation import Reply
from evalkit.model.deployment import Deployment
from evalkit.runner.switchboard import Switchboard

T = TypeVar("T")
REQUEST = ChatRequest(messages=())

Use = Callable[..., Any]


class Named(Api):
    """Answers with its deployment's name, and notes what happens to it."""

    events: list[str]

    def note(self, event: str) -> None:
        self.events.append(f"{event} {self.deployment.name}")

    async def __aenter__(self) -> Self:
        self.note("entered")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.note("left")

    async def send(self, request: ChatRequest) -> ChatReply:
        return ChatReply(text=self.deployment.name, streamed=request.stream)


def noting(base: type[Named] = Named) -> type[Named]:
    """Make an Api with a list of events of its own."""
    return type("Noting", (base,), {"events": []})


@pytest.fixture
def use(services: Services) -> Use:
    """Let a test work with a switchboard, which is closed behind it."""

    def use(api: type[Api], work: Callable[[Switchboard], Awaitable[T]]) -> T:
        async def run() -> T:
            board = Switchboard(lambda deployment: api(deployment, services))
            try:
                return await work(board)
            finally:
                await board.close(1)

        return asyncio.run(run())

    return use


@pytest.fixture
def echo(make_deployment: Callable[..., Deployment]) -> Deployment:
    return make_deployment("echo")


def test_an_api_is_entered_once_for_many_calls(use: Use, echo: Deployment) -> None:
    api = noting()

    async def work(board: Switchboard) -> None:
        await asyncio.gather(*(board.call(echo, REQUEST) for _ in range(20)))

    use(api, work)
    assert api.events == ["entered echo", "left echo"]


def test_an_api_that_nobody_calls_is_never_made(use: Use) -> None:
    api = noting()

    async def work(_: Switchboard) -> None:
        """Call nobody."""

    use(api, work)
    assert api.events == []


def test_each_deployment_has_its_own_api(
    use: Use, make_deployment: Callable[..., Deployment]
) -> None:
    async def work(board: Switchboard) -> list[str]:
        replies = [await board.call(make_deployment(name), REQUEST) for name in ("a", "b", "a")]
        return [reply.text for reply in replies if isinstance(reply, ChatReply)]

    assert use(noting(), work) == ["a", "b", "a"]


def test_an_api_is_entered_and_left_by_one_task(use: Use, echo: Deployment) -> None:
    class Timed(Named):
        async def __aenter__(self) -> Self:
            self._group = await asyncio.TaskGroup().__aenter__()
            return self

        async def __aexit__(self, *_: object) -> None:
            await self._group.__aexit__(None, None, None)
            self.note("left")

    api = noting(Timed)
    use(api, lambda board: board.call(echo, REQUEST))
    assert api.events == ["left echo"]


def fault(use: Use, api: type[Api], deployment: Deployment) -> Fault:
    with pytest.raises(CallError) as raised:
        use(api, lambda board: board.call(deployment, REQUEST))
    return raised.value.fault


def sending(what: Callable[[ChatRequest], Any]) -> type[Api]:
    class Sending(Api):
        async def send(self, request: ChatRequest) -> ChatReply:
            reply: ChatReply = what(request)
            return reply

    return Sending


def raising(error: BaseException) -> Callable[[ChatRequest], ChatReply]:
    def fail(_: ChatRequest) -> ChatReply:
        raise error

    return fail


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (raising(KeyError("choices")), "raised KeyError: 'choices'"),
        (raising(AssertionError()), "raised AssertionError"),
        (raising(SystemExit(3)), "raised SystemExit: 3"),
        (raising(asyncio.CancelledError()), "was cancelled from within"),
        (lambda _: "Hello", "gave str instead of a ChatReply"),
    ],
    ids=["key", "silent", "exit", "cancelled", "text"],
)
def test_what_goes_wrong_in_an_api_is_a_fault_that_names_it(
    use: Use, echo: Deployment, what: Callable[[ChatRequest], Any], message: str
) -> None:
    found = fault(use, sending(what), echo)
    assert found.message == f"api 'chat_completions' of deployment 'echo' {message}"


def test_an_api_s_own_fault_is_kept(use: Use, echo: Deployment) -> None:
    own = Fault(kind="rate_limit", message="too many requests")
    assert fault(use, sending(raising(CallError(own))), echo) == own


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            OSError("no such socket"),
            Fault(
                kind="config",
                message="api 'chat_completions' of deployment 'echo' could not start: "
                "OSError: no such socket",
            ),
        ),
        (
            CallError(Fault(kind="auth", message="no key")),
            Fault(kind="auth", message="no key"),
        ),
    ],
    ids=["bug", "fault"],
)
def test_an_api_that_cannot_be_entered_is_a_fault(
    use: Use, echo: Deployment, error: Exception, expected: Fault
) -> None:
    class Closed(Named):
        async def __aenter__(self) -> Self:
            raise error

    assert fault(use, Closed, echo) == expected


def test_an_api_that_cannot_be_entered_is_entered_once(use: Use, echo: Deployment) -> None:
    class Closed(Named):
        async def __aenter__(self) -> Self:
            self.note("tried")
            raise OSError("no such socket")

    async def work(board: Switchboard) -> None:
        for _ in range(3):
            with pytest.raises(CallError):
                await board.call(echo, REQUEST)

    api = noting(Closed)
    use(api, work)
    assert api.events == ["tried echo"]


def test_a_call_cancelled_while_its_api_is_entered_leaves_the_others_be(
    use: Use, echo: Deployment
) -> None:
    entering, allowed = asyncio.Event(), asyncio.Event()

    class Slow(Named):
        async def __aenter__(self) -> Self:
            entering.set()
            await allowed.wait()
            return self

    async def work(board: Switchboard) -> Reply:
        first = asyncio.create_task(board.call(echo, REQUEST))
        second = asyncio.create_task(board.call(echo, REQUEST))
        await entering.wait()
        first.cancel()
        allowed.set()
        return await second

    assert use(noting(Slow), work) == ChatReply(text="echo")


def test_an_api_that_does_not_close_is_told(services: Services, echo: Deployment) -> None:
    class Stuck(Named):
        async def __aexit__(self, *_: object) -> None:
            raise OSError("still open")

    async def run() -> list[str]:
        board = Switchboard(lambda deployment: noting(Stuck)(deployment, services))
        await board.call(echo, REQUEST)
        await board.close(1)
        return board.problems

    assert asyncio.run(run()) == [
        "api 'chat_completions' of deployment 'echo' did not close: OSError: still open"
    ]


def test_an_api_that_takes_too_long_to_close_is_cancelled(
    services: Services, echo: Deployment
) -> None:
    class Slow(Named):
        async def __aexit__(self, *_: object) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                self.note("cancelled")

    api = noting(Slow)

    async def run() -> None:
        board = Switchboard(lambda deployment: api(deployment, services))
        await board.call(echo, REQUEST)
        await board.close(0.05)

    asyncio.run(run())
    assert api.events == ["entered echo", "cancelled echo"]
