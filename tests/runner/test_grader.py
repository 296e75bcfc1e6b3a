"""The grader's thread: what it does, in which order, and how results come back."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextvars import Context
from functools import partial
from typing import TypeVar, TypeVarTuple

import pytest

from evalkit.runner.grader import Grader

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def with_grader(work: Callable[[Grader], Awaitable[T]]) -> T:
    async def run() -> T:
        grader = Grader(asyncio.get_running_loop())
        try:
            return await work(grader)
        finally:
            grader.close(2)

    return asyncio.run(run())


def test_jobs_are_done_on_the_grader_s_thread() -> None:
    async def work(grader: Grader) -> str:
        return await grader.run(lambda: threading.current_thread().name)

    assert with_grader(work) == "evalkit-grader"


def test_jobs_are_done_in_the_order_they_came() -> None:
    done: list[int] = []

    async def work(grader: Grader) -> None:
        await asyncio.gather(*(grader.run(partial(done.append, number)) for number in range(50)))

    with_grader(work)
    assert done == list(range(50))


def test_each_job_gets_its_own_result() -> None:
    async def work(grader: Grader) -> list[int]:
        return await asyncio.gather(*(grader.run(partial(pow, number, 2)) for number in range(50)))

    assert with_grader(work) == [number * number for number in range(50)]


def test_what_a_job_raises_travels_back() -> None:
    async def work(grader: Grader) -> None:
        await grader.run(partial(dict[str, str]().__getitem__, "calories"))

    with pytest.raises(KeyError, match="calories"):
        with_grader(work)


def test_a_job_that_exits_ends_neither_thread_nor_loop() -> None:
    def leave() -> None:
        raise SystemExit("leaving")

    async def work(grader: Grader) -> str:
        with pytest.raises(RuntimeError, match="SystemExit: leaving"):
            await grader.run(leave)
        return await grader.run(lambda: "still there")

    assert with_grader(work) == "still there"


def test_results_that_are_ready_together_wake_the_loop_once() -> None:
    class Counting(asyncio.SelectorEventLoop):
        wakes = 0

        def call_soon_threadsafe(
            self,
            callback: Callable[[*Ts], object],
            *args: *Ts,
            context: Context | None = None,
        ) -> asyncio.Handle:
            type(self).wakes += 1
            return super().call_soon_threadsafe(callback, *args, context=context)

    async def work() -> None:
        grader = Grader(asyncio.get_running_loop())
        allowed = threading.Event()
        finished = threading.Event()
        grader.post(lambda: allowed.wait(2))
        jobs = [grader.run(lambda: None) for _ in range(100)]
        grader.post(finished.set)
        allowed.set()
        finished.wait(2)
        await asyncio.gather(*jobs)
        grader.close(2)

    with asyncio.Runner(loop_factory=Counting) as runner:
        runner.run(work())
    assert Counting.wakes == 1


def test_a_cancelled_job_is_not_done() -> None:
    done: list[str] = []

    async def work(grader: Grader) -> None:
        allowed = threading.Event()
        grader.post(lambda: allowed.wait(2))
        grader.run(lambda: done.append("cancelled")).cancel()
        allowed.set()
        await grader.run(lambda: done.append("wanted"))

    with_grader(work)
    assert done == ["wanted"]


def test_a_job_cancelled_while_it_is_done_disturbs_nobody() -> None:
    async def work(grader: Grader) -> str:
        under_way, allowed = threading.Event(), threading.Event()

        def slow() -> None:
            under_way.set()
            allowed.wait(2)

        job = grader.run(slow)
        await asyncio.to_thread(under_way.wait, 2)
        job.cancel()
        allowed.set()
        return await grader.run(lambda: "next")

    assert with_grader(work) == "next"


def test_closing_does_what_was_posted_before() -> None:
    done: list[int] = []

    async def work(grader: Grader) -> None:
        for number in range(20):
            grader.post(partial(done.append, number))
        grader.close(2)

    with_grader(work)
    assert done == list(range(20))


def test_closing_waits_no_longer_than_its_patience() -> None:
    loop = asyncio.new_event_loop()
    grader = Grader(loop)
    stuck, allowed = threading.Event(), threading.Event()

    def block() -> None:
        stuck.set()
        allowed.wait(5)

    grader.post(block)
    stuck.wait(5)
    grader.close(0.05)
    alive = "evalkit-grader" in {thread.name for thread in threading.enumerate()}
    allowed.set()
    grader.close(5)
    loop.close()
    assert alive


def test_a_result_that_comes_after_the_loop_is_closed_is_dropped() -> None:
    loop = asyncio.new_event_loop()
    grader = Grader(loop)
    allowed = threading.Event()
    grader.run(lambda: allowed.wait(2))
    loop.close()
    allowed.set()
    grader.close(2)
    assert "evalkit-grader" not in {thread.name for thread in threading.enumerate()}
