"""A line to a deployment: from a ChatRequest to its ChatReply, with limits, retries and timing."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlencode

from evalkit.dialect.faults import fault
from evalkit.dialect.speech import Speech, Written
from evalkit.model.api import Services, Transport, WireRequest
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Try
from evalkit.model.consultation import (
    EmbeddingReply,
    EmbeddingRequest,
    ModerationReply,
    ModerationRequest,
    Reply,
    Request,
)
from evalkit.model.deployment import Deployment
from evalkit.wire.address import endpoint, place
from evalkit.wire.attempt import Attempt
from evalkit.wire.clock import Clock
from evalkit.wire.headers import kept, outgoing
from evalkit.wire.http import Network
from evalkit.wire.limits import Gate
from evalkit.wire.retry import Failure, decide

R = TypeVar("R")

NEGOTIABLE_STATUSES = frozenset({400, 422})


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as its API writes it, and as it is sent."""

    written: Written
    wire: WireRequest


@dataclass(slots=True)
class Progress:
    """What a call has come to so far.

    `queued` is the seconds without a place among those in flight, `waited` those before the next
    try, `began` the start of the first one, and `failure` how the last one ended.
    """

    tries: list[Try] = field(default_factory=list)
    queued: float = 0.0
    waited: float = 0.0
    began: float | None = None
    failure: CallError | None = None

    def given_up(self, error: CallError, why: str) -> CallError:
        """Give the error of the whole call."""
        message = f"{error.fault.message}; {why}" if why else error.fault.message
        update = {"message": message, "tries": tuple(self.tries)}
        return CallError(error.fault.model_copy(update=update))


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
        self._speech = speech
        self._services = services
        self._clock = clock or Clock()
        self._gate = Gate(deployment.limits.concurrency, self._clock)
        self._stack = AsyncExitStack()
        self._transport: Transport | None = services.transport
        self._refused: frozenset[str] = frozenset()

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
        sent, progress = self._sent(request), Progress()
        while True:
            attempt, answer = await self._try(sent, progress)
            if not isinstance(answer, CallError):
                return _complete(answer, attempt, progress)
            if refused := self._refusals(sent, answer):
                self._refused |= refused
                sent = self._sent(request)
                progress.waited = 0.0
            else:
                progress.waited = await self._wait(attempt, answer, progress)

    async def _try(self, sent: Sent, progress: Progress) -> tuple[Attempt, Reply | CallError]:
        """Send once, when there is a place, and note the try."""
        if self._transport is None:
            raise RuntimeError("the line is not entered")
        async with self._gate.place() as queued:
            progress.queued += queued
            attempt = Attempt(sent.written, self._deployment.timeout, self._clock)
            self._begin(attempt, progress)
            answer: Reply | CallError
            try:
                answer = await attempt.run(self._transport, sent.wire)
            except CallError as error:
                answer = error
        progress.tries.append(_noted(attempt, answer, progress.waited))
        return attempt, answer

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
        failure = Failure(error.fault, attempt.head.headers if attempt.head else {})
        spent = self._clock.now() - (progress.began or 0.0)
        decision = decide(self._deployment.retry, progress.tries, failure, spent, self._clock)
        if decision.wait is None:
            raise progress.given_up(error, decision.why) from error.__cause__
        progress.failure = error
        await self._clock.sleep(decision.wait)
        return decision.wait

    def _refusals(self, sent: Sent, error: CallError) -> frozenset[str]:
        """Name the optional parts of a request that the server refuses; others it may take."""
        if error.fault.status not in NEGOTIABLE_STATUSES:
            return frozenset()
        optional = frozenset(sent.written.optional) - self._refused
        return frozenset(name for name in optional if name in error.fault.message)

    def _sent(self, request: Request) -> Sent:
        deployment = self._deployment
        try:
            written = self._speech.write(request, self._refused)
        except OSError as error:
            raise fault("config", f"an attachment cannot be read: {error}") from error
        profile = deployment.profile
        url = endpoint(deployment.base_url, written.path, urlencode(profile.query))
        key = deployment.api_key.name if deployment.api_key else None
        asked = replace(written.asked, host=place(url), size=len(written.body), key=key)
        headers = outgoing(deployment, stream=asked.stream)
        return Sent(
            replace(written, asked=asked),
            WireRequest(written.method, url.geturl(), headers, written.body),
        )


def _noted(attempt: Attempt, answer: Reply | CallError, waited: float) -> Try:
    return Try(
        status=attempt.head.status if attempt.head else None,
        kind=answer.fault.kind if isinstance(answer, CallError) else None,
        waited=waited,
        seconds=attempt.seconds,
        request_id=attempt.head.request_id if attempt.head else None,
    )


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
