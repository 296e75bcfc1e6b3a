"""Calls of the author's own Python, and what is told of those that fail."""

import asyncio
from typing import Any

import pytest

from evalkit.author import Author
from evalkit.errors import CheckError
from evalkit.model.dialogue import Call
from evalkit.runner.calls import returned


def answer(call: Call) -> object:
    async def work() -> object:
        author = Author("test")
        try:
            return await returned(author, call)
        finally:
            author.dismiss()

    return asyncio.run(work())


def broken(text: str) -> None:
    raise LookupError(f"no {text}")


async def broken_later(text: str) -> None:
    broken(text)


def test_a_call_gives_what_it_returns() -> None:
    assert answer(Call(int)) == 0


@pytest.mark.parametrize("function", [broken, broken_later], ids=["a thread", "the loop"])
def test_what_it_raises_is_an_error_with_a_traceback_of_the_authors_lines(function: Any) -> None:
    with pytest.raises(CheckError) as raised:
        answer(Call(function, {"text": "luck"}))

    error = raised.value
    assert (error.kind, str(error)) == (
        "check_bug",
        f"{function.__name__} raised LookupError: no luck",
    )
    assert 'raise LookupError(f"no {text}")' in error.detail
    assert "author.py" not in error.detail


def test_one_that_takes_too_long_is_an_error() -> None:
    with pytest.raises(CheckError) as raised:
        answer(Call(_forever, seconds=0.05))

    assert (raised.value.kind, str(raised.value)) == (
        "check_timeout",
        "_forever did not return within 0.05 s",
    )


async def _forever() -> None:
    await asyncio.Event().wait()
