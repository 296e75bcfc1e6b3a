"""A server on a thread and loop of its own, for whoever has no loop."""

import asyncio
from threading import Event, Thread
from types import TracebackType
from typing import Self

from evalkit.errors import EvalkitError
from evalkit.server.app import Received, Server
from evalkit.server.script import Script


class ServerThread:
    """Serves a script while it is entered; `requests` are those that were answered so far."""

    def __init__(self, script: Script, *, port: int = 0, token: str | None = None) -> None:
        self._server = Server(script, port=port, token=token)
        self._ready = Event()
        self._error: EvalkitError | None = None
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = Thread(target=self._run, name="evalkit-server", daemon=True)

    @property
    def base_url(self) -> str:
        return self._server.base_url

    @property
    def requests(self) -> list[Received]:
        return self._server.requests

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._error:
            raise self._error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        try:
            async with self._server:
                self._ready.set()
                await self._stop.wait()
        except EvalkitError as error:
            self._error = error
            self._ready.set()
