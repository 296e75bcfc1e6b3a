"""Projects on disk, run as a user runs them, against a server that counts what it is asked."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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
