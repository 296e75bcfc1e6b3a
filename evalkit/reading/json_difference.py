"""What differs between an expected JSON value and the one of a reply, each difference in place."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final, NamedTuple

from evalkit.model.check import Evidence
from evalkit.model.data import Json, JsonObject
from evalkit.reading.json_exclusion import places
from evalkit.reading.json_likeness import Likeness, Rules
from evalkit.reading.json_nodes import Node
from evalkit.reading.json_pairs import Pairing
from evalkit.reading.json_value import equal
from evalkit.reading.schema import LISTED, Violations
from evalkit.reading.steps import Steps
from evalkit.reading.violation import show

NEAR = 20
"""The most items that are searched for the one that comes nearest."""

LEAD = 20
"""The characters that are shown before the first difference of two long texts."""

WIDTH = 60

Item = tuple[int, Json]
"""An item of an array, with its index."""


class Absent:
    """Stands where there is no value."""


ABSENT: Final = Absent()


class Difference(NamedTuple):
    """What is expected at a place, and what is there; with `among` in any of so many items."""

    place: Node
    wanted: Json | Absent
    got: Json | Absent
    among: int | None = None

    @property
    def evidence(self) -> Evidence:
        wanted, got = _shown(self.wanted, self.got)
        message = f"expected {wanted}, got {got}"
        if self.among is not None:
            items = "1 item" if self.among == 1 else f"{self.among:,} items"
            message = f"expected an item {wanted}, got none in {items}"
        excerpt = "" if isinstance(self.got, Absent) else show(self.got, 200)
        return Evidence(pointer=self.place.pointer, message=message, excerpt=excerpt)


def differences(wanted: Json, got: Json, rules: Rules, exclude: Sequence[str] = ()) -> Violations:
    """Compare by rules, but for excluded places; raises CheckError where that takes too much."""
    if equal(wanted, got):
        return Violations(0, ())
    excluded = frozenset((*places(exclude, wanted), *places(exclude, got)))
    likeness = Likeness(rules, Steps("the comparison"), excluded)
    found = Comparison.by(likeness).differences(wanted, got, Node(got))
    told = tuple(difference.evidence for difference in islice(found, LISTED))
    return Violations(len(told) + sum(1 for _ in found), told)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A walk through two values at once; `exact` is the likeness without its tolerance.

    Of each pair of values, by identity, `known` and `distances` keep what was found out.
    """

    likeness: Likeness
    exact: Likeness
    known: dict[tuple[int, int], bool] = field(default_factory=dict)
    distances: dict[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    def by(cls, likeness: Likeness) -> "Comparison":
        strict = replace(likeness.rules, tolerance=0)
        return cls(likeness, replace(likeness, rules=strict, keys={}))

    @property
    def rules(self) -> Rules:
        return self.likeness.rules

    def fits(self, wanted: Json, got: Json) -> bool:
        pair = id(wanted), id(got)
        if pair not in self.known:
            self.known[pair] = next(self.differences(wanted, got, Node(got)), None) is None
        return self.known[pair]

    def differences(self, wanted: Json, got: Json, place: Node) -> Iterator[Difference]:
        """Give what differs, in the order of the expected value."""
        self.likeness.steps.take()
        if isinstance(wanted, dict) and isinstance(got, dict):
            yield from self._members(wanted, got, place)
        elif isinstance(wanted, list) and isinstance(got, list):
            loose = self.rules.ignore_order or self.rules.subset
            yield from (self._unordered if loose else self._ordered)(wanted, got, place)
        elif not self.likeness.alike(wanted, got):
            yield Difference(place, wanted, got)

    def _members(self, wanted: JsonObject, got: JsonObject, place: Node) -> Iterator[Difference]:
        for name, value in self.likeness.members(wanted).items():
            if name not in got:
                yield Difference(Node(None, place, name), value, ABSENT)
            elif not self.likeness.left_out(got, name):
                yield from self.differences(value, got[name], Node(got[name], place, name))
        if self.rules.subset:
            return
        for name, value in self.likeness.members(got).items():
            if name not in wanted:
                yield Difference(Node(value, place, name), ABSENT, value)

    def _ordered(self, wanted: list[Json], got: list[Json], place: Node) -> Iterator[Difference]:
        """Compare item by item; of arrays that differ in length, first what both begin with."""
        left, right = self._both(wanted, got)
        if len(left) != len(right):
            left, right = self._trimmed(left, right)
        for (_, item), (index, found) in zip(left, right, strict=False):
            yield from self.differences(item, found, Node(found, place, index))
        for index, item in left[len(right) :]:
            yield Difference(Node(None, place, index), item, ABSENT)
        for index, found in right[len(left) :]:
            yield Difference(Node(found, place, index), ABSENT, found)

    def _both(self, wanted: list[Json], got: list[Json]) -> tuple[list[Item], list[Item]]:
        """Give the items at the indices that are left out in neither array."""
        left, right = self.likeness.items(wanted), self.likeness.items(got)
        if not self.likeness.excluded:
            return left, right
        out = self.likeness.left_out
        return (
            [pair for pair in left if not out(got, pair[0])],
            [pair for pair in right if not out(wanted, pair[0])],
        )

    def _trimmed(self, left: list[Item], right: list[Item]) -> tuple[list[Item], list[Item]]:
        """Take off what both lists begin with, and what both end with."""
        front = self._agreeing(zip(left, right, strict=False))
        left, right = left[front:], right[front:]
        back = self._agreeing(zip(reversed(left), reversed(right), strict=False))
        return left[: len(left) - back], right[: len(right) - back]

    def _agreeing(self, pairs: Iterator[tuple[Item, Item]]) -> int:
        count = 0
        for (_, wanted), (_, got) in pairs:
            if not self.fits(wanted, got):
                break
            count += 1
        return count

    def _unordered(self, wanted: list[Json], got: list[Json], place: Node) -> Iterator[Difference]:
        """Pair the items; what is left over is told beside the item that comes nearest."""
        left, right = self.likeness.items(wanted), self.likeness.items(got)
        pairing = self._paired(left, right)
        lost = [item for spot, (_, item) in enumerate(left) if spot not in pairing.partners]
        spare = [pair for spot, pair in enumerate(right) if spot not in pairing.owners]
        for number, item in enumerate(lost):
            near = self._nearest(item, spare[:NEAR]) if number < NEAR else None
            if near is None:
                yield Difference(place, item, ABSENT, among=len(got))
            else:
                index, found = spare.pop(near)
                yield from self.differences(item, found, Node(found, place, index))
        for index, found in () if self.rules.subset else spare:
            yield Difference(Node(found, place, index), ABSENT, found)

    def _paired(self, left: list[Item], right: list[Item]) -> Pairing:
        """Pair items that are the same, then as many others as fit."""
        likely = self._by_key(self.likeness, right) if self.rules.tolerance else {}
        everything = range(len(right))

        def choices(wanted: int) -> Sequence[int]:
            if self.rules.subset:
                return everything
            return likely.get(self.likeness.key(left[wanted][1]), ())

        pairing = Pairing(
            choices, lambda one, other: self.fits(left[one][1], right[other][1]), self.exact.steps
        )
        same = self._by_key(self.exact, right)
        for spot, (_, item) in enumerate(left):
            spots = same.get(self.exact.key(item))
            if spots:
                pairing.join(spot, spots.pop())
        if self.rules.subset or self.rules.tolerance:
            for spot in range(len(left)):
                if spot not in pairing.partners:
                    pairing.place(spot)
        return pairing

    def _by_key(self, likeness: Likeness, items: list[Item]) -> dict[Hashable, list[int]]:
        """Sort the spots of items by key, the last one first."""
        spots: defaultdict[Hashable, list[int]] = defaultdict(list)
        for spot in reversed(range(len(items))):
            spots[likeness.key(items[spot][1])].append(spot)
        return dict(spots)

    def _nearest(self, wanted: Json, spare: list[Item]) -> int | None:
        """Find the object that has a member as wanted and differs least, if there is one."""
        if not isinstance(wanted, dict):
            return None
        distances = {
            spot: self._distance(wanted, got)
            for spot, (_, got) in enumerate(spare)
            if isinstance(got, dict) and self._is_kin(wanted, got)
        }
        return min(distances, key=distances.__getitem__, default=None)

    def _distance(self, wanted: Json, got: Json) -> int:
        pair = id(wanted), id(got)
        if pair not in self.distances:
            found = self.differences(wanted, got, Node(got))
            self.distances[pair] = sum(1 for _ in islice(found, LISTED))
        return self.distances[pair]

    def _is_kin(self, wanted: JsonObject, got: JsonObject) -> bool:
        return any(name in got and self.fits(value, got[name]) for name, value in wanted.items())


def _shown(wanted: Json | Absent, got: Json | Absent) -> tuple[str, str]:
    """Write both values; two long texts from a little before their first difference on."""
    if isinstance(wanted, str) and isinstance(got, str) and max(len(wanted), len(got)) > WIDTH:
        pairs = enumerate(zip(wanted, got, strict=False))
        differing = (place for place, (one, other) in pairs if one != other)
        start = max(0, next(differing, min(len(wanted), len(got))) - LEAD)
        more = "…" if start else ""
        return f"{more}{show(wanted[start:])}", f"{more}{show(got[start:])}"
    return _one(wanted), _one(got)


def _one(value: Json | Absent) -> str:
    return "nothing" if isinstance(value, Absent) else show(value)
