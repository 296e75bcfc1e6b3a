"""The check `tool_call`."""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.data import FromFile, JsonObject
from evalkit.model.limit import Limit
from evalkit.reading.json_ladder import NotJson
from evalkit.reading.measured import require_decisive
from evalkit.reading.schema import LISTED, Violations, schema_of
from evalkit.reading.tool_calls import Called, calls_in, instead, judgeable, uncalled
from evalkit.reading.wanted_call import Wanted

ONCE = Limit(min=1)


class Misfit(NamedTuple):
    """A call of the tool, and how its arguments differ from what is wanted."""

    called: Called
    violations: Violations

    @property
    def distance(self) -> tuple[bool, int]:
        return isinstance(self.called.arguments, NotJson), self.violations.total


class ToolCall(Check):
    """A tool is called, with these arguments where some are written.

    A call may have more keys than are written, at any depth, unless it says `exact: true`; lists
    are compared item by item. A `schema` of the arguments may be written in their place. Arguments
    that are no JSON fit nothing. All calls of the turn count, or of the conversation. `times` is
    how many calls fit, at least one if it is left out; a bare number is a maximum.

    - tool_call: {name: get_weather, arguments: {city: Oslo}}
      # passes: {tool_calls: [{name: get_weather, arguments: '{"city": "Oslo", "days": 2}'}]}
      # fails: {tool_calls: [{name: get_weather, arguments: '{"city": "Bergen"}'}]}
    - tool_call: get_weather
      # passes: {turns: [{tool_calls: [{name: get_weather}]}, "7 °C"]}
      # fails: "It is cold."
    - tool_call: {name: get_weather, arguments: {city: Oslo}, exact: true}
      # passes: {tool_calls: [{name: get_weather, arguments: '{"city": "Oslo"}'}]}
      # fails: {tool_calls: [{name: get_weather, arguments: '{"city": "Oslo", "days": 2}'}]}
    - tool_call: {name: pay, schema: {properties: {sum: {maximum: 10}}}, times: {min: 1, max: 2}}
      # passes: {tool_calls: [{name: pay, arguments: '{"sum": 10}'}]}
      # fails: {tool_calls: [{name: pay, arguments: '{"sum": 11}'}]}
    """

    scopes = frozenset({"turn", "conversation"})

    name: str
    arguments: JsonObject | None = None
    exact: bool = False
    document: Annotated[JsonObject | None, FromFile("schema"), Field(alias="schema")] = None
    times: Limit = ONCE

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.document is not None and self.arguments is not None:
            raise ValueError("write arguments or a schema of them, not both")
        if self.wanted.fault:
            raise ValueError(self.wanted.fault)
        require_decisive((self.times,))
        if self.times.max is not None and self.times.max // 1 < (self.times.min or 0):
            raise ValueError(f"this cannot pass: no whole number is {self.times}")
        return self

    @cached_property
    def wanted(self) -> Wanted:
        """The call that is wanted; raises ValueError where its schema is invalid."""
        written = self.document is not None
        schema = schema_of(json.dumps(self.document), formats=False) if written else None
        return Wanted(self.name, self.arguments, exact=self.exact, schema=schema)

    def evaluate(self, view: View) -> Verdict:
        calls = [called for called in calls_in(view) if called.name == self.name]
        limits = self.wanted.limits
        judged = [Misfit(one, self.wanted.misfits(one, limits)) for one in judgeable(calls)]
        fitting = [one.called for one in judged if not one.violations.total]
        others = [one for one in judged if one.violations.total]
        kept = self.times.allows(len(fitting))
        made = self._made(len(fitting), others)
        lacking = self.times.min is not None and len(fitting) < self.times.min
        why = f": {self._why(others, view)}" if lacking else ""
        return Verdict.when(
            kept,
            yes=made if self.times == ONCE else f"{made} ({self.times})",
            no=f"{made}{'' if self.times == ONCE else f', not {self.times}'}{why}",
            evidence=_evidence(fitting, others, view),
        )

    def _made(self, count: int, others: Sequence[Misfit]) -> str:
        """Say how many calls were made that fit."""
        plain = self.arguments is None and self.document is None
        of = f"{self.wanted}{' with JSON arguments' if plain and others else ''}"
        if count > 1:
            return f"{count:,} calls of {of} were made"
        return f"{'1' if count else 'no'} call of {of} was made"

    def _why(self, others: Sequence[Misfit], view: View) -> str:
        """Tell the nearest call, or what was called in its place."""
        if not others:
            return instead(self.name, view)
        nearest = min(others, key=lambda one: one.distance)
        among = f" (the nearest of {len(others)} calls)" if len(others) > 1 else ""
        return f"{nearest.violations}{among}"


def _evidence(
    fitting: Sequence[Called], others: Sequence[Misfit], view: View
) -> tuple[Evidence, ...]:
    """Point at the calls that fit, then at what is wrong with the others, the nearest first."""
    found = [called.said("fits") for called in fitting]
    for one in sorted(others, key=lambda one: one.distance):
        found += one.called.wrong(one.violations)
    return Violations(len(found), tuple(found[:LISTED])).evidence or (uncalled(view),)
