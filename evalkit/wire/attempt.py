"""One try: an HTTP request, its clocks, and the reply or the fault that came of it."""

import asyncio
from collections.abc import AsyncIterator

from evalkit.dialect import faults
from evalkit.dialect.head import Head
from evalkit.dialect.speech import Fold, Folding, Written
from evalkit.model.api import Transport, WireRequest
from evalkit.model.chat import CallError, ChatReply, Timing
from evalkit.model.consultation import Reply
from evalkit.model.deployment import Timeout
from evalkit.wire.clock import Clock
from evalkit.wire.json_lines import Lines
from evalkit.wire.sse import MIB, Decoder, too_large

LARGEST_BODY = 64 * MIB
LARGEST_ERROR = MIB


class Attempt:
    """A try; `head`, `started`, `seconds` and `received` bytes tell of it whatever comes of it.

    `answered` says that a reply was read.
    The clocks to the first token and between tokens are wound by content alone: headers, comments
    and empty deltas do not count. An unstreamed request only has the total one.
    """

    def __init__(self, written: Written, timeout: Timeout, clock: Clock) -> None:
        self.head: Head | None = None
        self.seconds = 0.0
        self.received = 0
        self.answered = False
        self._asked = asked = written.asked
        self._written = written
        self._body = bytearray()
        self._timeout = timeout
        self._clock = clock
        self.started = clock.now()
        self._times: list[float] = []
        self._stream: Folding | None = None
        self._contents = 0
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + timeout.total
        first = timeout.first_token if asked.stream else timeout.total
        self._due = self._loop.time() + min(first, timeout.total)
        self._scope = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, transport: Transport, request: WireRequest) -> Reply:
        """Send the request and read its reply; raises CallError."""
        try:
            async with self._scope:
                self._watch()
                reply = await self._exchange(transport, request)
        except TimeoutError:
            self._stop()
            reply = self._cut_short()
        except CallError as error:
            self._stop()
            raise self._placed(error) from error.__cause__
        finally:
            self._unwatch()
        first = self._times[0] if self._times else None
        contents = tuple(round(seconds, 4) for seconds in self._times)
        self.answered = True
        timing = Timing(total=self.seconds, first_token=first, contents=contents)
        return reply.model_copy(update={"timing": timing})

    async def _exchange(self, transport: Transport, request: WireRequest) -> Reply:
        reply: Reply
        async with transport.send(request) as response:
            head = self.head = Head(response.status, response.headers)
            fold, lines = self._written.fold, self._written.lines and head.is_lines
            if fold is not None and head.succeeded and (head.is_stream or lines):
                reply = await self._read_stream(fold, head, response.chunks)
            else:
                body = await self._whole(head, response.chunks)
                self._stop()
                reply = self._written.read(self._asked, head, body)
            self._unwatch()
            self._scope.reschedule(None)
        return reply

    def _watch(self) -> None:
        """End the try once it is due; a clock that is wound later is looked at when it was."""
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._watch)
        else:
            self._scope.reschedule(self._due)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def _whole(self, head: Head, chunks: AsyncIterator[bytes]) -> bytes:
        """Read a body; of an error's only as much as comes, and as can be of use."""
        body = self._body
        try:
            async for chunk in chunks:
                body += chunk
                self.received = len(body)
                if len(body) > LARGEST_BODY:
                    raise too_large("body", LARGEST_BODY)
                if not head.succeeded and len(body) > LARGEST_ERROR:
                    break
        except CallError:
            if head.succeeded:
                raise
        return bytes(body)

    async def _read_stream(self, fold: Fold, head: Head, chunks: AsyncIterator[bytes]) -> ChatReply:
        decoder: Decoder | Lines = Lines() if head.is_lines else Decoder()
        stream = fold(self._asked, head)
        self._stream = stream
        before: list[bytes] = []
        broken = ""
        try:
            async for chunk in chunks:
                self.received += len(chunk)
                if not stream.usable:
                    before.append(chunk)
                if self._take(decoder, stream, chunk):
                    break
        except CallError as error:
            if error.fault.kind != "connect":
                raise
            broken = error.fault.message
        self._stop()
        unfinished = decoder.unfinished()
        if decoder.replaced:
            stream.notes.add("utf8_replaced")
        return stream.end(b"".join(before), unfinished, broken)

    def _take(self, decoder: Decoder | Lines, stream: Folding, chunk: bytes) -> bool:
        """Take a piece of the stream; True at its end."""
        for event in decoder.feed(chunk):
            stream.take(event.event, event.data, event.offset)
            if stream.done:
                break
        fresh = stream.contents - self._contents
        if fresh:
            self._contents = stream.contents
            self._wind(fresh)
        return stream.done

    def _wind(self, fresh: int) -> None:
        """Note when so many new contents came, and start the clock to the next one."""
        self._times += [self._clock.now() - self.started] * fresh
        if self._asked.stream:
            self._due = min(self._end, self._loop.time() + self._timeout.idle)
            if self._timer is not None and self._due < self._timer.when():
                self._timer.cancel()
                self._watch()

    def _stop(self) -> None:
        self.seconds = self._clock.now() - self.started

    def _cut_short(self) -> Reply:
        """Give the reply where its end, or its refusal, had come before the silence.

        Raises CallError where neither had.
        """
        head, stream, late = self.head, self._stream, self._late()
        if head is not None and not head.succeeded:
            return self._written.read(self._asked, head, bytes(self._body))
        if stream is None or not stream.usable:
            raise late
        try:
            reply = stream.end(b"", "", late.fault.message)
        except CallError:
            raise late from None
        self.seconds = self._times[-1] if self._times else self.seconds
        return reply

    def _late(self) -> CallError:
        host, timeout = self._asked.host, self._timeout
        partial = self._stream.partial() if self._stream else None
        if not self._asked.stream or self._loop.time() >= self._end:
            message = f"{host} did not finish its reply within {timeout.total:g} s"
            return faults.fault("timeout_total", message, self.head, partial)
        if self._contents:
            message = f"{host} sent nothing more of its reply for {timeout.idle:g} s"
            return faults.fault("timeout_idle", message, self.head, partial)
        message = f"{host} sent nothing of its reply within {timeout.first_token:g} s"
        return faults.fault("timeout_first_token", message, self.head, partial)

    def _placed(self, error: CallError) -> CallError:
        """Add what is known of the response to a fault of the layers below."""
        if error.fault.status is not None or self.head is None:
            return error
        partial = error.fault.partial or (self._stream.partial() if self._stream else None)
        return faults.fault(error.fault.kind, error.fault.message, self.head, partial)
