"""The check `json_subset`."""

from typing import Annotated

from pydantic import Field, field_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.data import Json
from evalkit.reading import json_likeness
from evalkit.reading.json_difference import differences
from evalkit.reading.json_likeness import Rules
from evalkit.reading.json_reply import SHOWN, judge_json
from evalkit.reading.violation import show


class JsonSubset(Check):
    """The reply is JSON that has at least the keys and items that are written, with these values.

    More keys and more items may be there, at every level. Each item of a list is found in an item
    of its own, in any order. Numbers may differ by `tolerance`.

    - json_subset: {dish: bun, nutrients: {fat: 9}}
      # passes: '{"dish": "bun", "nutrients": {"fat": 9, "salt": 1}, "id": 7}'
      # fails: '{"dish": "bun", "nutrients": {"salt": 1}}'
    - json_subset: {parts: [{kind: sauce}, {kind: bun}]}
      # passes: '{"parts": [{"kind": "bun"}, {"kind": "egg"}, {"kind": "sauce", "hot": true}]}'
      # fails: '{"parts": [{"kind": "bun"}, {"kind": "egg"}]}'
    - json_subset: {calories: 300, dish: bun}
      tolerance: 20
      ignore_case: true
      # passes: '{"calories": 315, "dish": "Bun"}'; fails: '{"calories": 325, "dish": "Bun"}'
    """

    value: Json
    tolerance: Annotated[float, Field(ge=0)] = 0
    ignore_case: bool = False

    @field_validator("value")
    @classmethod
    def _is_shallow(cls, value: Json) -> Json:
        json_likeness.verify(value)
        return value

    @property
    def rules(self) -> Rules:
        return Rules(self.tolerance, self.ignore_case, subset=True)

    def evaluate(self, view: View) -> Verdict:
        return judge_json(view, self._judge)

    def _judge(self, got: Json) -> Verdict:
        found = differences(self.value, got, self.rules)
        held = Evidence(message=f"contains {show(self.value)}", excerpt=show(got, SHOWN))
        return Verdict.when(
            not found.total,
            yes="reply contains the expected JSON",
            no=f"reply does not contain the expected JSON: {found}",
            evidence=found.evidence or (held,),
        )
