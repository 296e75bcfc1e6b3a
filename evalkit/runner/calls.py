"""Calls of the author's own Python that a check makes: what they return, or why they did not."""

import traceback
from types import TracebackType

from evalkit.author import Author, Ended
from evalkit.errors import CheckError
from evalkit.model.dialogue import Call


async def returned(author: Author, call: Call) -> object:
    """Give what a call returns; raises CheckError where it raises, or takes too long."""
    name = getattr(call.function, "__qualname__", type(call.function).__name__)
    try:
        ended = await author.call(call.function, call.arguments, call.seconds)
    except TimeoutError:
        message = f"{name} did not return within {call.seconds:g} s"
        raise CheckError("check_timeout", message) from None
    if ended.error is not None:
        raise _bug(name, ended)
    return ended.value


def _bug(name: str, ended: Ended) -> CheckError:
    error = ended.error or RuntimeError()
    told = f"{name} raised {type(error).__name__}: {error}"
    frames = traceback.format_exception(type(error), error, _own(error.__traceback__))
    return CheckError("check_bug", told, "".join(frames).strip())


def _own(trace: TracebackType | None) -> TracebackType | None:
    """Leave out the frame that made the call: an author has nothing to look for there."""
    return trace.tb_next if trace and trace.tb_next else trace
