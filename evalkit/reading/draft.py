"""The drafts of JSON Schema: which one a schema names, what it allows, its bounded validator."""

from functools import cache
from typing import TYPE_CHECKING, Any

from evalkit.model.data import JsonObject
from evalkit.reading.descent import counted
from evalkit.reading.keywords import OWN, unique_items
from evalkit.reading.violation import describe

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

LATEST = "https://json-schema.org/draft/2020-12/schema"


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
    try:
        for error in _metaschema(draft).iter_errors(document):
            told = describe(error)
            raise ValueError(f"{told.pointer or 'the schema'}: {told.message}")
    except RecursionError as error:
        raise ValueError("the schema is nested too deeply") from error


def bare(document: JsonObject) -> JsonObject:
    """Leave out `$schema`: a reference to it would go on with the library's own keywords."""
    return {keyword: value for keyword, value in document.items() if keyword != "$schema"}


@cache
def _metaschema(draft: "type[Validator]") -> "Validator":
    """Give what judges schemas; the library would compare all values of an enum with all."""
    from jsonschema.validators import extend

    own: type[Validator] = extend(draft, {"uniqueItems": unique_items})  # type: ignore[no-untyped-call] # untyped there
    return own(bare(dict(draft.META_SCHEMA)), format_checker=draft.FORMAT_CHECKER)


@cache
def bounded(draft: "type[Validator]") -> "type[Validator]":
    """Give the draft with keywords that count their steps and match patterns under a limit."""
    from jsonschema.validators import Draft202012Validator, extend

    latest: dict[str, Any] = {**Draft202012Validator.VALIDATORS}
    keywords: dict[str, Any] = {**draft.VALIDATORS}
    for name, keyword in OWN.items():
        if name in keywords and keywords[name] is latest[name]:  # it means what it does today
            keywords[name] = keyword
    counts = {name: counted(name, keyword) for name, keyword in keywords.items()}
    own: type[Validator] = extend(draft, counts)  # type: ignore[no-untyped-call] # untyped there
    return own
