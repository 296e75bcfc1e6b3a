"""Where the references of a JSON Schema lead: to a schema within it, or it is refused."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from evalkit.model.data import JsonObject
from evalkit.reading.schema_document import Path, below, pointer

if TYPE_CHECKING:
    from jsonschema.protocols import Validator
    from referencing import Specification
    from referencing._core import Resolver  # it is exported nowhere else

    Place: TypeAlias = tuple[Path, JsonObject, Resolver[Any]]

KEYWORDS = ("$ref", "$dynamicRef", "$recursiveRef")


def follow(draft: "type[Validator]", document: JsonObject) -> dict[str, Any]:
    """Give the schemas that references lead to, or nothing where an `$id` inside makes it depend.

    Raises ValueError for a reference that leads out of the schema, or to no schema in it.
    """
    places = tuple(_places(draft, document))
    schemas = {id(schema) for _, schema, _ in places}
    targets: dict[str, Any] = {}
    for path, schema, resolver in places:
        for keyword, reference in _references(schema):
            found = _lookup(resolver, reference, f"{pointer(path)}/{keyword}")
            if not isinstance(found, bool) and id(found) not in schemas:
                raise ValueError(f"{pointer(path)}/{keyword}: {reference!r} leads to no schema")
            targets[reference] = found
    moved = any(path and {"$id", "id"} & schema.keys() for path, schema, _ in places)
    return {} if moved else targets


def _places(draft: "type[Validator]", document: JsonObject) -> "Iterator[Place]":
    """Give every schema with its path, and what resolves its references: an `$id` moves that."""
    from referencing import Registry
    from referencing.jsonschema import specification_with

    drafts: Specification[Any] = specification_with(_name(draft))
    root: Registry[Any] = Registry()
    top = root.resolver_with_root(drafts.create_resource(document))
    pending: list[Place] = [((), document, top)]
    while pending:
        path, schema, resolver = pending.pop()
        yield path, schema, resolver
        for child_path, child in below(path, schema):
            inside = resolver.in_subresource(drafts.create_resource(child))
            pending.append((child_path, child, inside))


def _name(draft: "type[Validator]") -> str:
    name: str = draft.META_SCHEMA.get("$id") or draft.META_SCHEMA["id"]
    return name


def _references(schema: JsonObject) -> Iterator[tuple[str, str]]:
    for keyword in KEYWORDS:
        reference = schema.get(keyword)
        if isinstance(reference, str):
            yield keyword, reference


def _lookup(resolver: "Resolver[Any]", reference: str, place: str) -> Any:  # noqa: ANN401 - parsed JSON
    from referencing.exceptions import NoSuchAnchor, PointerToNowhere, Unresolvable

    inside = (NoSuchAnchor, PointerToNowhere, ValueError)  # ValueError: a name, not an index
    try:
        return resolver.lookup(reference).contents
    except inside as error:
        raise ValueError(f"{place}: {reference!r} leads to nothing") from error
    except Unresolvable as error:
        message = f"{place}: {reference!r} leads out of the schema: only what is in it is followed"
        raise ValueError(message) from error
