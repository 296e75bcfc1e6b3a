"""The check `at_least`."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from evalkit.model.check import Child
from evalkit.model.combination import Combination


class AtLeast(Combination):
    """At least so many checks of a list hold.

    - at_least: 2
      of: [{contains: order}, {contains: refund}, {contains: days}]
      # passes: "your refund takes 5 days"; fails: "in 5 days"
    """

    count: Annotated[int, Field(ge=1)]
    checks: Annotated[tuple[Child, ...], Field(alias="of")]

    @model_validator(mode="after")
    def _attainable(self) -> Self:
        if self.count > self.required:
            message = f"this cannot pass: {self.count} of {self.required} required checks"
            raise ValueError(message)
        return self

    def holds(self, passing: int) -> bool:
        return passing >= self.count
