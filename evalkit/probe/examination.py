"""The examination of a deployment: its features' questions are sent, within a time, and judged."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from evalkit.model.api import Services, Transport
from evalkit.model.chat import ChatReply, Fault, FaultKind
from evalkit.model.conformance import Conformance, Examined, Finding
from evalkit.model.deployment import Deployment
from evalkit.probe import calling
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.features import registry
from evalkit.probe.findings import unknown
from evalkit.probe.picture import Pictures
from evalkit.probe.questions import PLAIN, STREAMED
from evalkit.probe.recorder import Recorder
from evalkit.probe.seen import Seen
from evalkit.secrets import Redactor
from evalkit.wire.http import Network

MOST_AT_ONCE: Final = 4
NO_TIME: Final = Fault(kind="timeout_total", message="no answer came in time")
UNREACHED: Final[frozenset[FaultKind]] = frozenset(
    {"connect", "timeout_first_token", "timeout_idle", "timeout_total", "auth", "config", "quota"}
)
"""Faults of the first question after which there is nothing to find out."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What an examination is given beside a deployment; `seconds` bound all of it."""

    environ: Mapping[str, str] = field(default_factory=dict)
    redactor: Redactor = field(default_factory=lambda: Redactor(()))
    image_url: str | None = None
    seconds: float = 60.0


async def examine(deployment: Deployment, errand: Errand) -> Conformance:
    """Find out what a deployment supports; nothing that it does is raised."""
    async with Network(calling.placed(deployment), errand.environ) as network:
        found = await Examination(deployment, errand, network).run()
    return Conformance.model_validate(errand.redactor.data(found.model_dump(mode="json")))


def features() -> dict[str, Feature]:
    """Give all features by their names, in the order in which they are told."""
    found = {name: registry.get(name)() for name in registry.usable}
    return dict(sorted(found.items(), key=lambda one: (one[1].place, one[0])))


class Examination:
    """An examination under way, and what it has taken so far."""

    def __init__(self, deployment: Deployment, errand: Errand, transport: Transport) -> None:
        self._setting = Setting(calling.prepared(deployment), errand.image_url)
        self._errand = errand
        self._transport = transport
        self._time = asyncio.get_running_loop().time
        self._started = self._time()
        self._places = asyncio.Semaphore(min(MOST_AT_ONCE, deployment.limits.places))
        self._requests = self._tokens = self._untold = 0

    async def run(self) -> Conformance:
        """Ask the first question alone: what it comes to decides how the others are asked."""
        first = await self._open()
        fault = NO_TIME if first is None else first.fault
        if fault and fault.kind in UNREACHED:
            return self._told((), fault.message)
        found = fault is None or fault.kind != "not_found"
        self._setting = replace(self._setting, found=found)
        known = features()
        asked = {
            name: one.questions(self._setting)
            for name, one in known.items()
            if one.obstacle(self._setting) is None
        }
        answers = await self._ask_all(one for each in asked.values() for one in each)
        answers[PLAIN.key] = first
        seen = {name: [answers[one.key] for one in each] for name, each in asked.items()}
        return self._told([self._examined(name, known[name], seen.get(name)) for name in known])

    async def _open(self) -> Seen | None:
        """Ask the first question, with the bound on the reply under a name that is taken."""
        seen = None
        for profile in calling.profiles(self._setting.deployment.profile):
            deployment = self._setting.deployment.model_copy(update={"profile": profile})
            self._setting = replace(self._setting, deployment=deployment)
            seen = await self._ask(PLAIN)
            if seen is None or seen.fault is None or not calling.refuses_limit(seen.fault):
                break
            words = self._setting.refusal or seen.fault.message
            self._setting = replace(self._setting, refusal=words)
        return seen

    async def _ask_all(self, asked: Iterable[Question]) -> dict[str, Seen | None]:
        """Ask each question once, but for the first; the stream before others can delay it."""
        questions = {STREAMED.key: STREAMED} | {one.key: one for one in asked}
        questions.pop(PLAIN.key, None)
        async with asyncio.TaskGroup() as group:
            tasks = {key: group.create_task(self._ask(one)) for key, one in questions.items()}
        return {key: task.result() for key, task in tasks.items()}

    async def _ask(self, question: Question) -> Seen | None:
        """Send a question; None where there is no time for the answer."""
        recorder = Recorder(self._transport, self._errand.redactor)
        services = Services(Pictures(), recorder, self._errand.environ)
        called = calling.varied(self._setting.deployment, question.variant)
        answered: ChatReply | Fault | None = None
        try:
            async with asyncio.timeout_at(self._started + self._errand.seconds), self._places:
                answered = await calling.answer(called, services, question.request)
        except TimeoutError:
            answered = None
        self._count(recorder.sent, answered)
        if answered is None:
            return None
        return Seen(calling.redacted(answered, self._errand.redactor), recorder.raw)

    def _count(self, sent: int, answered: ChatReply | Fault | None) -> None:
        self._requests += sent or (answered is not None)
        if isinstance(answered, ChatReply):
            used = answered.usage.total if answered.usage else None
            self._tokens += used or 0
            self._untold += used is None

    def _examined(self, name: str, one: Feature, seen: Sequence[Seen | None] | None) -> Examined:
        finding = self._finding(one, seen)
        return Examined(name=name, group=one.group, title=one.title, finding=finding)

    def _finding(self, feature: Feature, seen: Sequence[Seen | None] | None) -> Finding:
        if seen is None:
            return unknown(feature.obstacle(self._setting) or "it was not asked")
        try:
            return feature.find(self._setting, seen)
        except Exception as error:  # noqa: BLE001 - a feature is a plugin, and replies are hostile
            return unknown(f"{type(error).__name__} while it was judged: {error}")

    def _told(self, examined: Sequence[Examined], unreached: str | None = None) -> Conformance:
        called = self._setting.deployment
        return Conformance(
            deployment=called.name,
            api=called.api,
            base_url=called.base_url,
            model=called.model,
            unreached=unreached,
            features=tuple(examined),
            requests=self._requests,
            tokens=self._tokens,
            untold=self._untold,
            seconds=round(self._time() - self._started, 3),
        )
