"""What one judgement by a schema may take: so many steps, and so many seconds of its patterns."""

from collections.abc import Hashable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from evalkit.errors import CheckError
from evalkit.reading.bounded import Budget

MOST_STEPS = 200_000
"""The most steps: a keyword that judges one value is one, what it walks through is more."""

WALKED = 8
"""The elements that a keyword walks through in one step."""

COMPARED = 2
"""The values that are compared with others in one step."""

WRITTEN = 200
"""The characters of an error that are written in one step."""


@dataclass
class Effort:
    """What is left of the steps and the seconds.

    `targets` are the schemas that references lead to, `sets` the values that enums allow.
    """

    targets: Mapping[str, Any] = field(default_factory=dict)
    steps: int = MOST_STEPS
    budget: Budget = field(default_factory=Budget)
    sets: dict[int, frozenset[Hashable]] = field(default_factory=dict)

    def step(self, count: int = 1) -> None:
        """Take steps; raises CheckError `check_timeout` where none are left."""
        self.steps -= count
        if self.steps < 0:
            message = f"the schema asks for more than {MOST_STEPS:,} steps on this value"
            raise CheckError("check_timeout", message)


effort: ContextVar[Effort] = ContextVar("effort")
