"""The check `json`."""

from dataclasses import replace
from typing import Self

from pydantic import model_validator

from evalkit.model.check import Check, Evidence, JsonFrom, Verdict, View
from evalkit.reading.json_ladder import NotJson, Reading, of_view
from evalkit.reading.json_reply import SHOWN, left_out, not_json
from evalkit.reading.json_value import JsonType, is_a, type_of, with_article
from evalkit.reading.violation import show


class Json(Check):
    r"""The reply is JSON, read as leniently as `how` allows.

    `exact` is nothing but a value, `fenced` one fenced block in a text, `extracted` one object or
    array in a text; `true` is what the conversation's `json_from` allows.

    - json: true                             # passes: '{"dish": "bun"}'; fails: "{'dish': 'bun'}"
    - json: fenced                           # passes: "```json\n{}\n```"; fails: "Sure: {}"
    - json: {how: extracted, type: object}   # passes: 'Sure: {"a": 1}'; fails: "Sure: [1]"
    """

    how: JsonFrom | bool = True
    type: JsonType | None = None

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.how is False:
            raise ValueError("this cannot be judged: write `true`, or `not` before it")
        return self

    def evaluate(self, view: View) -> Verdict:
        reading = self._read(view)
        if isinstance(reading, NotJson):
            return not_json(view, reading)
        found = type_of(reading.value)
        told = f"reply is JSON, read as {reading.how}: {with_article(found)}"
        seen = Evidence(message=f"read as {reading.how}", excerpt=show(reading.value, SHOWN))
        return Verdict.when(
            self.type is None or is_a(reading.value, self.type),
            yes=told,
            no=f"{told}, not {with_article(self.type or found)}",
            evidence=(seen, *left_out(reading)),
        )

    def _read(self, view: View) -> Reading:
        if isinstance(self.how, bool):
            return of_view(view)
        reading = of_view(view, self.how)
        if isinstance(reading, NotJson):
            return replace(reading, hint=reading.hint.replace("json_from", "how"))
        return reading
