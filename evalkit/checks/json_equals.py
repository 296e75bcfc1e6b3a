"""The check `json_equals`."""

from typing import Annotated

from pydantic import Field, field_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.data import Json
from evalkit.reading import json_exclusion, json_likeness
from evalkit.reading.json_difference import differences
from evalkit.reading.json_likeness import Rules
from evalkit.reading.json_reply import SHOWN, judge_json
from evalkit.reading.violation import show


class JsonEquals(Check):
    """The reply is JSON that equals a value; every difference is told at its JSON pointer.

    The order of keys never counts, 1 is 1.0, and `true` is not 1. Numbers may differ by
    `tolerance`. `exclude` lists places that do not count, as JSON pointers or JSONPaths.

    - json_equals: {dish: bun, calories: 300}
      # passes: '{"calories": 300.0, "dish": "bun"}'; fails: '{"dish": "bun", "calories": 301}'
    - json_equals: [1, 2.5]
      tolerance: 0.1
      # passes: "[1.1, 2.45]"; fails: "[1, 2.7]"
    - json_equals: [bun, {kind: sauce}]
      ignore_order: true
      ignore_case: true
      # passes: '[{"kind": "Sauce"}, "BUN"]'; fails: '["bun", "bun", {"kind": "sauce"}]'
    - json_equals: {dish: bun, at: now, parts: [{id: 1}]}
      exclude: [/at, "$.parts[*].id"]
      # passes: '{"dish": "bun", "parts": [{"id": 7}]}'; fails: '{"dish": "egg", "parts": [{}]}'
    """

    value: Json
    tolerance: Annotated[float, Field(ge=0)] = 0
    ignore_order: bool = False
    ignore_case: bool = False
    exclude: tuple[str, ...] = ()

    @field_validator("value")
    @classmethod
    def _is_shallow(cls, value: Json) -> Json:
        json_likeness.verify(value)
        return value

    @field_validator("exclude")
    @classmethod
    def _are_places(cls, exclude: tuple[str, ...]) -> tuple[str, ...]:
        for path in exclude:
            json_exclusion.verify(path)
        return exclude

    @property
    def rules(self) -> Rules:
        return Rules(self.tolerance, self.ignore_case, self.ignore_order)

    def evaluate(self, view: View) -> Verdict:
        return judge_json(view, self._judge)

    def _judge(self, got: Json) -> Verdict:
        found = differences(self.value, got, self.rules, self.exclude)
        same = Evidence(message=f"equals {show(self.value)}", excerpt=show(got, SHOWN))
        return Verdict.when(
            not found.total,
            yes="reply equals the expected JSON",
            no=f"reply does not equal the expected JSON: {found}",
            evidence=found.evidence or (same,),
        )
