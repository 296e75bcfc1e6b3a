"""What every benchmark needs: whole commands measured from outside, and figures printed."""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Measured:
    """A command's exit code, its output, and its wall and CPU seconds."""

    code: int
    out: str
    wall: float
    cpu: float


Measure = Callable[..., Measured]


@pytest.fixture(scope="session")
def measure() -> Measure:
    """Run a command once and measure it."""

    def run(
        command: Sequence[str], cwd: Path | None = None, environ: dict[str, str] | None = None
    ) -> Measured:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **(environ or {})},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Measured(done.returncode, done.stdout + done.stderr, wall, cpu)

    return run


Cpu = Callable[[Sequence[str]], float]


@pytest.fixture(scope="session")
def cpu(measure: Measure) -> Cpu:
    """Give the median CPU seconds of five runs of a command, after one that does not count."""

    def median(command: Sequence[str]) -> float:
        measure(command)
        return statistics.median(measure(command).cpu for _ in range(5))

    return median
