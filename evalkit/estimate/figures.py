"""The figures of an estimate: for each deployment, and for all of them together."""

from dataclasses import dataclass
from typing import Self

from evalkit.estimate.pace import UNLIMITED, Pace
from evalkit.model.chat import Usage
from evalkit.model.price import Price
from evalkit.source import Span


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests, and the tokens of their prompts and replies."""

    requests: int = 0
    prompt: int = 0
    completion: int = 0

    def __add__(self, other: Self) -> "Figures":
        return Figures(
            self.requests + other.requests,
            self.prompt + other.prompt,
            self.completion + other.completion,
        )

    def times(self, count: int) -> "Figures":
        """Give the figures of so many attempts."""
        return Figures(self.requests * count, self.prompt * count, self.completion * count)

    def cost(self, price: Price | None) -> float | None:
        """Give the dollars; None where requests have no price."""
        if not self.requests:
            return 0.0
        used = Usage(prompt=self.prompt, completion=self.completion)
        return None if price is None else price.cost(used)


NONE = Figures()


@dataclass(frozen=True, slots=True)
class Line:
    """What a deployment would be asked.

    It is `tested` where conversations are held with it, `consulted` where checks ask it. `planned`
    are the requests of which each is made once, `further` those that come on top where a check gets
    answers that it cannot read. With `may_stop` a turn that fails can end a conversation earlier.
    `unset` are its variables that have no value.
    """

    name: str
    span: Span
    tested: bool = False
    consulted: bool = False
    items: int = 0
    attempts: int = 0
    planned: Figures = NONE
    further: Figures = NONE
    may_stop: bool = False
    price: Price | None = None
    pace: Pace = UNLIMITED
    unset: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether it is asked just so often, as long as every request is answered."""
        return not (self.may_stop or self.further.requests)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An item that is not run, and why."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would ask: a line for each deployment, those under test first."""

    lines: tuple[Line, ...] = ()
    items: int = 0
    attempts: int = 0
    skipped: tuple[Skipped, ...] = ()

    @property
    def planned(self) -> Figures:
        return sum((line.planned for line in self.lines), NONE)

    @property
    def further(self) -> Figures:
        return sum((line.further for line in self.lines), NONE)

    @property
    def exact(self) -> bool:
        return all(line.exact for line in self.lines)

    @property
    def known_cost(self) -> float:
        """The dollars of the deployments whose price is known."""
        return sum(line.planned.cost(line.price) or 0.0 for line in self.lines)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The deployments that have no price."""
        return tuple(line.name for line in self.lines if line.planned.cost(line.price) is None)
