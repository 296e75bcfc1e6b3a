"""The check `json_path`."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal, Self

from pydantic import field_validator, model_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.data import Json
from evalkit.model.limit import Limit
from evalkit.reading import json_condition
from evalkit.reading.bounded import Budget, compiled
from evalkit.reading.excerpt import in_line, shorten
from evalkit.reading.json_condition import Condition
from evalkit.reading.json_nodes import Node
from evalkit.reading.json_query import Query, query_of
from evalkit.reading.json_reply import SHOWN, judge_json
from evalkit.reading.json_value import JsonType
from evalkit.reading.schema import LISTED, Violations
from evalkit.reading.violation import show


class JsonPath(Check):
    """The values that a JSONPath (RFC 9535) selects in the reply are there, and are as expected.

    All of them must be, or with `quantifier: any` one at least. `matches` is a pattern that is
    found somewhere in a text, `length` counts characters, items or keys.

    - json_path: $.dish                                    # passes: '{"dish": null}'; fails: "{}"
    - json_path: {path: $.calories, min: 300, max: 900}
      # passes: '{"calories": 300}'; fails: '{"calories": "300"}'
    - json_path: {path: "$.parts[*].kind", matches: "^[a-z]+$", type: string}
      # passes: '{"parts": [{"kind": "bun"}]}'; fails: '{"parts": [{"kind": "bun"}, {"kind": "!"}]}'
    - json_path: {path: "$.parts[?@.hot].kind", equals: sauce, quantifier: any}
      # passes: '{"parts": [{"kind": "egg", "hot": 1}, {"kind": "sauce", "hot": 1}]}'
      # fails: '{"parts": [{"kind": "sauce"}]}'
    - json_path: {path: $.parts, length: {min: 1, max: 3}}
      # passes: '{"parts": [1]}'; fails: '{"parts": []}'
    - json_path: {path: $..error, exists: false}
      # passes: "{}"; fails: '{"parts": [{"error": null}]}'
    """

    path: str
    equals: Json = None
    matches: str | None = None
    min: float | None = None
    max: float | None = None
    length: Limit | None = None
    type: JsonType | None = None
    exists: bool | None = None
    quantifier: Literal["all", "any"] = "all"

    @field_validator("path")
    @classmethod
    def _is_path(cls, path: str) -> str:
        query_of(path)
        return path

    @field_validator("matches")
    @classmethod
    def _is_pattern(cls, pattern: str | None) -> str | None:
        if pattern == "":
            raise ValueError("this cannot fail: the empty pattern matches every text")
        compiled(pattern or "")
        return pattern

    @field_validator("length")
    @classmethod
    def _decides(cls, length: Limit | None) -> Limit | None:
        if length and length.fault:
            raise ValueError(length.fault)
        return length

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"no number is at least {self.min:g} and at most {self.max:g}")
        if self.exists is False and self.conditions:
            raise ValueError("exists: false leaves no value to compare: leave out one or the other")
        if self.exists is False and self.query.is_root:
            raise ValueError("this cannot pass: all JSON has a '$'")
        return self

    @cached_property
    def query(self) -> Query:
        return query_of(self.path)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(self._conditions())

    def _conditions(self) -> Iterator[Condition]:
        if "equals" in self.model_fields_set:
            yield json_condition.equal_to(self.equals)
        if self.type is not None:
            yield json_condition.of_type(self.type)
        if self.matches is not None:
            yield json_condition.matching(self.matches)
        if self.min is not None or self.max is not None:
            yield json_condition.within(Limit(min=self.min, max=self.max))
        if self.length is not None:
            yield json_condition.as_long_as(self.length)

    def evaluate(self, view: View) -> Verdict:
        return judge_json(view, self._judge)

    def _judge(self, value: Json) -> Verdict:
        budget = Budget()
        nodes = self.query.select(value, budget)
        if not nodes or not self.conditions:
            return self._existence(nodes, value)
        seen = [(node, self._unmet(node.value, budget)) for node in nodes]
        return self._single(*seen[0]) if len(seen) == 1 else self._several(seen)

    def _unmet(self, value: Json, budget: Budget) -> str:
        """Say what a value should be and is not, empty where nothing."""
        unmet = (one.words for one in self.conditions if not one.holds(value, budget))
        return " and ".join(unmet)

    @cached_property
    def subject(self) -> str:
        return repr(shorten(self.path))

    @cached_property
    def words(self) -> str:
        return " and ".join(condition.words for condition in self.conditions)

    def _existence(self, nodes: Sequence[Node], value: Json) -> Verdict:
        count = f" ({len(nodes):,} values)" if len(nodes) > 1 else ""
        fact = f"reply has {self.subject}{count}" if nodes else f"reply has no {self.subject}"
        nothing = Evidence(message="nothing found", excerpt=show(value, SHOWN))
        return Verdict.when(
            bool(nodes) == (self.exists is not False),
            yes=fact,
            no=fact,
            evidence=self._evidence([(node, "") for node in nodes]) or (nothing,),
        )

    def _single(self, node: Node, unmet: str) -> Verdict:
        told = f"{self.subject} is {show(node.value)}"
        return Verdict.when(
            not unmet,
            yes=f"{told} (expected {self.words})",
            no=f"{told}, not {unmet}",
            evidence=self._evidence([(node, unmet)]),
        )

    def _several(self, seen: Sequence[tuple[Node, str]]) -> Verdict:
        wrong = [(node, unmet) for node, unmet in seen if unmet]
        right = [(node, unmet) for node, unmet in seen if not unmet]
        all_of_them = f"{len(seen):,} values of {self.subject}"
        if not wrong or (right and self.quantifier == "any"):
            reason = f"{len(right):,} of {all_of_them} are {self.words}"
            return Verdict(status="passed", reason=reason, evidence=self._evidence(right))
        first = wrong[0][0]
        told = f"{in_line(first.pointer)} is {show(first.value)}"
        reason = f"{len(wrong):,} of {all_of_them} are not {self.words}: {told}"
        return Verdict(status="failed", reason=reason, evidence=self._evidence(wrong))

    def _evidence(self, seen: Sequence[tuple[Node, str]]) -> tuple[Evidence, ...]:
        """Show the first values at their places, and count the others."""
        told = tuple(
            Evidence(
                pointer=node.pointer,
                message=self._message(node, unmet),
                excerpt=show(node.value, SHOWN),
            )
            for node, unmet in seen[:LISTED]
        )
        return Violations(len(seen), told).evidence

    def _message(self, node: Node, unmet: str) -> str:
        if unmet:
            return f"expected {unmet}, got {show(node.value)}"
        return f"is {self.words}" if self.conditions else "found"
