"""What the models say of the keys that authors write."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, JsonValue

from evalkit.loader.tree import Step
from evalkit.model.check import Check
from evalkit.model.deployment import Deployment
from evalkit.model.suite import Conversation, Suite, Turn

M = TypeVar("M")

Annotation: TypeAlias = Any
"""A type as it stands in a model: a class, or one of typing's special forms."""

INTERNAL: Final[Mapping[type[BaseModel], frozenset[str]]] = {
    Suite: frozenset({"file", "span"}),
    Conversation: frozenset({"span"}),
    Turn: frozenset({"span"}),
    Deployment: frozenset({"name", "span", "options"}),
}
"""Fields that the loader fills in itself."""


@cache
def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Give the keys that an author may write, those of every check behind a check's own."""
    hidden = INTERNAL.get(model, frozenset())
    fields = model.model_fields.items()
    keys = [info.alias or name for name, info in fields if name not in hidden]
    own = model.own_fields() if issubclass(model, Check) else ()
    return tuple(dict.fromkeys((*own, *keys)))


CONVERSATION_KEYS: Final = keys_of(Conversation)
TURN_KEYS: Final = keys_of(Turn)
DEPLOYMENT_KEYS: Final = keys_of(Deployment)
DEFAULTS_KEYS: Final = tuple(key for key in CONVERSATION_KEYS if key not in {"id", "turns"})
SUITE_KEYS: Final = (
    "description",
    "tags",
    "template",
    "deployments",
    "defaults",
    "conversations",
)
FOLDER_KEYS: Final = ("deployments", "defaults")
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text",),
    "image": ("image", "detail"),
    "audio": ("audio", "format"),
    "document": ("document",),
}
"""The kinds of message parts, each with the keys that it takes."""


@cache
def marked(model: type[BaseModel], marker: type[M]) -> tuple[tuple[str, M], ...]:
    """Give the keys whose field carries a marker, with the marker."""
    return tuple(
        (info.alias or name, found)
        for name, info in model.model_fields.items()
        for found in _metadata(info.annotation, info.metadata)
        if isinstance(found, marker)
    )


def keys_at(model: type[BaseModel], steps: Sequence[Step]) -> tuple[str, ...]:
    """Give the keys allowed in the mapping at the end of a validator's path."""
    types: list[Annotation] = [model]
    for step in steps:
        types = [found for one in types for found in _descend(one, step)]
    models = [one for one in types if _is(one, BaseModel)]
    return tuple(dict.fromkeys(key for one in models for key in keys_of(one)))


@cache
def first_field(model: type[Check]) -> str | None:
    """Name the field of the short form, as Python calls it."""
    first = next(iter(model.own_fields()), None)
    fields = model.model_fields.items()
    return next((name for name, info in fields if first in (name, info.alias)), None)


@cache
def takes_mapping(model: type[Check]) -> bool:
    """Whether the short form may be any mapping, so that no long form can be told from it."""
    name = first_field(model)
    if name is None:
        return False
    return any(map(_is_open, members(model.model_fields[name].annotation)))


@cache
def takes_checks(model: type[Check]) -> bool:
    """Whether the short form is a list of checks."""
    name = first_field(model)
    arguments = get_args(model.model_fields[name].annotation) if name else ()
    return any(_is(one, Check) for each in arguments for one in members(each))


@cache
def keys_of_first(model: type[Check]) -> tuple[str, ...]:
    """Give the keys of the short form's value where that is a model of its own, such as a limit."""
    name = first_field(model)
    return keys_at(model, [model.model_fields[name].alias or name]) if name else ()


def members(annotation: Annotation) -> list[Annotation]:
    """Give the types that a value may have: those of a union, each without annotations."""
    origin = _origin(annotation)
    if origin is Annotated:
        return members(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [found for one in get_args(annotation) for found in members(one)]
    return [annotation]


def choices(annotation: Annotation) -> tuple[str, ...]:
    """Give the words of the literal types in an annotation."""
    literals = [one for one in members(annotation) if _origin(one) is Literal]
    return tuple(word for one in literals for word in get_args(one))


def _metadata(annotation: Annotation, metadata: Sequence[object]) -> Iterator[object]:
    yield from metadata
    for one in get_args(annotation) if _origin(annotation) in (Union, UnionType) else ():
        if _origin(one) is Annotated:
            yield from get_args(one)[1:]


def _descend(annotation: Annotation, step: Step) -> list[Annotation]:
    if _is(annotation, BaseModel):
        if step == annotation.__name__:
            return [annotation]
        for name, info in annotation.model_fields.items():
            if step == (info.alias or name):
                return members(info.annotation)
        return []
    origin = _origin(annotation)
    arguments = get_args(annotation)
    if isinstance(step, int) and origin in (tuple, list):
        return members(arguments[0])
    return members(arguments[1]) if _is(origin, Mapping) and len(arguments) > 1 else []


def _is_open(annotation: Annotation) -> bool:
    if annotation is Any or annotation is JsonValue:
        return True
    return _is(_origin(annotation) or annotation, Mapping) or _is(annotation, Check)


def _origin(annotation: Annotation) -> Any:  # noqa: ANN401 - typing calls it a ParamSpec
    return get_origin(annotation)


def _is(annotation: Annotation, base: type) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, base)
