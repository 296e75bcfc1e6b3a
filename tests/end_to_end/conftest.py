"""Projects on disk, run as a user runs them, against a server that counts what it is asked."""

import asyncio
import os
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Self

import pytest

from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

DEPLOYMENT = """
deployments:
  good:
    base_url: ${EVALKIT_TEST_URL}
    limits: {concurrency: 4}
"""

SUITE = """
conversations:
  - id: greeting
    tags: [smoke]
    turns:
      - user: hello
        expect: [{contains: hello}]
      - user: and again
        expect: [{contains: again}]
  - id: farewell
    turns:
      - user: goodbye
        expect: [{contains: goodbye}]
  - id: failing
    turns:
      - user: say something
        expect: [{contains: something else}]
"""


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Project:
    """A folder with suites in it, and the commands a user types there."""

    root: Path
    environ: dict[str, str]

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def pytest(self, *arguments: str) -> Ran:
        return self.run(sys.executable, "-m", "pytest", *arguments)

    def evalkit(self, *arguments: str) -> Ran:
        return self.run(sys.executable, "-m", "evalkit", *arguments)

    def evalkit_run(self, *arguments: str) -> Ran:
        """Run suites, with the plugin's options under their short names."""
        return self.evalkit("run", *(word.replace("--evalkit-", "--") for word in arguments))

    @staticmethod
    def option(name: str, value: str) -> tuple[str]:
        return (f"--evalkit-{name}={value}",)

    def run(self, *command: str) -> Ran:
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environ,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    @property
    def records(self) -> list[Path]:
        return sorted(self.root.glob("reports/*/run*.jsonl"))


@pytest.fixture(scope="session")
def environ() -> dict[str, str]:
    """Keep what a command needs of this process's environment, and nothing of pytest's."""
    dropped = ("PYTEST", "COV_", "EVALKIT")
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)}


@pytest.fixture(scope="session")
def at() -> type[Project]:
    """Give what makes a project of a folder and an environment."""
    return Project


@pytest.fixture
def server() -> Iterator[ServerThread]:
    """Serve a deployment that repeats what it was told."""
    with ServerThread(Script.model_validate({"rules": [{"reply": {"echo": True}}]})) as thread:
        yield thread


@pytest.fixture
def project(tmp_path: Path, environ: dict[str, str], server: ServerThread) -> Project:
    """Write a suite of three conversations, of which the last fails, for the counting server."""
    made = Project(tmp_path, {**environ, "EVALKIT_TEST_URL": server.base_url})
    made.write("pytest.ini", "[pytest]\n")
    made.write("suites/deployments.yaml", DEPLOYMENT)
    made.write("suites/first.yaml", SUITE)
    return made


@pytest.fixture
def half_silent() -> Iterator[ServerThread]:
    """Serve a deployment that answers one text and is silent on all others."""
    rules = [
        {"reply": "goodbye", "when": {"user": "goodbye"}},
        {"reply": {"fault": "silence"}},
    ]
    with ServerThread(Script.model_validate({"rules": rules})) as thread:
        yield thread


Bare = Callable[[dict[str, str]], Project]


@pytest.fixture
def bare(tmp_path: Path, environ: dict[str, str]) -> Bare:
    """Write a project of the given files alone, without any server."""

    def make(files: dict[str, str]) -> Project:
        made = Project(tmp_path, environ)
        made.write("pytest.ini", "[pytest]\n")
        for path, text in files.items():
            made.write(path, text)
        return made

    return make


class RawServer:
    """Serves raw bytes from a thread, as the way that is the first part of a path says.

    A way is called with the method, the number of the request on it, and how many are under way; it
    gives `parts`, bytes and seconds to wait, and whether `then` the connection stays open, is
    closed or reset, or falls silent. `asked` is what came on each way.
    """

    def __init__(self, ways: Mapping[str, Any]) -> None:
        self._ways = ways
        self._flying: dict[str, int] = {}
        self._servers: list[asyncio.Server] = []
        self._serving: set[asyncio.Task[Any] | None] = set()
        self.asked: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def listen(self, tls: ssl.SSLContext | None = None) -> int:
        """Serve on one more port, and give its number."""
        return asyncio.run_coroutine_threadsafe(self._listen(0, tls), self._loop).result()

    def listen_later(self, port: int, seconds: float) -> None:
        """Serve on this port as well, from a while on."""
        self._loop.call_later(seconds, lambda: self._loop.create_task(self._listen(port, None)))

    async def _listen(self, port: int, tls: ssl.SSLContext | None) -> int:
        server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=tls, backlog=256)
        self._servers.append(server)
        number: int = server.sockets[0].getsockname()[1]
        return number

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answer(reader, writer):
                await writer.drain()
        writer.close()
        self._serving.discard(asyncio.current_task())

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer a request; False where the connection ends with it."""
        if not (start := await reader.readexactly(1)).isalpha():
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return False
        head = start.decode() + (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path = head.split()[:2]
        size = head.lower().partition("content-length:")[2].split()
        await reader.readexactly(int(size[0]) if size else 0)
        way = path.split("/")[1]
        asked = self.asked.setdefault(way, [])
        asked.append(f"{method} {path}")
        self._flying[way] = self._flying.get(way, 0) + 1
        try:
            reply = self._ways[way](method, len(asked), self._flying[way])
            return await _send(reply, writer)
        finally:
            self._flying[way] -= 1


async def _send(reply: Any, writer: asyncio.StreamWriter) -> bool:
    for part in reply.parts:
        if isinstance(part, bytes):
            writer.write(part)
            await writer.drain()
        else:
            await asyncio.sleep(part)
    if reply.then == "silence":
        await asyncio.Event().wait()
    if reply.then == "reset":
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    return bool(reply.then == "open")


@pytest.fixture(scope="session")
def raw_server() -> type[RawServer]:
    return RawServer
