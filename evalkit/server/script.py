"""The YAML of a scripted deployment: which request gets which reply."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, field_validator, model_validator

from evalkit.model.data import Authored, Json, JsonObject, Many
from evalkit.model.limit import Duration

Quirk = Literal[
    "messages",
    "null_fields",
    "no_model",
    "no_usage",
    "no_done",
    "no_role",
    "no_finish_reason",
    "not_streamed",
]
"""How real deployments differ from the standard.

`messages` sends `choices[].messages`, a list, in place of `message`; `null_fields` sends null for
`object`, `model`, `logprobs` and `system_fingerprint`; `not_streamed` answers a streamed request
with JSON; the others leave a part out.
"""

LOOKED_AT = 100_000
"""Characters of a message at most in which a script's regex searches."""

Misbehaviour = Literal["reset", "close", "silence", "cut", "garbage", "html"]
"""How a connection fails.

`reset` and `close` end it before the reply, `silence` never answers, `cut` ends it in the middle of
the reply, `garbage` and `html` send a body that is no completion.
"""


def long_form(key: str, written: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
    """Read a bare value as the value of `key`."""
    return written if written is None or isinstance(written, (dict, BaseModel)) else {key: written}


class Words(Authored):
    """A text that has to hold a piece of text, whatever its case, or match a regex.

    A script's patterns are its author's own and the text is cut, so no time limit guards them.
    """

    contains: Annotated[str, Field(min_length=1)] | None = None
    regex: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, written: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
        return long_form("contains", written)

    @model_validator(mode="after")
    def _demanding(self) -> "Words":
        if self.contains is None and self.regex is None:
            message = "a text, or contains or regex, is needed"
            raise ValueError(message)
        return self

    @field_validator("regex")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            message = f"no valid regex: {error}"
            raise ValueError(message) from error
        return pattern

    def match(self, text: str) -> bool:
        held = self.contains is None or self.contains.casefold() in text.casefold()
        return held and (self.regex is None or re.search(self.regex, text[:LOOKED_AT]) is not None)


class When(Authored):
    """What a request must be for a rule to apply; all that is given has to hold.

    `user` is the text of the last user message, `image` whether that message has one; `turn` counts
    the user messages from 1.
    """

    user: Words | None = None
    system: Words | None = None
    turn: Annotated[int, Field(ge=1)] | None = None
    image: bool | None = None
    model: str | None = None
    stream: bool | None = None


class Call(Authored):
    """A tool call in the reply."""

    name: str
    arguments: JsonObject = {}
    id: str | None = None


class Counts(Authored):
    """The usage that is reported; what is left out is counted in words."""

    prompt: int | None = None
    completion: int | None = None
    reasoning: int | None = None
    cached: int | None = None


class Failure(Authored):
    """An answer with an error status, in OpenAI's envelope."""

    status: Annotated[int, Field(ge=400, le=599)]
    message: str = "scripted error"
    code: str | None = None
    param: str | None = None
    type: str = "server_error"
    retry_after: Duration | None = None


KINDS = ("text", "echo", "refusal", "verdict", "flagged", "error", "fault")
CUT_SHORT = frozenset({"text", "json", "echo", "refusal", "verdict"})
"""What the fault `cut` breaks off where it stands beside it."""


class Reply(Authored):
    """What is answered; a bare text is the text of the reply.

    Exactly one of `text`, `json`, `echo`, `refusal`, `verdict`, `flagged`, `error` and `fault` is
    given; `tool_calls` may stand alone or beside a text, and `fault: cut` beside what it breaks off
    in the middle. `verdict` answers the check `judge`: it is `pass`, `fail` or `score_4`, and `why`
    the reasoning. `flagged` names the categories that moderation finds in a text. `echo: true`
    repeats the last user message. `json` is written out, in a fence with `fence: true`, with the
    prose of `before` and `after` around it. `delay` passes before the first token, `between` before
    each chunk after it; a chunk is a word, or `chunk` characters. `delay` and `quirks` stand in
    place of the script's.
    """

    text: str | None = None
    json_value: Json = Field(None, alias="json")
    echo: bool = False
    refusal: str | None = None
    error: Failure | None = None
    fault: Misbehaviour | None = None
    tool_calls: Many[Call] = ()
    verdict: str | None = None
    why: str = ""
    flagged: Many[str] | None = None
    fence: bool = False
    before: str = ""
    after: str = ""
    reasoning: str | None = None
    finish_reason: str | None = None
    usage: Counts = Counts()
    delay: Duration | None = None
    between: Duration = 0.0
    chunk: Annotated[int, Field(ge=1)] | None = None
    quirks: Many[Quirk] | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, written: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
        return long_form("text", written)

    @model_validator(mode="after")
    def _one_answer(self) -> "Reply":
        given = self._given
        if len(given) > 1:
            message = f"a reply is one of {' and '.join(given)}, not both"
            raise ValueError(message)
        if not given and not self.tool_calls:
            message = f"a reply needs {', '.join(KINDS)}, json or tool_calls"
            raise ValueError(message)
        if self.tool_calls and given not in ([], ["text"]):
            message = f"tool_calls stand alone or beside a text, not beside {given[0]}"
            raise ValueError(message)
        if given != ["json"] and (self.fence or self.before or self.after):
            message = "fence, before and after need json"
            raise ValueError(message)
        return self

    @property
    def _given(self) -> list[str]:
        """Name what the reply is, in YAML's words; a JSON value may be null."""
        given = {kind for kind in KINDS if getattr(self, kind) not in (None, False)}
        if "json_value" in self.model_fields_set:
            given |= {"json"}
        if self.fault == "cut" and (self.tool_calls or CUT_SHORT & given):
            given -= {"fault"}
        return sorted(given)


class Rule(Authored):
    """A reply and when it is given, for `times` requests at most.

    A list of replies is gone through again and again, one a request.
    """

    when: When = When()
    reply: Many[Reply]
    times: Annotated[int, Field(ge=1)] | None = None

    @field_validator("reply", mode="before")
    @classmethod
    def _single(cls, written: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
        if written in ([], ()):
            message = "a rule needs a reply"
            raise ValueError(message)
        return written if isinstance(written, (list, tuple)) else (written,)


class Script(Authored):
    """A deployment that follows rules: the first that fits a request answers it.

    `model` is what replies say served them, `delay` and `quirks` hold for every reply that has none
    of its own. Without `otherwise` a request that no rule fits is an error that says so.

    ```yaml
    model: scripted-1
    delay: 20ms
    rules:
      - when: {user: refund, turn: 2}
        reply: Your refund is on its way.
      - when: {image: true}
        reply: {json: {total_calories: 585}, fence: true}
      - when: {user: {regex: "^weather"}}
        reply: {tool_calls: [{name: get_weather, arguments: {city: Oslo}}]}
    otherwise: I do not understand.
    ```
    """

    model: str = "scripted"
    delay: Duration = 0.0
    quirks: Many[Quirk] = ()
    rules: Many[Rule] = ()
    otherwise: Reply | None = None

    @field_validator("rules")
    @classmethod
    def _reachable(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        for number, rule in enumerate(rules[:-1], 1):
            if rule.when == When() and rule.times is None:
                message = f"rule {number} fits every request, so none after it can answer"
                raise ValueError(message)
        return rules
