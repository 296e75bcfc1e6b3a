"""Expectations: each check built by its own class, or kept as a recipe until values are known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from pydantic_core import PydanticCustomError

from evalkit.errors import Mistakes, TemplateError
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
from evalkit.template import render_json

ELSEWHERE: Final[Mapping[Scope, str]] = {
    "conversation": "put it under each_turn, or under the expect of a turn",
    "turn": "put it under the expect of the conversation",
}


@dataclass(frozen=True)
class Demand:
    """An expectation, and its check with the values at hand."""

    expectation: Expectation
    check: Check


@dataclass(frozen=True)
class Demands:
    """Reads what is expected of a turn or of a whole conversation."""

    context: Context
    templates: Templates
    scope: Scope
    values: Mapping[str, Json]

    def read(self, node: Node | None, key: str) -> tuple[Demand, ...]:
        """Read a list of expectations; what is none is noted and left out."""
        if node is None:
            return ()
        if not isinstance(node, Items):
            hint = "write a '-' before each expectation" if isinstance(node, Table) else EXAMPLE
            self.context.found.add(node.span, f"{key!r} must be a list, not {found(node)}", hint)
            return ()
        demands = (self._demand(child) for child in node.nodes)
        return tuple(demand for demand in demands if demand is not None)

    def _demand(self, node: Node) -> Demand | None:
        spelt = spell(node, self.context)
        if spelt is None:
            return None
        texts = {path: one for path, one in scalars(spelt.fields) if self.templates.is_one(one)}
        sound = [self.templates.inspect(scalar, self.context) for scalar in texts.values()]
        if not all(sound):
            return None
        recipe = Recipe(_authored(spelt), self._rebuild(spelt, tuple(texts))) if texts else None
        check = self._rehearse(recipe, spelt) if recipe else construct(spelt, self.context)
        if check is None or not self._fits(check, spelt):
            return None
        return Demand(Expectation(spelt.name, spelt.span, recipe or check), check)

    def _rehearse(self, recipe: Recipe, spelt: Spelt) -> Check | None:
        """Build a recipe with the values at hand, so that its mistakes are told with all others."""
        try:
            return recipe.build(
                {key: render_json(part, self.values) for key, part in recipe.authored.items()}
            )
        except TemplateError as error:
            self.context.found.add(spelt.span, str(error), *([error.hint] if error.hint else []))
        except Mistakes as error:
            self.context.found.mistakes += error.mistakes
        return None

    def _rebuild(self, spelt: Spelt, waiting: tuple[Path, ...]) -> Callable[[JsonObject], Check]:
        def rebuild(rendered: JsonObject) -> Check:
            texts = {path: str(_at(rendered, path)) for path in waiting}
            fields = refill(spelt.fields, texts)
            context = self.context.later()
            if not isinstance(fields, Table):
                raise TypeError(fields)
            check = construct(replace(spelt, fields=fields), context, frozenset(waiting))
            if check is None or context.found.mistakes:
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
        partial=spelt.partial,
    )
    return build(form).value


def _children(data: Json, node: Table, context: Context) -> Callable[[Json], Check]:
    """Give the builder of checks inside a check, which finds their places by their data."""

    @cache
    def places() -> Mapping[int, Node]:
        return {id(value): child for value, child in pair(data, node)}

    def child(written: Json) -> Check:
        spelt = spell(places()[id(written)], context) if id(written) in places() else None
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
