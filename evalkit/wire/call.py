"""A line to a deployment: from a request to its reply, with limits, retries and timing."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from evalkit.dialect import faults
from evalkit.dialect.speech import Speech
from evalkit.dialect.weight import tokens
from evalkit.model.api import Services, Transport
from evalkit.model.chat import (
    CallError,
    ChatReply,
    ChatRequest,
    Fault,
    FaultKind,
    NotSent,
    Try,
    Usage,
)
from evalkit.model.consultation import (
    EmbeddingReply,
    EmbeddingRequest,
    ModerationReply,
    ModerationRequest,
    Reply,
    Request,
)
from evalkit.model.deployment import Deployment
from evalkit.wire.admission import Admission
from evalkit.wire.attempt import Attempt
from evalkit.wire.clock import Clock
from evalkit.wire.desk import Desk, Sent
from evalkit.wire.headers import kept
from evalkit.wire.http import Network
from evalkit.wire.models import Models
from evalkit.wire.retry import Failure, decide

R = TypeVar("R")


@dataclass(slots=True)
class Progress:
    """What a call has come to so far.

    `queued` is the seconds without leave to be sent, `waited` those before the next try, `began`
    the start of the first one, and `failure` how the last one ended. `lighter` says that the next
    one is the same without a part that the server refused.
    """

    request: Request
    tries: list[Try] = field(default_factory=list)
    queued: float = 0.0
    waited: float = 0.0
    began: float | None = None
    failure: CallError | None = None
    lighter: bool = False

    def given_up(self, error: CallError, why: str) -> CallError:
        """Give the error of the whole call."""
        message = f"{error.fault.message}; {why}" if why else error.fault.message
        update = {"message": message, "tries": tuple(self.tries)}
        return CallError(error.fault.model_copy(update=update))

    def not_again(self, error: CallError, stop: Fault) -> CallError:
        """Give the error of a call whose deployment is stopped; its own words tell why, mostly."""
        return self.given_up(error, f"it is not tried again: {stop.message.partition(': ')[0]}")


class Line:
    """Calls one deployment; entered and left on the loop that it is used on.

    Entering never fails for what the deployment lacks: that is a fault of each call.
    """

    def __init__(
        self,
        deployment: Deployment,
        services: Services,
        speech: Speech,
        clock: Clock | None = None,
    ) -> None:
        self._deployment = deployment
        self._services = services
        self._clock = clock or Clock()
        self._desk = Desk(deployment, speech)
        self._admission = Admission(deployment, services, self._clock)
        self._models = Models(self._desk)
        self._stack = AsyncExitStack()
        self._transport: Transport | None = services.transport

    async def __aenter__(self) -> Self:
        if self._transport is None:
            network = Network(self._deployment, self._services.environ)
            self._transport = await self._stack.enter_async_context(network)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._transport = self._services.transport
        await self._stack.aclose()

    async def send(self, request: ChatRequest) -> ChatReply:
        """Give the reply to a chat; raises CallError."""
        return _of_type(ChatReply, await self._call(request))

    async def embed(self, request: EmbeddingRequest) -> EmbeddingReply:
        """Give the vectors of texts; raises CallError."""
        return _of_type(EmbeddingReply, await self._call(request))

    async def moderate(self, request: ModerationRequest) -> ModerationReply:
        """Say whether a text is flagged; raises CallError."""
        return _of_type(ModerationReply, await self._call(request))

    async def _call(self, request: Request) -> Reply:
        """Give the reply, after as many tries as it takes; raises CallError.

        A waiting retry holds no place among the requests in flight.
        """
        sent, progress = self._prepared(request), Progress(request)
        while True:
            attempt, answer = await self._try(sent, progress)
            if not isinstance(answer, CallError):
                return _complete(answer, attempt, progress)
            if progress.lighter:
                progress.waited = 0.0
            else:
                progress.waited = await self._wait(attempt, answer, progress)

    def _prepared(self, request: Request) -> Sent:
        """Make a request ready; raises CallError, NotSent where no other can be made ready either.

        An attachment that cannot be read is the request's own; what is wrong with URL, headers or
        key is the deployment's.
        """
        if (stopped := self._admission.breaker.stopped) is not None:
            raise NotSent(stopped)
        try:
            self._desk.headers(stream=False)
            self._desk.url("")
        except CallError as error:
            self._admission.breaker.stop(error.fault)
            raise
        return self._desk.prepare(request)

    async def _try(self, sent: Sent, progress: Progress) -> tuple[Attempt, Reply | CallError]:
        """Send once, when that is admitted, and note the try; raises CallError where it is not."""
        if self._transport is None:
            raise RuntimeError("the line is not entered")
        try:
            weigh = partial(tokens, progress.request, self._deployment)
            again = progress.began is not None
            async with self._admission.ticket(weigh, again=again) as ticket:
                progress.queued += ticket.queued
                sent = self._desk.lightened(sent, progress.request)
                attempt = Attempt(sent.written, self._deployment.timeout, self._clock)
                self._begin(attempt, progress)
                answer = await self._answer(attempt, sent, self._transport)
                failure = _failure(attempt, answer) if isinstance(answer, CallError) else None
                if attempt.head is not None:
                    self._admission.rates.learn(attempt.head.headers)
                progress.lighter = self._desk.gives_in(sent, failure)
                if progress.lighter:
                    self._admission.give_back(ticket)
                else:
                    self._admission.settle(ticket, failure, _usage(answer))
        except NotSent as stop:
            if progress.failure is None:
                raise
            raise progress.not_again(progress.failure, stop.fault) from progress.failure.__cause__
        progress.tries.append(_noted(attempt, answer, progress.waited))
        return attempt, answer

    async def _answer(
        self, attempt: Attempt, sent: Sent, transport: Transport
    ) -> Reply | CallError:
        try:
            reply = await attempt.run(transport, sent.wire)
        except CallError as error:
            if error.fault.kind != "not_found" or self._admission.breaker.proven:
                return error
            hint = await self._models.hint(transport)
            return CallError(error.fault.model_copy(update={"message": error.fault.message + hint}))
        return self._strict(reply, attempt, sent)

    def _strict(self, reply: Reply, attempt: Attempt, sent: Sent) -> Reply | CallError:
        """Take a reply that needed tolerance for an error, where the author asks for that."""
        if not (self._deployment.strict_wire and isinstance(reply, ChatReply) and reply.warnings):
            return reply
        seen = [f"{one.name} ({one.detail})" if one.detail else one.name for one in reply.warnings]
        message = f"{sent.written.asked.host} departs from the protocol: {', '.join(seen)}"
        kind: FaultKind = "stream_protocol" if reply.streamed else "response_invalid"
        return faults.fault(kind, message, attempt.head, reply)

    def _begin(self, attempt: Attempt, progress: Progress) -> None:
        """Start the first try's clock; raises the last error where a retry got its place late."""
        if progress.began is None:
            progress.began = attempt.started
        elif progress.failure is not None:
            spent, total = attempt.started - progress.began, self._deployment.retry.total
            if spent >= total:
                why = f"no place for another try within {total:g} s"
                raise progress.given_up(progress.failure, why) from progress.failure.__cause__

    async def _wait(self, attempt: Attempt, error: CallError, progress: Progress) -> float:
        """Wait for the next try; raises the error of the call where there is to be none."""
        failure, spent = _failure(attempt, error), self._clock.now() - (progress.began or 0.0)
        decision = decide(self._deployment.retry, progress.tries, failure, spent, self._clock)
        if decision.wait is None:
            raise progress.given_up(error, decision.why) from error.__cause__
        if (stopped := self._admission.breaker.stopped) is not None:
            raise progress.not_again(error, stopped) from error.__cause__
        progress.failure = error
        await self._admission.breaker.rest(decision.wait)
        return decision.wait


def _failure(attempt: Attempt, error: CallError) -> Failure:
    return Failure(error.fault, attempt.head.headers if attempt.head else {}, attempt.answered)


def _noted(attempt: Attempt, answer: Reply | CallError, waited: float) -> Try:
    failed = isinstance(answer, CallError)
    usage = _usage(answer) if failed else None
    return Try(
        status=attempt.head.status if attempt.head else None,
        kind=answer.fault.kind if isinstance(answer, CallError) else None,
        waited=waited,
        seconds=attempt.seconds,
        request_id=attempt.head.request_id if attempt.head else None,
        received=attempt.received,
        wasted=usage.total if usage else None,
    )


def _usage(answer: Reply | CallError) -> Usage | None:
    if isinstance(answer, CallError):
        return answer.fault.partial.usage if answer.fault.partial else None
    return answer.usage


def _of_type(wanted: type[R], reply: Reply) -> R:
    if not isinstance(reply, wanted):
        raise TypeError(f"read a {type(reply).__name__} in place of a {wanted.__name__}")
    return reply


def _complete(reply: Reply, attempt: Attempt, progress: Progress) -> Reply:
    """Add what the call knows to the reply; all of it is typed already, so nothing is validated."""
    timing = reply.timing and reply.timing.model_copy(update={"queued": progress.queued})
    safe = kept(attempt.head.headers) if attempt.head else {}
    return reply.model_copy(
        update={"timing": timing, "tries": tuple(progress.tries), "headers": safe}
    )
