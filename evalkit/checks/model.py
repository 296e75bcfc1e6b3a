"""The check `model`."""

from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import Field, model_validator

from evalkit.errors import CheckError
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.excerpt import shorten

ANYTHING = frozenset("*")


class Model(Check):
    """The deployment says that this model served the reply, or one of these.

    A `*` in a name stands for any characters, as a date behind it.

    - model: gpt-4o-mini
      # passes: {model: gpt-4o-mini}; fails: {model: gpt-4o-mini-2024-07-18}
    - model: [gpt-4o, gpt-4o-2024-*]
      # passes: {model: gpt-4o-2024-08-06}; fails: {model: gpt-4.1}
    """

    name: str | Annotated[tuple[str, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if not all(name.strip() for name in self.names):
            raise ValueError("this cannot pass: no model has an empty name")
        if any(set(name) == ANYTHING for name in self.names):
            raise ValueError("this cannot fail: every name fits '*'")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,) if isinstance(self.name, str) else self.name

    def evaluate(self, view: View) -> Verdict:
        served = view.reply.model
        if served is None:
            message = "the deployment does not say which model served the reply"
            raise CheckError("unknown", message)
        wanted = " or ".join(map(repr, self.names))
        told = f"reply was served by {shorten(served)!r}"
        return Verdict.when(
            any(fnmatchcase(served, name) for name in self.names),
            yes=told,
            no=f"{told}, not by {wanted}",
            evidence=(
                Evidence(pointer="model", message=f"held to {wanted}", excerpt=shorten(served)),
            ),
        )
