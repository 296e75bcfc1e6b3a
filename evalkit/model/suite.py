"""A suite as its YAML means it: conversations and their turns, each with its place."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, JsonValue, model_validator

from evalkit.model.chat import Part, Role
from evalkit.model.check import Expectation, JsonFrom
from evalkit.model.data import Authored, FromFile, JsonObject, Many
from evalkit.model.deployment import Draft, Params
from evalkit.model.judging import Judging
from evalkit.source import Span


@dataclass(frozen=True, slots=True)
class IsContent:
    """Marks a field that holds a message's content: a text, or a list of parts."""


@dataclass(frozen=True, slots=True)
class IsResponseFormat:
    """Marks a field that holds a `response_format` in any of its authored forms."""


Content = Annotated[tuple[Part, ...], Field(strict=False), IsContent()]
ResponseFormat = Annotated[JsonObject, IsResponseFormat()]
Tools = Annotated[tuple[JsonObject, ...], Field(strict=False), FromFile("json")]


class AtLeast(Authored):
    """At least so many attempts pass."""

    at_least: Annotated[int, Field(ge=1)]


class Rate(Authored):
    """At least this share of the attempts passes."""

    rate: Annotated[float, Field(gt=0, le=1)]


PassIf = Literal["all", "any", "majority"] | AtLeast | Rate


class Turn(Authored):
    """One step of a conversation: exactly one of `system`, `user` and `assistant`, and its demands.

    A `user` turn asks for a reply unless the next turn is `assistant`, which then is the reply.
    """

    span: Span
    system: Content | None = None
    user: Content | None = None
    assistant: Content | None = None
    expect: Many[Expectation] = ()
    params: Params = {}
    json_from: JsonFrom | None = None
    complete: bool = True
    label: str | None = None

    @property
    def role(self) -> Role:
        if self.user is not None:
            return "user"
        return "system" if self.system is not None else "assistant"

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.user or self.system or self.assistant or ()


class Conversation(Authored):
    """One scripted dialogue and what is expected of it.

    The loader has merged the defaults in, put `each_turn` and the implicit `complete` into the
    turns' own expectations, and checked that something is expected unless `unchecked`.
    `deployments` are names or globs. `skip` and `xfail` hold the reason.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
    span: Span
    description: str = ""
    tags: Many[str] = ()
    vars: dict[str, JsonValue] = {}
    system: Content | None = None
    turns: Annotated[tuple[Turn, ...], Field(strict=False, min_length=1)]
    expect: Many[Expectation] = ()
    each_turn: Many[Expectation] = ()
    deployments: Annotated[Many[str], Field(min_length=1)] | None = None
    params: Params = {}
    stream: bool | None = None
    response_format: ResponseFormat | None = None
    json_from: JsonFrom = "exact"
    tools: Tools = ()
    judge: Judging = Judging()
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None
    repeat: Annotated[int, Field(ge=1, le=1000)] = 1
    pass_if: PassIf = "all"
    on_turn_failure: Literal["continue", "stop"] = "continue"
    skip: str | None = None
    xfail: str | None = None
    unchecked: bool = False
    template: bool = True

    @model_validator(mode="after")
    def _attainable(self) -> "Conversation":
        if isinstance(self.pass_if, AtLeast) and self.pass_if.at_least > self.repeat:
            message = f"pass_if asks for {self.pass_if.at_least} attempts of {self.repeat}"
            raise ValueError(message)
        return self

    def requested(self, index: int) -> bool:
        """Whether turn `index` asks the deployment for a reply."""
        following = self.turns[index + 1 : index + 2]
        scripted = bool(following) and following[0].role == "assistant"
        return self.turns[index].role == "user" and not scripted


class Suite(Authored):
    """A YAML file of conversations; `file` is its path under the root.

    `deployments` are its own and those it inherits from `deployments.yaml` files, one a name.
    """

    file: str
    span: Span
    description: str = ""
    deployments: Many[Draft] = ()
    conversations: Many[Conversation] = ()
