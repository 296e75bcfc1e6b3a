"""The two kinds of data: what an author wrote, and what a run recorded."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

T = TypeVar("T")

Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A YAML list, kept as a tuple."""

Json = JsonValue
JsonObject = dict[str, JsonValue]


class Authored(BaseModel):
    """Data of a YAML file: strict types, unknown keys refused, never changed once built."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True
    )


class Recorded(BaseModel):
    """Data of a record: keys of a newer evalkit are ignored when read, never changed once built."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="constants")


@dataclass(frozen=True, slots=True)
class FromFile:
    """Marks a field whose bare string in YAML is the path of a file that holds the value."""

    holds: Literal["json", "schema", "yaml", "text"]


@dataclass(frozen=True, slots=True)
class FromPython:
    """Marks a field whose string `module:name` names a Python callable, resolved by the loader."""


@dataclass(frozen=True, slots=True)
class Templated:
    """Marks a field whose texts are templates over these variables, and no others."""

    variables: tuple[str, ...]


class Withheld:
    """Stands for the author's callables where Python is switched off: none of them is imported."""

    def __call__(self, *_arguments: object, **_named: object) -> object:
        raise RuntimeError("Python is switched off")


def withholds(model: BaseModel) -> bool:
    """Whether a callable of a model is withheld, so that it is of no use."""
    return any(isinstance(getattr(model, name), Withheld) for name in type(model).model_fields)
