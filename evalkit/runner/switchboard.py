"""Requests to their Apis: each Api is entered at its first call and left when the run ends."""

import asyncio
from collections.abc import Callable, Hashable
from contextlib import suppress

from evalkit.model.api import Api
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Fault
from evalkit.model.consultation import (
    EmbeddingReply,
    EmbeddingRequest,
    ModerationReply,
    Reply,
    Request,
)
from evalkit.model.deployment import Deployment


def definition(deployment: Deployment) -> Hashable:
    """Tell deployments apart by where they are defined: suites that inherit one share it."""
    return deployment.name, deployment.span


class Switchboard:
    """The Apis in use, one for each deployment's definition; lives on the event loop."""

    def __init__(self, make: Callable[[Deployment], Api]) -> None:
        self._make = make
        self._lines: dict[Hashable, _Line] = {}
        self.problems: list[str] = []

    async def prepare(self, deployment: Deployment) -> None:
        """Enter a deployment's Api; where that fails, the first call says so."""
        with suppress(CallError):
            await self._line(deployment).api()

    async def call(self, deployment: Deployment, request: Request) -> Reply:
        """Ask a deployment; raises CallError, whatever its Api raises."""
        reply = await _send(await self._line(deployment).api(), request)
        if isinstance(reply, CallError):
            raise reply
        return reply

    def _line(self, deployment: Deployment) -> "_Line":
        key = definition(deployment)
        if key not in self._lines:
            self._lines[key] = _Line(deployment, self._make)
        return self._lines[key]

    async def close(self, patience: float) -> None:
        """Leave every Api; those that take longer than `patience` seconds are cancelled."""
        tasks = [line.hang_up() for line in self._lines.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=patience)
        for task in late:
            task.cancel()
        self.problems += [line.problem for line in self._lines.values() if line.problem]


class _Line:
    """An Api, entered and left by one task of its own, as task groups and timeouts require."""

    def __init__(self, deployment: Deployment, make: Callable[[Deployment], Api]) -> None:
        self.problem = ""
        self._deployment = deployment
        self._make = make
        self._entered: asyncio.Future[Api | Fault] = asyncio.get_running_loop().create_future()
        self._leave = asyncio.Event()
        self._task = asyncio.create_task(self._hold(), name=f"api {deployment.name}")

    async def api(self) -> Api:
        """Give the Api once it is entered; raises CallError where that failed."""
        if not self._entered.done():
            await asyncio.wait([self._entered])
        entered = self._entered.result()
        if isinstance(entered, Fault):
            raise CallError(entered)
        return entered

    def hang_up(self) -> asyncio.Task[None]:
        self._leave.set()
        return self._task

    async def _hold(self) -> None:
        try:
            async with self._make(self._deployment) as api:
                self._entered.set_result(api)
                await self._leave.wait()
        except asyncio.CancelledError as error:
            if is_cancelled():
                raise
            self._fail(error)
        except BaseException as error:  # noqa: BLE001 - an Api is a plugin
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if self._entered.done():
            self.problem = f"{_api(self._deployment)} did not close: {_told(error)}"
        else:
            self._entered.set_result(_not_entered(self._deployment, error))


async def _send(api: Api, request: Request) -> Reply | CallError:
    try:
        reply, wanted = await _answer(api, request)
    except CallError as error:
        return error
    except asyncio.CancelledError:
        if is_cancelled():
            raise
        return _bug(api.deployment, "was cancelled from within")
    except BaseException as error:  # noqa: BLE001 - an Api is a plugin
        return _bug(api.deployment, f"raised {_told(error)}")
    if not isinstance(reply, wanted):
        return _bug(api.deployment, f"gave {type(reply).__name__} instead of a {wanted.__name__}")
    return reply


async def _answer(api: Api, request: Request) -> tuple[Reply, type[Reply]]:
    """Give the answer, and of which type it should be."""
    if isinstance(request, ChatRequest):
        return await api.send(request), ChatReply
    if isinstance(request, EmbeddingRequest):
        return await api.embed(request), EmbeddingReply
    return await api.moderate(request), ModerationReply


def _not_entered(deployment: Deployment, error: BaseException) -> Fault:
    if isinstance(error, CallError):
        return error.fault
    return Fault(kind="config", message=f"{_api(deployment)} could not start: {_told(error)}")


def _bug(deployment: Deployment, what: str) -> CallError:
    return CallError(Fault(kind="server", message=f"{_api(deployment)} {what}"))


def _api(deployment: Deployment) -> str:
    return f"api {deployment.api!r} of deployment {deployment.name!r}"


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def is_cancelled() -> bool:
    """Whether the running task is being cancelled, and not only sees a cancellation."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
