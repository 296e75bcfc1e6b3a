"""The port to a check: what it sees, what it says, and how an author's expectation holds one."""

import re
import traceback
from abc import ABC
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, final, get_args, get_origin

from pydantic import Field, SerializeAsAny, ValidationInfo, WrapValidator, field_validator

from evalkit.errors import CheckError
from evalkit.model.chat import CallError, ChatReply
from evalkit.model.consultation import Consultation
from evalkit.model.data import Authored, JsonObject, Recorded
from evalkit.model.dialogue import Dialogue
from evalkit.model.judging import NOBODY, Judging
from evalkit.model.price import Price
from evalkit.model.transcript import Exchange, Transcript
from evalkit.source import Span

T = TypeVar("T")

KEY = re.compile(r"[a-z][a-z0-9_]*")
"""What a field of a check may be called in YAML."""

JsonFrom = Literal["exact", "fenced", "extracted"]
"""The most lenient reading of a reply as JSON that an author allows."""

Scope = Literal["turn", "conversation"]

WARNING = "warning"
"""The message of evidence for what passes, but is not known to hold."""


class Evidence(Recorded):
    """What a verdict points at: a JSON pointer or another path, and what is wrong there."""

    pointer: str = ""
    message: str = ""
    excerpt: str = ""


class Verdict(Recorded):
    """The result of a check, always with a reason.

    `kind` is the word for an error's cause. The fields from `check` on say whose verdict it is;
    grading fills them in. `turn` is an index from 0, None for the whole conversation. `asked` is
    what the check asked of deployments, `parts` are the verdicts of the checks inside it.
    """

    status: Literal["passed", "failed", "error"]
    reason: str
    evidence: tuple[Evidence, ...] = ()
    kind: str = ""
    score: float | None = None
    parts: "tuple[Verdict, ...]" = ()
    asked: tuple[Consultation, ...] = ()
    check: str = ""
    label: str | None = None
    weight: float = 1.0
    optional: bool = False
    turn: int | None = None
    span: Span | None = None

    @classmethod
    def when(
        cls,
        holds: bool,  # noqa: FBT001 - it reads as the sentence it is
        *,
        yes: str,
        no: str,
        evidence: tuple[Evidence, ...] = (),
    ) -> "Verdict":
        """Pass with the reason `yes` or fail with the reason `no`."""
        if holds:
            return cls(status="passed", reason=yes, evidence=evidence)
        return cls(status="failed", reason=no, evidence=evidence)

    @classmethod
    def error(cls, kind: str, reason: str, detail: str = "") -> "Verdict":
        """Say that the check could not judge; `detail` is evidence of it, as a traceback."""
        evidence = (Evidence(message=kind, excerpt=detail),) if detail else ()
        return cls(status="error", kind=kind, reason=reason, evidence=evidence)

    @property
    def warns(self) -> bool:
        """Whether it passes without being known to hold: that is not turned round by `not`."""
        return self.status == "passed" and any(one.message == WARNING for one in self.evidence)

    @property
    def counts(self) -> bool:
        """Whether the conversation depends on it."""
        return not self.optional


@dataclass(frozen=True)
class View:
    """What a check sees: the exchanges of a turn, or of the whole conversation.

    `transcript` is the dialogue so far. `turn` is the index of the turn, None where the whole
    conversation is judged; then `exchanges` are all of it. `price` is the deployment's, and
    `judge` says who judges where a check does not.
    """

    transcript: Transcript
    exchanges: tuple[Exchange, ...]
    turn: int | None = None
    json_from: JsonFrom = "exact"
    price: Price | None = None
    judge: Judging = NOBODY
    _memo: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def reply(self) -> ChatReply:
        """The last reply; a view is only made of exchanges that were answered."""
        reply = self.exchanges[-1].reply
        if reply is None:
            raise CheckError(kind="check_bug", message="there is no reply to judge")
        return reply

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Compute a value once for this view, for every check that asks for it."""
        if key not in self._memo:
            self._memo[key] = compute()
        value: T = self._memo[key]
        return value


class Check(Authored, ABC):
    """What a reply can be held to: the fields are the YAML keys, the first one the short form.

    `scopes` says where an author may write it.
    """

    scopes: ClassVar[frozenset[Scope]] = frozenset({"turn"})

    label: str | None = None
    weight: Annotated[float, Field(gt=0)] = 1.0
    optional: bool = False

    @field_validator("*", mode="before")
    @classmethod
    def _take_list(cls, written: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - any YAML
        """Take a YAML list for a field that is a tuple, strict as the types are."""
        if not isinstance(written, list) or info.field_name is None:
            return written
        is_tuple = get_origin(cls.model_fields[info.field_name].annotation) is tuple
        return tuple(written) if is_tuple else written

    def fits(self, scope: Scope) -> bool:
        """Whether an author may write this very check there: overridden where a child decides."""
        return scope in self.scopes

    @property
    def children(self) -> tuple["Check", ...]:
        """The checks that stand in the fields of this one."""
        values = (getattr(self, name) for name in _roomy(type(self)))
        listed = (value if isinstance(value, tuple) else (value,) for value in values)
        return tuple(one for ones in listed for one in ones if isinstance(one, Check))

    @property
    def family(self) -> Iterator["Check"]:
        """This check, and all that stand inside it."""
        yield self
        for child in self.children:
            yield from child.family

    @property
    def needs_stream(self) -> bool:
        """Whether only a streamed reply can be judged."""
        return False

    @property
    def needs_schema(self) -> bool:
        """Whether it judges by the schema that was sent as `response_format`."""
        return False

    def consults(self, judge: Judging) -> tuple[str, ...]:
        """Name the deployments that it asks; raises ValueError where one is needed and not named.

        `judge` is what the conversation says of its judge.
        """
        del judge
        return ()

    def evaluate(self, view: View) -> Verdict:
        """Judge what is in view; raises CheckError where that cannot be done."""
        raise NotImplementedError

    def judge(self, view: View) -> Dialogue[Verdict]:
        """Judge by asking: overridden where a model has to be asked."""
        return self.evaluate(view)
        yield

    @final
    def verdict(self, view: View) -> Dialogue[Verdict]:
        """Judge, and turn whatever goes wrong into an error verdict."""
        try:
            return (yield from self.judge(view))
        except CallError as error:
            return Verdict.error(error.fault.kind, error.fault.message)
        except CheckError as error:
            return Verdict.error(error.kind, str(error), error.detail)
        except Exception as error:  # noqa: BLE001 - a check is a plugin; its bug is not a verdict
            trace = "".join(traceback.format_exception(error)).strip()
            return Verdict.error("check_bug", f"{type(error).__name__}: {error}", trace)

    @classmethod
    def fault(cls) -> str | None:
        """Say why a subclass is no check that authors can write, if so."""
        if not (cls.__doc__ or "").strip() or cls.__doc__ == Check.__doc__:
            return f"{cls.__name__} has no docstring that says what holds"
        if cls.evaluate is Check.evaluate and cls.judge is Check.judge:
            return f"{cls.__name__} has neither `evaluate` nor `judge`"
        if cls.verdict is not Check.verdict:
            return f"{cls.__name__} must not replace `verdict`: write `evaluate` or `judge`"
        if not cls.scopes or not cls.scopes <= {"turn", "conversation"}:
            return f"{cls.__name__}.scopes must be of 'turn' and 'conversation', one or both"
        return cls._fault_of_fields()

    @classmethod
    def _fault_of_fields(cls) -> str | None:
        """Say which field takes the place of a common one, or cannot be written in YAML."""
        for name in COMMON:
            if cls.model_fields[name].annotation != Check.model_fields[name].annotation:
                return f"{cls.__name__} has a field {name!r} of its own, which every check has"
        for key in cls.own_fields():
            if not KEY.fullmatch(key):
                return f"{cls.__name__} has a field {key!r}: use small letters, digits and '_'"
        for setting, wanted in (("frozen", True), ("extra", "forbid")):
            if cls.model_config.get(setting) != wanted:
                return f"{cls.__name__} must keep `{setting}` in its model_config"
        return None

    @classmethod
    def key(cls) -> str:
        """Give the name that authors write: that of its module, without a trailing underscore."""
        return cls.__module__.rpartition(".")[2].rstrip("_")

    @classmethod
    @cache
    def own_fields(cls) -> tuple[str, ...]:
        """Give the YAML keys of this check beside the common ones, the short form first.

        A check's own keys come before those of a class that it extends.
        """
        fields = cls.model_fields
        own = (name for name in cls.__annotations__ if name in fields)
        ordered = dict.fromkeys((*own, *fields))
        return tuple(fields[name].alias or name for name in ordered if name not in COMMON)


COMMON = tuple(Check.model_fields)
"""The fields of every check."""


@cache
def _roomy(model: type[Check]) -> tuple[str, ...]:
    """Name the fields that may hold checks: all but those of texts, numbers and words alone."""
    return tuple(key for key, info in model.model_fields.items() if not _is_plain(info.annotation))


def _is_plain(annotation: Any) -> bool:  # noqa: ANN401 - a class, or one of typing's forms
    if get_origin(annotation) in (Union, UnionType):
        return all(map(_is_plain, get_args(annotation)))
    return annotation in (str, int, float, bool, NoneType) or get_origin(annotation) is Literal


def _build_child(written: Any, handler: Any, info: ValidationInfo) -> Any:  # noqa: ANN401
    """Build a check that stands inside another one, by the builder of the validation's context."""
    if isinstance(written, Check):
        return written
    return info.context["build"](written) if info.context else handler(written)


Child = Annotated[SerializeAsAny[Check], WrapValidator(_build_child)]
"""A field that holds another check, written as any expectation is."""


@dataclass(frozen=True)
class Recipe:
    """A check with a template in it: its long form as authored, and what builds it once rendered.

    `build` raises Mistakes, at the expectation's place, where the rendered form is no valid check.
    """

    authored: JsonObject
    build: Callable[[JsonObject], Check]


@dataclass(frozen=True)
class Expectation:
    """What an author demands, at its place: a check, or its recipe until its values are known."""

    name: str
    span: Span
    check: Check | Recipe
