"""Who judges, where a check does not say it."""

from typing import Annotated

from pydantic import Field

from evalkit.model.data import Authored
from evalkit.model.deployment import Params


class Judging(Authored):
    """The judge of a conversation's checks: a deployment by its name, its params, and its votes.

    A check's own field wins; `params` are laid under its own.
    """

    deployment: str | None = None
    votes: Annotated[int, Field(ge=1, le=25)] | None = None
    params: Params = {}


NOBODY = Judging()
