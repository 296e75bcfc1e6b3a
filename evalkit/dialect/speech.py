"""The port between HTTP and the form of an API: what is written, and how its reply is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.dialect.notes import Notes
from evalkit.model.chat import ChatReply
from evalkit.model.consultation import Reply, Request


class Folding(Protocol):
    """A streamed reply while its events arrive.

    `done` says that its end was announced, `usable` that an event could be read, and `contents`
    counts the events that held something of the reply.
    """

    done: bool
    usable: bool
    contents: int
    notes: Notes

    def take(self, event: str, data: str, offset: int) -> None:
        """Take an event, which began at byte `offset`; raises CallError where it is an error."""
        ...

    def end(self, raw: bytes, unfinished: str, broken: str = "") -> ChatReply:
        """Give the reply at the end of the stream; raises CallError where it is not whole.

        `raw` is what had come before the first usable event, `unfinished` the data of a last event
        that lacks its blank line, and `broken` says how the connection broke, where it did.
        """
        ...

    def partial(self) -> ChatReply:
        """Give what has arrived."""
        ...


Read: TypeAlias = Callable[[Asked, Head, bytes], Reply]
"""Reads the whole body of a response; raises CallError where it is no answer."""

Fold: TypeAlias = Callable[[Asked, Head], Folding]
"""Begins to read a streamed response."""


@dataclass(frozen=True, slots=True)
class Written:
    """A request in the form of its API.

    `path` stands behind base_url, which `method` asks. `fold` reads an event stream; without it
    there is none to read; with `lines` also a stream of JSON lines, each of which is an event.
    `optional` names parts of the body that are left out once a server has refused them by name.
    """

    path: str
    body: bytes
    asked: Asked
    read: Read
    fold: Fold | None = None
    optional: tuple[str, ...] = ()
    method: str = "POST"
    lines: bool = False


class Speech(Protocol):
    """The form of an API for one deployment."""

    def write(self, request: Request, refused: frozenset[str]) -> Written:
        """Write a request without its `refused` parts.

        Raises CallError where the API has no form for it, and OSError where an attachment cannot be
        read.
        """
        ...
