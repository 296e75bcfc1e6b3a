"""Durations and limits as authors write them: `800ms`, `2s`, `{min: 1, max: 5}`, or a number."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from evalkit.model.data import Authored

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")


def seconds(written: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
    """Read a duration in seconds; raises ValueError on a text that is none."""
    if not isinstance(written, str):
        return written
    match = DURATION.fullmatch(written)
    if match is None:
        message = f"{written!r} is no duration: write 800ms, 2s, 10m or a number of seconds"
        raise ValueError(message)
    return float(match[1]) * UNITS[match[2]]


Duration = Annotated[
    float,
    BeforeValidator(seconds),
    Field(ge=0),
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{DURATION.pattern}$"}]}
    ),
]

Wait = Annotated[Duration, Field(gt=0)]
"""A duration that is not over before it begins."""


class Limit(Authored):
    """A range that a number must lie in, both ends included; a bare number is the maximum."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, written: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
        return written if isinstance(written, dict) else {"max": written}

    @model_validator(mode="after")
    def _bounded(self) -> "Limit":
        if self.min is None and self.max is None:
            message = "a limit needs min, max or both"
            raise ValueError(message)
        if self.min is not None and self.max is not None and self.min > self.max:
            message = f"no number is at least {self.min:g} and at most {self.max:g}"
            raise ValueError(message)
        return self

    @property
    def fault(self) -> str | None:
        """Say why it decides nothing about a quantity that is never below 0."""
        if self.max is not None and self.max < 0:
            return f"this cannot pass: nothing is {self}"
        if self.max is None and self.min is not None and self.min <= 0:
            return f"this cannot fail: everything is {self}"
        return None

    def allows(self, value: float) -> bool:
        low = self.min is None or value >= self.min
        return low and (self.max is None or value <= self.max)

    def __str__(self) -> str:
        ends = (("at least", self.min), ("at most", self.max))
        return " and ".join(f"{word} {end:,.10g}" for word, end in ends if end is not None)


class DurationLimit(Limit):
    """A limit of seconds, each end written as a duration."""

    min: Duration | None = None
    max: Duration | None = None
