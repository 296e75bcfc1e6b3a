"""The check `python`."""

import math
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Annotated, Any, Final, Self

from pydantic import model_validator

from evalkit.errors import CheckError
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.data import FromPython, JsonObject
from evalkit.model.dialogue import Call, Dialogue
from evalkit.model.limit import Limit, Wait
from evalkit.reading.excerpt import shorten
from evalkit.reading.json_ladder import NotJson, of_view
from evalkit.reading.json_reply import not_json

GIVEN: Final = ("text", "json", "reply", "view")
"""What a function can ask for by the names of its parameters, beside `arguments`."""


class Python(Check):
    """A function of the author's own says yes: it returns true, a Verdict, or a score in range.

    It is named as `module:name` or `file.py:name`, and gets by the names of its parameters the
    reply's `text`, its value as `json`, the `reply` (a ChatReply), the `view`, and its `arguments`.
    An `async def` runs beside other work, any other function on a thread of its own, one call at a
    time. What it raises is an error with its traceback, never a failure.

    - python: my_checks:is_polite
      # passes: "Please wait"; fails: "Wait"
    - python: {call: "my_checks:likeness", arguments: {wanted: Oslo}, score: {min: 0.5}}
      # passes: "Oslo"; fails: "Bergen"
    """

    scopes = frozenset({"turn", "conversation"})

    call: Annotated[Callable[..., Any], FromPython()]
    arguments: JsonObject = {}
    score: Limit | None = None
    timeout: Wait = 60.0

    @model_validator(mode="after")
    def _can_be_called(self) -> Self:
        for name in self.arguments:
            if name in GIVEN:
                raise ValueError(f"arguments cannot hold {name!r}: it is what is judged")
        lacking = sorted(self._parameters(required=True) - {*GIVEN, *self.arguments})
        if lacking:
            message = f"nothing is given for its parameter {lacking[0]!r}"
            raise ValueError(f"{message}: there are {', '.join(GIVEN)}, and what arguments holds")
        return self

    def _parameters(self, *, required: bool) -> set[str]:
        """Name the parameters that can be given by name; those without a default where required."""
        try:
            found = signature(self.call).parameters.values()
        except (TypeError, ValueError):  # some functions written in C have none
            return set()
        named = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
        return {
            one.name
            for one in found
            if one.kind in named and not (required and one.default is not Parameter.empty)
        }

    def judge(self, view: View) -> Dialogue[Verdict]:
        reading = of_view(view) if "json" in self._parameters(required=False) else None
        if isinstance(reading, NotJson):
            return not_json(view, reading)
        value = reading.value if reading else None
        whole = {"text": view.reply.text, "json": value, "reply": view.reply, "view": view}
        taken = self._parameters(required=False)
        given = {name: one for name, one in whole.items() if name in taken}
        answer = yield Call(self.call, {**given, **self.arguments}, self.timeout)
        return self._verdict(answer, view)

    def _verdict(self, answer: object, view: View) -> Verdict:
        seen = (Evidence(message=f"returned {answer!r}", excerpt=shorten(view.reply.text)),)
        if isinstance(answer, Verdict):
            return answer if answer.evidence else answer.model_copy(update={"evidence": seen})
        if isinstance(answer, bool):
            return Verdict.when(answer, yes="it holds", no="it does not hold", evidence=seen)
        if isinstance(answer, int | float) and math.isfinite(answer):
            return self._scored(float(answer), seen)
        wanted = "true, false, a finite number or a Verdict"
        raise CheckError("check_bug", f"it returned {shorten(repr(answer))}, not {wanted}")

    def _scored(self, score: float, seen: tuple[Evidence, ...]) -> Verdict:
        if self.score is None:
            told = "say which scores hold, as in score: {min: 0.5}"
            raise CheckError("check_bug", f"it returned {score:g}: {told}")
        told = f"its score is {score:.4g} ({self.score})"
        holds = self.score.allows(score)
        verdict = Verdict.when(holds, yes=told, no=told, evidence=seen)
        return verdict.model_copy(update={"score": score})
