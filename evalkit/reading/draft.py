"""The drafts of JSON Schema, their keywords bounded in the steps and the seconds they take."""

from collections.abc import Callable, Hashable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from evalkit.errors import CheckError
from evalkit.model.data import Json, JsonObject
from evalkit.reading.bounded import Budget
from evalkit.reading.schema_document import pointer, references, subschemas
from evalkit.reading.violation import describe

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Keyword: TypeAlias = Callable[..., "Iterator[ValidationError] | None"]
"""What judges one keyword: of (validator, the keyword's value, instance, schema)."""

LATEST = "https://json-schema.org/draft/2020-12/schema"
MOST_STEPS = 200_000
"""The most keywords that are judged for one value."""


@dataclass
class Effort:
    """What is left of the steps and the seconds that one judgement may take."""

    steps: int = MOST_STEPS
    budget: Budget = field(default_factory=Budget)

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            message = f"the schema asks for more than {MOST_STEPS:,} steps on this value"
            raise CheckError("check_timeout", message)


effort: ContextVar[Effort] = ContextVar("effort")


def draft_of(document: JsonObject) -> "type[Validator]":
    """Give the draft's own validator; raises ValueError for a draft that nobody knows."""
    from jsonschema.protocols import Validator
    from jsonschema.validators import validator_for

    named = document.get("$schema", LATEST)
    draft = validator_for({"$schema": named}, Validator) if isinstance(named, str) else Validator
    if draft is Validator:
        raise ValueError(f"/$schema: {named!r} is no draft of JSON Schema, like {LATEST!r}")
    return draft


def check(draft: "type[Validator]", document: JsonObject) -> None:
    """Raise ValueError with the pointer of what the draft does not allow in a schema."""
    judge = draft(draft.META_SCHEMA, format_checker=draft.FORMAT_CHECKER)
    try:
        for error in judge.iter_errors(document):
            told = describe(error)
            raise ValueError(f"{told.pointer or 'the schema'}: {told.message}")
    except RecursionError as error:
        raise ValueError("the schema is nested too deeply") from error
    _resolve(draft, document)


def _resolve(draft: "type[Validator]", document: JsonObject) -> None:
    """Raise ValueError for a reference to nothing; an inner `$id` gives references another root."""
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import specification_with

    schemas = tuple(subschemas(document))
    if any(path and ("$id" in schema or "id" in schema) for path, schema in schemas):
        return
    specification = specification_with(draft.META_SCHEMA.get("$id") or draft.META_SCHEMA["id"])
    root: Registry[Any] = Registry()
    resolver = root.resolver_with_root(specification.create_resource(document))
    for path, schema in schemas:
        for keyword, reference in references(schema):
            try:
                resolver.lookup(reference)
            except Unresolvable as error:
                place = pointer((*path, keyword))
                raise ValueError(f"{place}: {reference!r} leads to nothing") from error


@cache
def bounded(draft: "type[Validator]") -> "type[Validator]":
    """Give the draft with keywords that count their steps and match patterns under a limit."""
    from jsonschema.validators import extend

    keywords = {**draft.VALIDATORS, "pattern": _pattern, "uniqueItems": _unique}
    counted = {name: _counted(keyword) for name, keyword in keywords.items()}
    own: type[Validator] = extend(draft, counted)  # type: ignore[no-untyped-call] # untyped there
    return own


def _counted(keyword: Keyword) -> Keyword:
    def judge(*question: Any) -> "Iterator[ValidationError] | None":  # noqa: ANN401 - the library's
        effort.get().step()
        return keyword(*question)

    return judge


def _pattern(_: "Validator", pattern: str, instance: Json, __: Json) -> "Iterator[ValidationError]":
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and not effort.get().budget.search(pattern, instance):
        yield ValidationError(f"does not match {pattern!r}")


def _unique(
    _: "Validator",
    wanted: bool,  # noqa: FBT001 - the library's call
    instance: Json,
    __: Json,
) -> "Iterator[ValidationError]":
    from jsonschema.exceptions import ValidationError

    if wanted and isinstance(instance, list) and len(set(map(_key, instance))) < len(instance):
        yield ValidationError("has an item twice")


def _key(value: Json) -> Hashable:
    """Give what is equal for JSON values that are: 1 is 1.0, but true is not 1."""
    if isinstance(value, dict):
        return frozenset((name, _key(child)) for name, child in value.items())
    if isinstance(value, list):
        return tuple(map(_key, value))
    return (bool, value) if isinstance(value, bool) else value
