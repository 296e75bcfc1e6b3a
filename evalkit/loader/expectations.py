"""Expectations: each check built by its own class, or kept as a recipe until values are known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic_core import PydanticCustomError

from evalkit.errors import Mistakes
from evalkit.loader.context import Context
from evalkit.loader.document import to_data
from evalkit.loader.markers import find_callables, read_files
from evalkit.loader.nodes import Items, Node, Table
from evalkit.loader.spelling import EXAMPLE, Spelt, spell
from evalkit.loader.templates import Templates
from evalkit.loader.tree import Path, pair, refill, scalars
from evalkit.loader.validation import REPORTED, Form, build
from evalkit.loader.wording import found
from evalkit.model.check import Check, Expectation, Recipe, Scope
from evalkit.model.data import Json, JsonObject

ELSEWHERE: Final[Mapping[Scope, str]] = {
    "conversation": "put it under each_turn, or under the expect of a turn",
    "turn": "put it under the expect of the conversation",
}


@dataclass(frozen=True)
class Demand:
    """An expectation, and how its author wrote it."""

    expectation: Expectation
    spelt: Spelt


@dataclass(frozen=True)
class Demands:
    """Reads what is expected of a turn or of a whole conversation."""

    context: Context
    templates: Templates
    scope: Scope
    values: Mapping[str, Json] | None = None

    def read(self, node: Node | None, key: str) -> tuple[Demand, ...]:
        """Read a list of expectations; what is none is noted and left out."""
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.context.found.add(node.span, f"{key!r} must be a list, not {found(node)}", EXAMPLE)
            return ()
        demands = (self._demand(child) for child in node.nodes)
        return tuple(demand for demand in demands if demand is not None)

    def _demand(self, node: Node) -> Demand | None:
        spelt = spell(node, self.context)
        if spelt is None:
            return None
        waiting = self._waiting(spelt)
        if waiting:
            recipe = Recipe(_authored(spelt), self._rebuild(spelt, waiting))
            return Demand(Expectation(spelt.name, spelt.span, recipe), spelt)
        check = construct(spelt, self.context)
        if check is None or not self._fits(check, spelt):
            return None
        return Demand(Expectation(spelt.name, spelt.span, check), spelt)

    def _waiting(self, spelt: Spelt) -> tuple[Path, ...]:
        """Give the paths of the texts that wait for values, each inspected."""
        paths = []
        for path, scalar in scalars(spelt.fields):
            if self.templates.is_one(scalar):
                self.templates.inspect(scalar, self.context)
                paths.append(path)
        return tuple(paths)

    def _rebuild(self, spelt: Spelt, waiting: tuple[Path, ...]) -> Callable[[JsonObject], Check]:
        def rebuild(rendered: JsonObject) -> Check:
            texts = {path: str(_at(rendered, path)) for path in waiting}
            fields = refill(spelt.fields, texts)
            context = self.context.later()
            if not isinstance(fields, Table):
                raise TypeError(fields)
            filled = Spelt(spelt.name, spelt.model, fields, spelt.span)
            check = construct(filled, context, frozenset(waiting))
            if check is None:
                raise Mistakes(context.found.mistakes)
            return check

        return rebuild

    def _fits(self, check: Check, spelt: Spelt) -> bool:
        if check.fits(self.scope):
            return True
        place = "a whole conversation" if self.scope == "conversation" else "a turn"
        message = f"{spelt.name!r} cannot be expected of {place}"
        self.context.found.add(spelt.span, message, ELSEWHERE[self.scope])
        return False


def construct(
    spelt: Spelt, context: Context, filled: frozenset[Path] = frozenset()
) -> Check | None:
    """Build a check of its long form; None where that is a mistake, which is noted."""
    fields = read_files(spelt.model, spelt.fields, context)
    if fields is None:
        return None
    given = find_callables(spelt.model, fields, context)
    if given is None:
        return None
    form = Form(
        spelt.model,
        fields,
        context.found,
        given=given,
        filled=filled,
        text=context.file_text,
        enter=lambda data, node: {"build": _children(data, node, context)},
        checks=context.checks.names,
    )
    return build(form).value


def _children(data: Json, node: Table, context: Context) -> Callable[[Json], Check]:
    """Give the builder of checks inside a check, which finds their places by their data."""
    places = {id(value): child for value, child in pair(data, node)}

    def child(written: Json) -> Check:
        spelt = spell(places[id(written)], context) if id(written) in places else None
        check = construct(spelt, context) if spelt else None
        if check is None:
            raise PydanticCustomError(REPORTED, "its mistakes are noted")
        return check

    return child


def _authored(spelt: Spelt) -> JsonObject:
    return {key: to_data(child) for key, child in spelt.fields.entries.items()}


def _at(data: Json, path: Path) -> Json:
    for step in path:
        data = data[step]  # type: ignore[index] # the path was taken from this data
    return data
