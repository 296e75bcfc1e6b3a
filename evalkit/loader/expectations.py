"""Expectations: the short forms spelt out, and each check built by its own class."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import PydanticCustomError

from evalkit.checks import registry
from evalkit.errors import Mistake, Mistakes, TemplateError, did_you_mean
from evalkit.loader.desk import Desk
from evalkit.loader.fields import (
    first_field,
    keys_of,
    keys_of_first,
    takes_mapping,
)
from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.loader.tree import Path, find, pair, refill, scalars, text_of
from evalkit.loader.validation import REPORTED, Form, build
from evalkit.loader.wording import found
from evalkit.model.check import Check, Expectation, Recipe, Scope
from evalkit.model.data import Json, JsonObject
from evalkit.template import is_template, names, render

FORM: Final = "write a mapping such as {contains: text}"


@dataclass(frozen=True)
class Demand:
    """Where expectations stand: what may be demanded there, and the values of templates.

    `values` is None where braces are no templates.
    """

    desk: Desk
    scope: Scope
    values: Mapping[str, Json] | None


def expectations(node: Node | None, demand: Demand) -> tuple[Expectation, ...]:
    """Build a list of expectations; what cannot be built is noted and left out."""
    if node is None:
        return ()
    if not isinstance(node, Items):
        demand.desk.found.add(node.span, f"expectations are a list, not {found(node)}", FORM)
        return ()
    built = (_expectation(child, demand) for child in node.nodes)
    return tuple(expectation for expectation in built if expectation is not None)


def _expectation(node: Node, demand: Demand) -> Expectation | None:
    spelt = spell(node, demand.desk)
    if spelt is None:
        return None
    name, table = spelt
    span = node.keys[name] if isinstance(node, Table) else node.span
    texts = dict(_templates(table)) if demand.values is not None else {}
    rendered = _render(texts, demand)
    if rendered is None:
        return None
    check = _build(name, refill(table, rendered), demand.desk, frozenset(rendered))
    if check is None or not _fits(check, name, span, demand):
        return None
    return Expectation(name, span, _recipe(name, table, demand.desk) if texts else check)


def spell(node: Node, desk: Desk) -> tuple[str, Table] | None:
    """Give the check's name and its long form; None where a mistake was noted."""
    if not isinstance(node, Table) or not node.entries:
        desk.found.add(node.span, f"an expectation is a mapping, not {found(node)}", FORM)
        return None
    name = next(iter(node.entries))
    if name not in registry:
        later = [key for key in node.entries if key in registry]
        hints = did_you_mean(name, registry.names)
        if later:
            hints = (f"the check comes first: write {later[0]!r} before {name!r}",)
        desk.found.add(node.keys[name], f"unknown check {name!r}", *hints)
        return None
    return name, _spelt(registry.get(name), name, node, desk)


def _spelt(check: type[Check], name: str, node: Table, desk: Desk) -> Table:
    value = node.entries[name]
    keys = {key: span for key, span in node.keys.items() if key != name}
    beside = {key: child for key, child in node.entries.items() if key != name}
    first = keys_of_short(check)
    if not isinstance(value, Table) or _is_short(check, value):
        inside, places = {first: value}, {first: node.keys[name]}
    else:
        inside, places = dict(value.entries), dict(value.keys)
    for key in [key for key in beside if key in inside]:
        desk.found.add(node.keys[key], f"duplicate key {key!r}: the check has it already")
        del beside[key]
    return Table({**inside, **beside}, {**keys, **places}, value.span)


def keys_of_short(check: type[Check]) -> str:
    """Name the YAML key of the short form."""
    name = first_field(check)
    return (check.model_fields[name].alias or name) if name else ""


def _is_short(check: type[Check], value: Table) -> bool:
    """Whether a mapping is the first field itself, not the long form."""
    if set(value.entries) == {"file"} and "file" not in keys_of(check):
        return True
    inner = keys_of_first(check)
    return takes_mapping(check) or bool(
        inner and value.entries and set(value.entries) <= set(inner) - set(keys_of(check))
    )


def _templates(table: Table) -> Iterator[tuple[Path, str]]:
    for path, node in scalars(table):
        if isinstance(node.value, str) and is_template(node.value):
            yield path, node.value


def _render(texts: Mapping[Path, str], demand: Demand) -> dict[Path, str] | None:
    values = demand.values or {}
    return {path: str(render(text, values)) for path, text in texts.items()} if texts else {}


def _build(name: str, table: Table, desk: Desk, filled: frozenset[Path]) -> Check | None:
    check = registry.get(name)
    whole = desk.fill(check, table)
    if whole is None:
        return None
    given = desk.callables(check, whole)
    if given is None:
        return None
    form = Form(
        check,
        whole,
        desk.found,
        given=given,
        filled=filled,
        text=desk.text,
        enter=lambda data, node: {"build": _children(data, node, desk)},
    )
    return build(form).value


def _children(data: JsonObject, node: Table, desk: Desk) -> Any:  # noqa: ANN401 - called by pydantic
    """Build the checks inside a check, each found by the data that was made of its node."""
    places = {id(value): child for value, child in pair(data, node)}

    def child(written: Json) -> Check:
        spelt = spell(places[id(written)], desk)
        check = _build(*spelt, desk, frozenset()) if spelt else None
        if check is None:
            raise PydanticCustomError(REPORTED, "its mistakes are noted")
        return check

    return child


def _recipe(name: str, table: Table, desk: Desk) -> Recipe:
    authored = {key: _data(child) for key, child in table.entries.items()}

    def rebuild(rendered: JsonObject) -> Check:
        texts = {
            path: str(_at(rendered, path)) for path, _ in _templates(table)
        }
        fresh = Desk(desk.sources, desk.attachments, desk.found.fresh())
        check = _build(name, refill(table, texts), fresh, frozenset(texts))
        if check is None:
            raise Mistakes(fresh.found.mistakes)
        return check

    return Recipe(authored, rebuild)


def _data(node: Node) -> Json:
    from evalkit.loader.document import to_data

    return to_data(node)


def _at(data: Json, path: Path) -> Json:
    for step in path:
        data = data[step]  # type: ignore[index, call-overload] # the path was taken from this data
    return data


def _fits(check: Check, name: str, span: Any, demand: Demand) -> bool:  # noqa: ANN401
    if check.fits(demand.scope):
        return True
    hint = "put it under each_turn, or under a turn's expect"
    if demand.scope == "turn":
        hint = "put it under the conversation's expect"
    demand.desk.found.add(span, f"{name!r} cannot be expected of a {'whole ' if demand.scope == 'conversation' else ''}{demand.scope}", hint)
    return False
