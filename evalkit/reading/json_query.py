"""A JSONPath query (RFC 9535), ready to select the values of a reply in a bounded number of steps.

The library reads the path. Selecting is our own: it keeps no copy of a path at every value, takes
no stack for depth, and counts its steps.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

from evalkit.model.data import Json
from evalkit.reading.bounded import Budget
from evalkit.reading.excerpt import shorten
from evalkit.reading.json_nodes import Node, Search, Segment
from evalkit.reading.json_syntax import segments
from evalkit.reading.steps import Steps

if TYPE_CHECKING:
    from jsonpath import JSONPath, JSONPathEnvironment
    from jsonpath.exceptions import JSONPathError

TOKEN = re.compile(r"'?TOKEN_([A-Z_]+)'?")
WORDS = {"ROOT": "'$'", "COMMA": "',' or ']'", "COLON": "':'", "EOF": "the end", "NAME": "a name"}


class Query(NamedTuple):
    """A compiled path."""

    path: str
    segments: tuple[Segment, ...]

    @property
    def is_root(self) -> bool:
        """Whether it selects the whole value, and nothing else."""
        return not self.segments

    def select(self, value: Json, budget: Budget | None = None) -> list[Node]:
        """Give what it selects; raises CheckError where that takes too much."""
        search = Search(value, Steps(f"path {shorten(self.path)!r}"), budget or Budget())
        return search.run(value, self.segments)


@lru_cache(maxsize=1024)
def query_of(path: str) -> Query:
    """Compile a path; raises ValueError with the position of what is wrong in it."""
    from jsonpath.exceptions import JSONPathError

    shown = repr(shorten(path, 200))
    try:
        read = _environment().compile(path)
        return Query(path, segments(cast("JSONPath", read)))  # only lenient paths are compound
    except RecursionError as error:
        raise ValueError(f"{shown} is too deeply nested a JSONPath") from error
    except JSONPathError as error:
        raise ValueError(f"{shown} is no JSONPath: {_told(error, path)}") from error
    except ValueError as error:
        raise ValueError(f"{shown} is no JSONPath: {error}") from error


def _told(error: "JSONPathError", path: str) -> str:
    message = TOKEN.sub(_word, str(error.message))
    place = error.token.index if error.token else None
    if place is None:
        return message
    return f"{message} at position {(place if place >= 0 else len(path)) + 1}"


def _word(token: re.Match[str]) -> str:
    return WORDS.get(token[1], token[1].lower().replace("_", " "))


@lru_cache(maxsize=1)
def _environment() -> "JSONPathEnvironment":
    from jsonpath import JSONPathEnvironment

    return JSONPathEnvironment(strict=True)
