"""A feature: what is asked about it, and what the answers show; nothing is sent here."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, final

from evalkit.model.chat import ChatRequest
from evalkit.model.conformance import Finding
from evalkit.model.deployment import Deployment
from evalkit.probe.findings import refused, unknown
from evalkit.probe.seen import Seen

Reach = Literal["messages", "request", "wire"]
"""How much of an api a feature needs.

`messages` and a text in return, the whole `request`, or the `wire` in OpenAI's own form.
"""

REACHES: Final[Mapping[str, Sequence[Reach]]] = {
    "python": ("messages",),
    "http": ("messages",),
    "chat_completions": ("messages", "request", "wire"),
    "scripted": ("messages", "request", "wire"),
}
REACH_OF_OTHERS: Final[Sequence[Reach]] = ("messages", "request")
"""What is taken for granted of an Api: it puts all of a request into its own form."""


LIMIT: Final = "max_tokens"
NEWER_LIMIT: Final = "max_completion_tokens"
"""The names of the bound on a reply's tokens."""

BEYOND: Final[Mapping[Reach, str]] = {
    "messages": "has no messages",
    "request": "need not pass on more than messages",
    "wire": "does not speak chat completions",
}

Variant = Literal["as_is", "wrong_model", "wrong_key"]


@dataclass(frozen=True, slots=True)
class Question:
    """A request that is sent; features that ask the same share the answer.

    `number` tells questions apart that are to be asked again, `variant` says what is wrong with the
    deployment on purpose.
    """

    request: ChatRequest
    number: int = 1
    variant: Variant = "as_is"

    @property
    def key(self) -> str:
        """What questions have in common that are asked once."""
        return json.dumps([self.request.model_dump(mode="json"), self.number, self.variant])


@dataclass(frozen=True, slots=True)
class Setting:
    """The deployment as it is probed, and what else there is to ask with.

    `refusal` are the words with which it refused `max_tokens`, so that it is asked otherwise; not
    even the first question was `found` where its address or model leads nowhere.
    """

    deployment: Deployment
    image_url: str | None = None
    refusal: str = ""
    found: bool = True


class Feature(ABC):
    """One thing that a deployment may do.

    `place` orders features, `group` and `title` are for people. `parameter` is the request's field
    that it is about. A feature that `expects_fault` is asked for judgement on faults as well.
    """

    place: ClassVar[int]
    group: ClassVar[str]
    title: ClassVar[str]
    reach: ClassVar[Reach] = "wire"
    parameter: ClassVar[str | None] = None
    expects_fault: ClassVar[bool] = False

    def lacks(self, setting: Setting) -> str | None:
        """Say what is missing to find out about it."""
        del setting
        return None

    @abstractmethod
    def questions(self, setting: Setting) -> tuple[Question, ...]:
        """Give what is to be asked."""

    @abstractmethod
    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        """Say what the answers show, in the order of the questions."""

    @final
    def obstacle(self, setting: Setting) -> str | None:
        """Say why there is no use in asking."""
        api, profile = setting.deployment.api, setting.deployment.profile
        if self.reach not in REACHES.get(api, REACH_OF_OTHERS):
            return f"api {api!r} {BEYOND[self.reach]}"
        if self.parameter in profile.removed:
            return f"the profile never sends {self.parameter!r}"
        return self.lacks(setting)

    @final
    def find(self, setting: Setting, seen: Sequence[Seen | None]) -> Finding:
        """Judge the answers; one is None where there was no time for it."""
        there = [one for one in seen if one is not None]
        if len(there) < len(seen):
            return unknown("no time left")
        faults = [one.fault for one in there if one.fault]
        if faults and faults[0].kind == "not_found" and not setting.found:
            return unknown(faults[0].message)
        if faults and not self.expects_fault:
            return refused(faults[0])
        return self.judge(setting, there)
