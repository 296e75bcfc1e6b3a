"""A server on a thread and loop of its own, for whoever has no loop."""

import asyncio
from collections.abc import Callable
from threading import Thread
from types import TracebackType
from typing import Self

from evalkit.server.app import Received, Server
from evalkit.server.door import LOOPBACK, Binding
from evalkit.server.script import Script


class ServerThread:
    """Serves a script while it is entered; takes what a Server takes."""

    def __init__(
        self,
        script: Script,
        binding: Binding = LOOPBACK,
        listen: Callable[[Received], None] | None = None,
    ) -> None:
        self._server = Server(script, binding, listen)

    @property
    def base_url(self) -> str:
        return self._server.base_url

    @property
    def requests(self) -> list[Received]:
        return self._server.requests

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="evalkit-server", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._server.__aenter__(), self._loop).result()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        leave = self._server.__aexit__(kind, error, traceback)
        try:
            asyncio.run_coroutine_threadsafe(leave, self._loop).result()
        finally:
            self._stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
