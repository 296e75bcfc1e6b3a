"""How close a run comes to what its deployment allows, and to a client that does nothing else."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from math import ceil
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

HERE = Path(__file__).parent
EVALKIT = [sys.executable, "-m", "evalkit", "run"]
TURN = '      - {{user: "question {}", expect: [contains: answer, starts_with: The]}}\n'


@dataclass(frozen=True)
class Load:
    """What is asked: conversations of so many turns, milliseconds apart from their replies."""

    conversations: int
    turns: int = 1
    in_flight: int = 64
    stream: bool = False
    latency: int = 0
    chunks: int = 1
    pause: int = 0

    @property
    def requests(self) -> int:
        return self.conversations * self.turns

    @property
    def bound(self) -> float:
        """The seconds that no client can do without."""
        return ceil(self.requests / self.in_flight) * self.latency / 1000

    @property
    def path(self) -> str:
        return f"{self.latency}/{self.chunks}/{self.pause}/v1"

    def __str__(self) -> str:
        how = f"streamed in {self.chunks}" if self.stream else "whole"
        return (
            f"{self.conversations:,} x {self.turns}, {self.latency} ms, "
            f"{self.in_flight} in flight, {how}"
        )


@dataclass(frozen=True)
class Raced:
    """What a client took: seconds from the first request to the last reply, of CPU, of all.

    `late` are the milliseconds by which it took each request for longer than the server did.
    """

    span: float
    cpu: float
    late: tuple[float, ...]
    wall: float = 0.0

    @property
    def median(self) -> float:
        return statistics.median(self.late)

    @property
    def slow(self) -> float:
        return sorted(self.late)[int(len(self.late) * 0.95)]


class Course:
    """The server, and the clients that are sent to it."""

    def __init__(self, port: int, folder: Path, measure: Callable[..., Any]) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._measure = measure
        self._numbers = count()

    def bare(self, load: Load) -> Raced:
        """Have the conversations with the bare client."""
        words = (load.conversations, load.turns, load.in_flight, "yes" if load.stream else "no")
        url = f"{self._base}/{load.path}/chat/completions"
        command = [sys.executable, str(HERE / "bare.py"), url, *map(str, words)]
        done = subprocess.run(command, capture_output=True, check=True)
        told = json.loads(done.stdout)
        return self._raced(load, told["seconds"], told["cpu"])

    def evalkit(self, load: Load) -> Raced:
        """Have the conversations with `evalkit run`; its CPU is that of the whole process."""
        folder = self._write(load)
        # what users install has none of the development plugins, which start for a second
        ran = self._measure(EVALKIT, cwd=folder, environ={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
        assert ran.code == 0, ran.out[-2_000:]
        return replace(self._raced(load, seconds(folder), ran.cpu), wall=ran.wall)

    def _raced(self, load: Load, told: dict[str, float], cpu: float) -> Raced:
        log = httpx.get(f"{self._base}/log", trust_env=False).json()
        entries = {name: (begun, ended) for name, begun, ended in log}
        assert len(entries) == len(told) == load.requests
        late = (told[name] - (ended - begun) for name, (begun, ended) in entries.items())
        first = min(begun for begun, _ in entries.values())
        last = max(ended for _, ended in entries.values())
        return Raced(last - first, cpu, tuple(1000 * value for value in late))

    def _write(self, load: Load) -> Path:
        folder = self._folder / str(next(self._numbers))
        (folder / "suites").mkdir(parents=True)
        deployment = {
            "base_url": f"{self._base}/{load.path}",
            "model": "m",
            "stream": load.stream,
            "limits": {"concurrency": load.in_flight},
        }
        shared = json.dumps({"deployments": {"fast": deployment}})
        (folder / "suites/deployments.yaml").write_text(shared)
        turns = "".join(TURN.format(number) for number in range(load.turns))
        names = range(load.conversations)
        told = "".join(f"  - id: c{name}\n    turns:\n{turns}" for name in names)
        (folder / "suites/many.yaml").write_text(f"conversations:\n{told}")
        return folder


def seconds(folder: Path) -> dict[str, float]:
    """Give what evalkit took each request for, by the server's id."""
    found: dict[str, float] = {}
    for record in folder.glob("reports/*/run.jsonl"):
        for line in record.read_text().splitlines():
            transcript = json.loads(line).get("transcript") or {}
            for exchange in transcript.get("exchanges", ()):
                reply = exchange["reply"]
                found[reply["tries"][-1]["request_id"]] = reply["timing"]["total"]
    return found


@pytest.fixture(scope="module")
def course(
    tmp_path_factory: pytest.TempPathFactory, measure: Callable[..., Any]
) -> Iterator[Course]:
    command = [sys.executable, str(HERE / "server.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            yield Course(port, tmp_path_factory.mktemp("course"), measure)
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def empty(course: Course) -> float:
    """Give the CPU seconds of a run of one conversation."""
    return min(course.evalkit(Load(1)).cpu for _ in range(3))


def show(load: Load, ran: Raced, bare: Raced) -> None:
    print(f"\n{load}: bound {load.bound:.2f} s")
    for name, one in (("evalkit", ran), ("aiohttp", bare)):
        print(
            f"  {name}: first request to last reply {one.span:.2f} s"
            f" ({load.bound / one.span:.1%} of the bound, {load.requests / one.span:,.0f}/s),"
            f"{f' whole process {one.wall:.2f} s,' if one.wall else ''} {one.cpu:.2f} s CPU,"
            f" late {one.median:.2f} ms (median), {one.slow:.2f} ms (95 %)"
        )


SHAPES = {
    f"{conversations} x {turns} at {in_flight}, {'streamed' if stream else 'whole'}": Load(
        conversations, turns, in_flight, stream, latency=200
    )
    for conversations, turns in ((5_000, 1), (300, 4))
    for in_flight in (64, 256)
    for stream in (False, True)
}


@pytest.mark.parametrize("load", SHAPES.values(), ids=SHAPES)
def test_a_run_is_bound_by_its_deployment_alone(course: Course, load: Load) -> None:
    ran, bare = course.evalkit(load), course.bare(load)
    show(load, ran, bare)
    # of a machine that is busy with something else, not even the bare client gets more
    best = min(1.0, load.bound / bare.span)
    assert load.bound / ran.span >= (0.95 if load.in_flight == 64 else 0.6) * best
    if load.in_flight == 64:
        assert load.bound / ran.span >= 0.90
        assert load.bound / ran.wall >= 0.65


def turn_cost(course: Course, load: Load, empty: float) -> float:
    """Give the milliseconds of CPU that a turn costs: the least of two runs, an empty one apart."""
    return min(1000 * (course.evalkit(load).cpu - empty) / load.requests for _ in range(2))


def bare_cost(course: Course, load: Load) -> float:
    return min(1000 * course.bare(load).cpu / load.requests for _ in range(2))


def test_five_thousand_turns_are_run_within_seconds(course: Course, empty: float) -> None:
    load = Load(5_000)
    ran = min((course.evalkit(load) for _ in range(2)), key=lambda one: one.wall)
    bare, each = bare_cost(course, load), 1000 * (ran.cpu - empty) / load.requests
    print(
        f"\n{load}: {ran.wall:.2f} s, {each:.3f} ms CPU per turn all told; "
        f"bare aiohttp {bare:.3f} ms, an empty run {empty:.2f} s"
    )
    assert each <= 16 * bare


def test_a_turn_costs_about_the_same_however_many_are_in_flight(
    course: Course, empty: float
) -> None:
    few, many = (turn_cost(course, Load(2_000, in_flight=size), empty) for size in (16, 256))
    print(f"\nCPU per turn: {few:.3f} ms at 16 in flight, {many:.3f} ms at 256")
    assert many <= 1.3 * few


def test_chunks_that_come_at_once_cost_little(course: Course, empty: float) -> None:
    one = Load(1_000, stream=True)
    hundred = replace(one, chunks=100)
    ours = turn_cost(course, hundred, empty) - turn_cost(course, one, empty)
    bare = bare_cost(course, hundred) - bare_cost(course, one)
    print(f"\n100 chunks cost {ours:.3f} ms CPU beyond one; bare aiohttp {bare:.3f} ms")
    assert ours <= 1.5 * bare


def test_chunks_that_come_one_by_one_cost_little_more_than_aiohttp(
    course: Course, empty: float
) -> None:
    one = Load(500, stream=True)
    paced = replace(one, chunks=100, pause=5)
    ours = turn_cost(course, paced, empty) - turn_cost(course, one, empty)
    bare = bare_cost(course, paced) - bare_cost(course, one)
    print(f"\n100 paced chunks cost {ours:.3f} ms CPU beyond one; bare aiohttp {bare:.3f} ms")
    assert ours <= 1.5 * bare
