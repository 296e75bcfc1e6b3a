"""The check `tool_arguments_valid`."""

import json
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple, Self

from pydantic import model_validator

from evalkit.errors import CheckError
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.bounded import Budget
from evalkit.reading.effort import Effort
from evalkit.reading.json_ladder import NotJson
from evalkit.reading.schema import LISTED, Schema, Violations, schema_of
from evalkit.reading.tool_calls import (
    NO_CALL,
    Called,
    Names,
    calls_in,
    judgeable,
    listed,
    offered,
    quoted,
    uncalled,
    unreadable,
    unsent,
)
from evalkit.reading.violation import show

NO_TOOLS = "no tools were sent: write tools: on the conversation"


class Limits:
    """What all calls held to a schema may take together; all schemas share the seconds."""

    def __init__(self) -> None:
        self._budget = Budget()
        self._efforts: dict[Schema, Effort] = {}

    def of(self, schema: Schema) -> Effort:
        return self._efforts.setdefault(schema, schema.limits(self._budget))


class Judged(NamedTuple):
    """A call, and what is wrong with its arguments."""

    called: Called
    violations: Violations

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        called = self.called
        if not self.violations.total:
            return (called.said("fits the tool's parameters"),)
        if called.name not in called.tools:
            return (called.said(str(self.violations)),)
        return called.wrong(self.violations)


class ToolArgumentsValid(Check):
    """Every tool call names a tool that was sent, and its arguments fit that tool's parameters.

    With a `name`, or a list, only calls of those tools count. Where none is called nothing is wrong
    either, unless it says `required: true`. A function without `parameters` takes no arguments, a
    tool that is no function takes any. No tools sent at all is an error.

    - tool_arguments_valid: {}
      # passes: {reply: {tool_calls: [{name: now}]}, tools: [{type: function, name: now}]}
      # fails: {reply: {tool_calls: [{name: then}]}, tools: [{type: function, name: now}]}
    - tool_arguments_valid: {required: true}
      # passes: {reply: {tool_calls: [{name: now, arguments: '{}'}]}, tools: [{name: now}]}
      # fails: {reply: It is noon., tools: [{name: now}]}
    - tool_arguments_valid: add
      # passes: {reply: {tool_calls: [{name: now}]}, tools: [{name: add}]}
      # fails: {reply: {tool_calls: [{name: add, arguments: '{"a'}]}, tools: [{name: add}]}
    """

    scopes = frozenset({"turn", "conversation"})

    name: Names | None = None
    required: bool = False

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        _ = self.names
        return self

    @cached_property
    def names(self) -> tuple[str, ...]:
        return listed(self.name, "tool_arguments_valid")

    def evaluate(self, view: View) -> Verdict:
        self._require(offered(view))
        calls = calls_in(view)
        chosen = [called for called in calls if not self.names or called.name in self.names]
        if not chosen:
            return self._uncalled(view)
        limits = Limits()
        judged = [Judged(called, _violations(called, limits)) for called in judgeable(chosen)]
        wrong = [one for one in judged if one.violations.total]
        names = quoted(called.name for called in chosen)
        return Verdict.when(
            not wrong,
            yes=f"arguments fit the parameters of {names} ({_calls(len(chosen))})",
            no=_told(wrong, len(chosen)),
            evidence=_evidence(wrong or judged),
        )

    def _require(self, tools: Sequence[str]) -> None:
        """Raise CheckError where there is nothing that calls could be held to."""
        if not tools:
            raise CheckError("no_tools", NO_TOOLS)
        for name in self.names:
            if name not in tools:
                raise CheckError("no_tools", f"{name!r} cannot be judged: {unsent(name, tools)}")

    def _uncalled(self, view: View) -> Verdict:
        reason = f"no call of {quoted(self.names)}" if self.names else NO_CALL
        return Verdict.when(not self.required, yes=reason, no=reason, evidence=(uncalled(view),))


def _violations(called: Called, limits: Limits) -> Violations:
    """Tell everything that is wrong with a call; raises CheckError for a schema that is invalid."""
    if called.name not in called.tools:
        return Violations(1, (Evidence(message=unsent(called.name, called.tools)),))
    if isinstance(called.arguments, NotJson):
        return unreadable(called.arguments)
    schema = _schema(called)
    return schema.violations(called.arguments, limits.of(schema))


def _schema(called: Called) -> Schema:
    parameters = called.tools[called.name]
    invalid = f"the parameters of {called.shown} are no valid schema"
    if not isinstance(parameters, dict):
        raise CheckError("no_schema", f"{invalid}: expected object, got {show(parameters)}")
    try:
        return schema_of(json.dumps(parameters), formats=False)
    except ValueError as error:
        raise CheckError("no_schema", f"{invalid}: {error}") from error


def _told(wrong: Sequence[Judged], total: int) -> str:
    """Tell the first mistake, and how many calls have one."""
    if not wrong:
        return ""
    first = wrong[0]
    many = f"{len(wrong):,} of {total:,} calls are wrong, first " if total > 1 else ""
    return f"{many}call of {first.called.shown}: {first.violations}"


def _calls(count: int) -> str:
    return f"{count:,} call{'' if count == 1 else 's'}"


def _evidence(judged: Sequence[Judged]) -> tuple[Evidence, ...]:
    found = tuple(chain.from_iterable(one.evidence for one in judged))
    return Violations(len(found), found[:LISTED]).evidence
