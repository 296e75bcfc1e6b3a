"""Which items of two arrays belong together where their order does not count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from evalkit.reading.steps import Steps


@dataclass(slots=True)
class Pairing:
    """Wanted items and items that fit them, one with one: as many pairs as there can be.

    Items are given by their places in the two lists; `choices` are those that one may fit at all.
    """

    choices: Callable[[int], Sequence[int]]
    fits: Callable[[int, int], bool]
    steps: Steps
    partners: dict[int, int] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)

    def join(self, wanted: int, got: int) -> None:
        self.partners[wanted] = got
        self.owners[got] = wanted

    def place(self, wanted: int) -> bool:
        """Find an item for one more, if need be by giving others another one (Kuhn, 1955)."""
        came: dict[int, int] = {}
        waiting = [wanted]
        for one in waiting:
            for choice in self.choices(one):
                self.steps.take()
                if choice in came or not self.fits(one, choice):
                    continue
                came[choice] = one
                if choice not in self.owners:
                    self._shift(choice, came)
                    return True
                waiting.append(self.owners[choice])
        return False

    def _shift(self, free: int, came: dict[int, int]) -> None:
        """Give each on the way to a free item the one behind it."""
        choice: int | None = free
        while choice is not None:
            one = came[choice]
            before = self.partners.get(one)
            self.join(one, choice)
            choice = before
