"""What a single JSON value must be: each condition in words, and whether a value meets it."""

from collections.abc import Callable
from typing import NamedTuple

from evalkit.model.data import Json
from evalkit.model.limit import Limit
from evalkit.reading.bounded import Budget
from evalkit.reading.json_value import JsonType, equal, is_a, with_article
from evalkit.reading.violation import show


class Condition(NamedTuple):
    """The words fit behind `is` and `are`, `expected` and `not`."""

    words: str
    holds: Callable[[Json, Budget], bool]


def equal_to(wanted: Json) -> Condition:
    return Condition(show(wanted), lambda value, _: equal(wanted, value))


def of_type(wanted: JsonType) -> Condition:
    return Condition(with_article(wanted), lambda value, _: is_a(value, wanted))


def matching(pattern: str) -> Condition:
    """Ask for a text in which a pattern of Python's `re` is found."""

    def holds(value: Json, budget: Budget) -> bool:
        return isinstance(value, str) and budget.search(pattern, value) is not None

    return Condition(f"a text that matches '{pattern}'", holds)


def within(limit: Limit) -> Condition:
    def holds(value: Json, _: Budget) -> bool:
        if isinstance(value, bool):
            return False
        return isinstance(value, int | float) and limit.allows(value)

    return Condition(str(limit), holds)


def as_long_as(limit: Limit) -> Condition:
    """Limit the characters of a text, the items of an array or the keys of an object."""

    def holds(value: Json, _: Budget) -> bool:
        return isinstance(value, str | list | dict) and limit.allows(len(value))

    return Condition(f"of length {limit}", holds)
