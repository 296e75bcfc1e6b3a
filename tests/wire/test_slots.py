"""Places that processes share: real processes, real lock files."""

import asyncio
import subprocess
import sys
from collections import Counter
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from evalkit.model.api import Share
from evalkit.model.deployment import Limits
from evalkit.source import Span
from evalkit.wire.slots import Open, Slots, places, shared

PROCESSES = 4
ROUNDS = 15

TAKING = """
import asyncio, os, sys
from pathlib import Path
from evalkit.wire.slots import Slots

async def take(slots, log):
    async with slots.place():
        os.write(log, b"+")
        await asyncio.sleep(0.001)
        os.write(log, b"-")

async def main(folder, count, rounds):
    slots = Slots(Path(folder), "d", int(count))
    log = os.open(Path(folder, "log"), os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    await asyncio.gather(*(take(slots, log) for _ in range(int(rounds))))

asyncio.run(main(*sys.argv[1:]))
"""

HOLDING = """
import asyncio, sys
from pathlib import Path
from evalkit.wire.slots import Slots

async def main(folder):
    async with Slots(Path(folder), "d", 1).place():
        print("held", flush=True)
        sys.stdin.read()

asyncio.run(main(sys.argv[1]))
"""


def start(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.parametrize("count", [1, 3])
def test_processes_hold_no_more_places_than_there_are(tmp_path: Path, count: int) -> None:
    arguments = (str(tmp_path), str(count), str(ROUNDS))
    running = [start(TAKING, *arguments) for _ in range(PROCESSES)]
    for process in running:
        process.communicate(timeout=60)

    log = (tmp_path / "log").read_text()
    held = list(accumulate(1 if step == "+" else -1 for step in log))
    assert [process.returncode for process in running] == [0] * PROCESSES
    assert Counter(log) == {"+": PROCESSES * ROUNDS, "-": PROCESSES * ROUNDS}
    assert (max(held), held[-1]) == (count, 0)


async def take(slots: Slots, seconds: float) -> bool:
    """Try for so long to hold a place."""
    try:
        async with asyncio.timeout(seconds), slots.place():
            return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("way", ["kill", "terminate"])
def test_a_process_that_is_killed_gives_its_place_back(tmp_path: Path, way: str) -> None:
    slots = Slots(tmp_path, "d", 1)
    with start(HOLDING, str(tmp_path)) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        before = asyncio.run(take(slots, 0.1))
        getattr(holder, way)()
        holder.wait(30)
        after = asyncio.run(take(slots, 30))

    assert (before, after) == (False, True)


def test_a_program_that_a_holder_starts_does_not_hold_its_place(tmp_path: Path) -> None:
    slots = Slots(tmp_path, "d", 1)

    async def run() -> subprocess.Popen[bytes]:
        async with slots.place():
            return start("import sys; sys.stdin.read()")

    with asyncio.run(run()) as started:
        freed = asyncio.run(take(slots, 30))
        started.kill()

    assert freed


def test_the_places_of_one_deployment_are_not_those_of_another(tmp_path: Path) -> None:
    async def run() -> bool:
        async with Slots(tmp_path, "a", 1).place():
            return await take(Slots(tmp_path, "b", 1), 30)

    assert asyncio.run(run())


def test_a_place_is_given_back_where_the_request_fails(tmp_path: Path) -> None:
    slots = Slots(tmp_path / "made" / "when needed", "d", 1)

    async def run() -> bool:
        with pytest.raises(ValueError, match="broken"):
            async with slots.place():
                raise ValueError("broken")
        return await take(slots, 30)

    assert asyncio.run(run())


@pytest.mark.parametrize(
    ("concurrency", "processes", "wanted"),
    [
        (8, 1, [8]),
        (8, 2, [4, 4]),
        (8, 3, [3, 3, 2]),
        (2, 4, [1, 1, 1, 1]),
        ("adaptive", 4, [16, 16, 16, 16]),
    ],
)
def test_processes_divide_the_places(
    wire: Any, concurrency: Any, processes: int, wanted: list[int]
) -> None:
    called = wire.deployment("http://host", limits=Limits(concurrency=concurrency))

    assert [places(called, Share(index, processes)) for index in range(processes)] == wanted


@pytest.mark.parametrize(
    ("concurrency", "processes", "needed"),
    [(1, 1, False), (2, 2, False), (1, 2, True), (3, 4, True), ("adaptive", 8, False)],
)
def test_lock_files_are_used_only_where_there_are_fewer_places_than_processes(
    wire: Any, tmp_path: Path, concurrency: Any, processes: int, *, needed: bool
) -> None:
    called = wire.deployment("http://host", limits=Limits(concurrency=concurrency))

    made = shared(called, Share(0, processes, tmp_path))

    assert isinstance(made, Slots if needed else Open)


def test_the_same_name_in_another_file_is_another_deployment(wire: Any, tmp_path: Path) -> None:
    called = wire.deployment("http://host", limits=Limits(concurrency=1))
    other = called.model_copy(update={"span": Span("other.yaml")})
    share = Share(0, 2, tmp_path)

    async def run() -> None:
        async with shared(called, share).place(), shared(other, share).place():
            await asyncio.sleep(0)

    asyncio.run(run())

    assert len(list(tmp_path.iterdir())) == 2
