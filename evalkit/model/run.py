"""A run as its record tells it: header, plan, outcomes, end, and what is damaged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evalkit.model.data import Json, Recorded
from evalkit.model.outcome import Outcome
from evalkit.model.price import Price
from evalkit.model.suite import PassIf
from evalkit.source import Span


class CalledDeployment(Recorded):
    """A deployment of the run, without its secrets; `base_url` has no userinfo and no query.

    `concurrency` is the most that can be in flight; where it is `adaptive`, so many rarely are, and
    latencies say nothing of a fixed load. `profile` are its settings that differ from OpenAI's.
    """

    name: str
    api: str
    base_url: str | None = None
    model: str | None = None
    stream: bool = False
    concurrency: int = 1
    adaptive: bool = False
    rpm: float | None = None
    tpm: float | None = None
    strict_wire: bool = False
    profile: Mapping[str, Json] = {}
    price: Price | None = None


class PlannedItem(Recorded):
    """An item of the run, with what a report tells of it beside its outcomes."""

    id: str
    suite: str
    conversation: str
    deployment: str
    description: str = ""
    tags: tuple[str, ...] = ()
    span: Span
    repeat: int = 1
    pass_if: PassIf = "all"
    skip: str | None = None
    xfail: str | None = None
    labels: tuple[str | None, ...] = ()


class RunStart(Recorded):
    """The header of a record; `started` is seconds since the epoch.

    `deployments` are under test, `consulted` are those that checks ask.
    """

    id: str
    evalkit: str
    started: float
    command: tuple[str, ...] = ()
    deployments: tuple[CalledDeployment, ...] = ()
    consulted: tuple[CalledDeployment, ...] = ()


class Plan(Recorded):
    """What the run set out to do; a conversation's items stand together."""

    items: tuple[PlannedItem, ...] = ()


class Note(Recorded):
    """Something about the whole run that a reader of its report should know, in a sentence."""

    text: str


class RunEnd(Recorded):
    """The footer of a record: how many trials came to each status, and what was never reported.

    `unreported` are ids of trials that finished but were never asked for; they are in no count.
    """

    ended: float
    counts: Mapping[str, int] = {}
    interrupted: bool = False
    unreported: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """A record as read; `end` is None where it is incomplete.

    `damage` tells in sentences what could not be read. `blob` gives the bytes of an attachment by
    its SHA-256, and raises KeyError where they are not stored.
    """

    start: RunStart
    items: tuple[PlannedItem, ...]
    outcomes: tuple[Outcome, ...]
    end: RunEnd | None
    damage: tuple[str, ...]
    blob: Callable[[str], bytes]
    notes: tuple[Note, ...] = ()
