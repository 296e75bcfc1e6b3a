"""The author's own Python: where it runs, what comes back, and what does not."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from evalkit.author import Author, Ended, is_asynchronous, parameters

T = TypeVar("T")
LONG = 30.0


def run(work: Callable[[Author], Coroutine[Any, Any, T]]) -> T:
    async def whole() -> T:
        author = Author("test")
        try:
            return await work(author)
        finally:
            author.dismiss()

    return asyncio.run(whole())


def test_a_function_runs_on_a_thread_of_its_own_and_always_on_that_one() -> None:
    async def work(author: Author) -> list[object]:
        return [(await author.call(threading.get_ident, {}, LONG)).value for _ in range(2)]

    first, second = run(work)

    assert first == second != threading.get_ident()


def test_an_async_function_runs_on_the_loop() -> None:
    async def where() -> int:
        return threading.get_ident()

    async def work(author: Author) -> Ended:
        return await author.call(where, {}, LONG)

    assert run(work) == Ended(threading.get_ident())


def test_one_call_runs_at_a_time() -> None:
    running, most = [0], [0]

    def busy(done: threading.Event) -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        done.wait(0.01)
        running[0] -= 1

    async def work(author: Author) -> None:
        calls = (author.call(busy, {"done": threading.Event()}, LONG) for _ in range(5))
        await asyncio.gather(*calls)

    run(work)

    assert most == [1]


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)], ids=["an error", "an exit"])
def test_what_is_raised_comes_back(error: BaseException) -> None:
    def fail() -> None:
        raise error

    async def fail_later() -> None:
        raise error

    async def work(author: Author) -> list[Ended]:
        return [await author.call(call, {}, LONG) for call in (fail, fail_later)]

    assert run(work) == [Ended(error=error)] * 2


def test_a_call_that_takes_too_long_is_left_to_itself_and_the_next_one_runs() -> None:
    release = threading.Event()

    async def work(author: Author) -> Ended:
        with pytest.raises(TimeoutError):
            await author.call(release.wait, {}, 0.05)
        return await author.call(lambda: "next", {}, LONG)

    try:
        assert run(work) == Ended("next")
    finally:
        release.set()


def test_the_time_that_others_take_does_not_count() -> None:
    pause = threading.Event()

    async def work(author: Author) -> list[Ended]:
        calls = [author.call(pause.wait, {"timeout": 0.1}, 0.5) for _ in range(8)]
        return await asyncio.gather(*calls)

    assert run(work) == [Ended(value=False)] * 8


class Called:
    """Called as a function."""

    async def __call__(self) -> int:
        return 7


@pytest.mark.parametrize(
    ("function", "answer"),
    [(Called(), True), (Called.__call__, True), (len, False), (lambda: None, False)],
    ids=["an object", "a method", "a builtin", "a lambda"],
)
def test_asynchronous_is_what_gives_a_coroutine(
    function: Callable[..., Any],
    answer: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert is_asynchronous(function) is answer


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (lambda text, json: (text, json), {"text", "json"}),
        (lambda **rest: rest, None),
        (dict.fromkeys, {"iterable", "value"}),
        (dict, None),
    ],
    ids=["named", "any", "a builtin", "one without a signature"],
)
def test_parameters_are_those_that_can_be_given_by_name(
    function: Callable[..., Any], names: set[str] | None
) -> None:
    assert parameters(function) == names
