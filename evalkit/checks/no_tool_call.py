"""The check `no_tool_call`."""

from functools import cached_property
from typing import Self

from pydantic import model_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.schema import LISTED, Violations
from evalkit.reading.tool_calls import (
    NO_CALL,
    Names,
    calls_in,
    listed,
    offered,
    quoted,
    tally,
    uncalled,
    unsent,
)


class NoToolCall(Check):
    """No tool is called, or none of those that are named.

    A call counts whatever its arguments are.

    - no_tool_call: {}
      # passes: "It rains."; fails: {reply: {tool_calls: [{name: search, arguments: '{}'}]}}
    - no_tool_call: delete_account
      # passes: {reply: {tool_calls: [{name: search, arguments: '{}'}]}}
      # fails: {reply: {tool_calls: [{name: delete_account, arguments: '{"id": 7}'}]}}
    - no_tool_call: {name: [delete_account, refund]}
      # passes: {turns: ["Sure.", {tool_calls: [{name: search}]}]}
      # fails: {turns: [{tool_calls: [{name: refund}]}, "Done."]}
    """

    scopes = frozenset({"turn", "conversation"})

    name: Names | None = None

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        _ = self.names
        return self

    @cached_property
    def names(self) -> tuple[str, ...]:
        return listed(self.name, "no_tool_call")

    def evaluate(self, view: View) -> Verdict:
        calls = calls_in(view)
        found = [called for called in calls if not self.names or called.name in self.names]
        told = tuple(called.said("was called") for called in found)
        return Verdict.when(
            not found,
            yes=f"not called: {quoted(self.names)}" if self.names else NO_CALL,
            no=tally(found),
            evidence=Violations(len(told), told[:LISTED]).evidence
            or (uncalled(view), *self._doubts(view)),
        )

    def _doubts(self, view: View) -> tuple[Evidence, ...]:
        """Name what could not be called at all, if only because it is misspelt."""
        tools = offered(view)
        strangers = [name for name in self.names if tools and name not in tools]
        return tuple(
            Evidence(pointer="tools", message=f"{name!r}: {unsent(name, tools)}")
            for name in strangers[:LISTED]
        )
