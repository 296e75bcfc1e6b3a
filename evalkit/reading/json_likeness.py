"""When two JSON values count as the same, and a key by which those that do are found."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from evalkit.model.data import Json, JsonObject
from evalkit.reading.steps import Steps

DEEPEST = 50
"""The levels of an expected value; what lies deeper in a reply is like nothing that is expected."""

HASHED = 2**61 - 1
"""From here on integers may be chosen so that all have one hash."""


WHOLE = 2**53
"""Up to here floats hold every integer."""

ROUNDING = 1e-12
"""More than the rounding of floats can add to a difference, as a share of the larger one."""


def verify(wanted: Json) -> None:
    """Raise ValueError for an expected value that no reply is compared with."""
    level, values = 0, [wanted]
    while values:
        level += 1
        held = [value for value in values if isinstance(value, dict | list)]
        values = [child for value in held for child in _children(value)]
    if level > DEEPEST:
        raise ValueError(f"the expected value is nested deeper than {DEEPEST} levels")


def _children(value: JsonObject | list[Json]) -> Iterable[Json]:
    return value.values() if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class Rules:
    """What does not count: how far numbers differ, the case of texts, an array's order.

    With `subset` what the reply has beyond the expected value does not count either.
    """

    tolerance: float = 0
    ignore_case: bool = False
    ignore_order: bool = False
    subset: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """The rules of one comparison, and the places that it leaves out.

    A place is an object or array, by identity, and a key or index of it.
    """

    rules: Rules
    steps: Steps
    excluded: frozenset[tuple[int, str | int]] = frozenset()
    keys: dict[int, Hashable] = field(default_factory=dict)

    def alike(self, wanted: Json, got: Json) -> bool:
        """Whether two values that are not both objects or both arrays count as the same."""
        if isinstance(wanted, bool) or isinstance(got, bool):
            return wanted is got
        if isinstance(wanted, int | float) and isinstance(got, int | float):
            return wanted == got or self._near(wanted, got)
        if isinstance(wanted, str) and isinstance(got, str) and self.rules.ignore_case:
            return wanted.casefold() == got.casefold()
        return wanted == got

    def _near(self, wanted: float, got: float) -> bool:
        """Compare as decimals are written, so that 1.1 is 0.1 from 1; floats where that is sure."""
        tolerance = self.rules.tolerance
        if not tolerance:
            return False
        if max(abs(wanted), abs(got)) < WHOLE:
            distance = abs(wanted - got)
            doubt = ROUNDING * max(abs(wanted), abs(got), tolerance)
            if abs(distance - tolerance) > doubt:
                return distance < tolerance
        return abs(_exact(wanted) - _exact(got)) <= _exact(tolerance)

    def members(self, value: JsonObject) -> JsonObject:
        """Give the members of an object that count."""
        if not self.excluded:
            return value
        return {name: child for name, child in value.items() if not self.left_out(value, name)}

    def items(self, value: list[Json]) -> list[tuple[int, Json]]:
        """Give the items of an array that count, with their indices."""
        pairs = enumerate(value)
        return [(index, item) for index, item in pairs if not self.left_out(value, index)]

    def left_out(self, holder: JsonObject | list[Json], key: str | int) -> bool:
        return (id(holder), key) in self.excluded

    def key(self, value: Json, level: int = 0) -> Hashable:
        """Give a key that values have in common which count as the same.

        Without a tolerance, values with one key do count as the same.
        """
        if not isinstance(value, dict | list):
            return self._key_of_scalar(value)
        if id(value) not in self.keys:
            self.steps.take(1 + len(value))
            too_deep = level > DEEPEST
            self.keys[id(value)] = object() if too_deep else self._key_of(value, level + 1)
        return self.keys[id(value)]

    def _key_of(self, value: JsonObject | list[Json], level: int) -> Hashable:
        if isinstance(value, dict):
            members = self.members(value).items()
            return frozenset((name, self.key(child, level)) for name, child in members)
        keys: Iterator[Hashable] = (self.key(item, level) for _, item in self.items(value))
        if self.rules.ignore_order:
            return list, frozenset(Counter(keys).items())
        return list, *keys

    def _key_of_scalar(self, value: str | float | None) -> Hashable:
        if isinstance(value, bool):
            return bool, value
        if isinstance(value, int | float):
            return self._key_of_number(value)
        if isinstance(value, str) and self.rules.ignore_case:
            return value.casefold()
        return value

    def _key_of_number(self, value: float) -> Hashable:
        if self.rules.tolerance:
            return float
        return (int, hex(int(value))) if abs(value) >= HASHED else value


def _exact(number: float) -> Fraction:
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))
