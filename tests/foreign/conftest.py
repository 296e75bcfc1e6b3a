"""Software of others: where it is installed, its servers, and suites that run against them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from evalkit.model.outcome import Outcome
from evalkit.records import reader

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
LLMOCK = HERE.parents[1] / ".venv-foreign" / "bin" / "llmock"
ADDRESS = re.compile(r"(?:listening|running) on (http://\S+)")


@dataclass(frozen=True)
class Ran:
    """A finished run: its exit code, what it printed, and the outcome of each item by its id."""

    code: int
    out: str
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True)
class Node:
    """A Node.js that has the packages of this folder."""

    command: str

    def ask(self, what: str, base_url: str) -> Any:
        """Let the program of this folder ask a server; give the JSON that it prints."""
        asked = (self.command, str(HERE / "client.mjs"), what, base_url)
        done = subprocess.run(asked, capture_output=True, encoding="utf-8", timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def miss(what: str) -> NoReturn:
    """Skip a test for want of something, where whoever runs it has not promised to install it."""
    if "CI" in os.environ:
        pytest.fail(f"needs {what}", pytrace=False)
    pytest.skip(f"needs {what}")


@contextmanager
def serving(*command: str) -> Iterator[str]:
    """Run a server until left; give the address that it says it listens on."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as server:
        try:
            yield _address(server)
        finally:
            server.terminate()


def _address(server: subprocess.Popen[str]) -> str:
    said: list[str] = []
    for line in server.stdout or ():
        said.append(line)
        if found := ADDRESS.search(line):
            return found[1]
    raise RuntimeError(f"the server ended before it listened:\n{''.join(said)}")


@pytest.fixture(scope="session")
def node() -> Node:
    command = shutil.which("node")
    if command is None or not (MODULES / "openai").is_dir():
        miss("Node.js, and what `npm ci --prefix tests/foreign` installs")
    return Node(command)


@pytest.fixture(scope="session")
def aimock(node: Node) -> Iterator[str]:
    """Serve the answers of this folder with the npm package aimock."""
    script = MODULES / "@copilotkit/aimock/dist/cli.js"
    answers = HERE / "answers.json"
    with serving(node.command, str(script), "-p", "0", "-f", str(answers)) as address:
        yield address


@pytest.fixture(scope="session")
def _llmock() -> Iterator[str]:
    if not LLMOCK.is_file():
        miss("llmock in .venv-foreign, installed from tests/foreign/requirements.lock")
    with serving(str(LLMOCK), "serve", "--port", "0", "--response-style", "echo") as address:
        yield address


@pytest.fixture
def control(_llmock: str) -> Iterator[httpx.Client]:
    """Give the desk of the PyPI package llmock, its server without a memory of other tests."""
    with httpx.Client(base_url=_llmock, trust_env=False) as client:
        client.post("/_llmock/reset").raise_for_status()
        yield client


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Ran]:
    """Write a suite that names its `${SERVER}`, run it as a user does, and read the record."""

    def write_and_run(suite: str, server: str) -> Ran:
        root = tmp_path_factory.mktemp("project")
        (root / "pytest.ini").write_text("[pytest]\n")
        (root / "suites").mkdir()
        (root / "suites/foreign.yaml").write_text(suite)
        dropped = ("PYTEST", "COV_", "EVALKIT")
        kept = {name: said for name, said in os.environ.items() if not name.startswith(dropped)}
        done = subprocess.run(
            (sys.executable, "-m", "evalkit", "run"),
            cwd=root,
            env={**kept, "SERVER": server},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        records = list(root.glob("reports/*/run.jsonl"))
        assert len(records) == 1, done.stdout + done.stderr
        outcomes = reader.read(records[0].parent).outcomes
        named = {outcome.item.partition("::")[2]: outcome for outcome in outcomes}
        return Ran(done.returncode, done.stdout, named)

    return write_and_run
