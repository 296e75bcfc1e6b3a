"""The composition root: settings become items, a running engine, a record, and a report."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from evalkit.errors import Mistakes, RecordError
from evalkit.loader.load import Loader
from evalkit.model.api import Files, Services
from evalkit.model.chat import Attachment, CallError
from evalkit.model.deployment import Deployment
from evalkit.model.outcome import Outcome
from evalkit.model.run import CalledDeployment, Note, Plan, PlannedItem, RunEnd, RunStart
from evalkit.model.suite import Suite
from evalkit.model.trial import Item
from evalkit.planner import Case, Choice, cases, plan
from evalkit.records import files, folder, reader
from evalkit.records.writer import Writer
from evalkit.report import data, html, markdown
from evalkit.runner.board import JUDGED
from evalkit.runner.engine import Engine
from evalkit.runner.options import Options
from evalkit.runner.redaction import redaction
from evalkit.secrets import Redactor, Secret

GRACE = 10.0
"""Seconds that requests in flight are given when a run is interrupted."""

REPORTS = (
    ("report.html", html.render),
    ("summary.md", markdown.render),
    ("summary.json", data.render),
)


@dataclass(frozen=True)
class Settings:
    """What a run is asked to do.

    `cautious` keeps few trials ahead of the one awaited, for a run that may stop at a failure.
    `folder` and `part` are given to a worker: the run's folder, and the worker's name in it.
    """

    root: Path
    reports: Path
    choice: Choice = field(default_factory=Choice)
    environ: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    cautious: bool = False
    folder: Path | None = None
    part: str | None = None


@dataclass(frozen=True)
class Written:
    """The files of a run, and what went wrong beside its items.

    `recorded` counts the attempts that were judged; `lost` says what could not be stored, and why;
    `broken` what a bug cost, an entry each.
    """

    report: Path | None = None
    recorded: int = 0
    lost: str | None = None
    broken: tuple[str, ...] = ()


def name_folder(reports: Path) -> Path:
    """Choose the folder of a run that starts now; nothing is made yet."""
    return reports / folder.name(datetime.now(UTC), uuid.uuid4().hex[:6])


def publish(run_folder: Path) -> Written:
    """Write a run's reports from its record alone."""
    try:
        run = reader.read(run_folder)
        for name, render in REPORTS:
            files.write_atomic(run_folder / name, render(run))
    except RecordError as error:
        return Written(lost=str(error))
    except OSError as error:
        return Written(lost=f"the report could not be written: {error}")
    return Written(report=run_folder / "report.html")


class Execution:
    """Items being run: an engine whose outcomes go into the record of one folder."""

    def __init__(
        self,
        settings: Settings,
        attachments: Files,
        items: Sequence[Item],
        listen: Callable[[Outcome], None],
    ) -> None:
        self._settings = settings
        self._attachments = attachments
        self._listen = listen
        self._statuses: dict[str, str] = {}
        self._kept: set[str] = set()
        called = _deployments(items)
        self.folder = settings.folder or name_folder(settings.reports)
        folder.join(self.folder.parent, self.folder.name)
        self._writer = Writer(self.folder, settings.part)
        redactor = Redactor(_secrets(called))
        self._writer.start(
            RunStart(
                id=self.folder.name,
                evalkit=version("evalkit"),
                started=time.time(),
                command=tuple(redactor.text(word) for word in settings.command),
                deployments=tuple(_called(deployment) for deployment in called),
            )
        )
        self._writer.plan(Plan(items=tuple(map(_planned, items))))
        services = Services(files=attachments)
        options = Options(cautious=settings.cautious)
        self.engine = Engine(services, redaction(redactor), self._record, options)

    def _record(self, outcome: Outcome) -> None:
        for exchange in outcome.transcript.exchanges:
            for message in exchange.added:
                for attachment in message.attachments:
                    self._keep(attachment)
        self._writer.outcome(outcome)
        self._statuses[outcome.trial] = outcome.status
        self._listen(outcome)

    def _keep(self, attachment: Attachment) -> None:
        """Store an attachment once; the run goes on without one that is gone since it was sent."""
        if attachment.sha256 in self._kept:
            return
        self._kept.add(attachment.sha256)
        try:
            self._writer.blob(attachment.sha256, self._attachments.read(attachment))
        except CallError as error:
            self._writer.note(Note(text=f"an attachment is not kept: {error.fault.message}"))

    def end(self, *, interrupted: bool) -> Written:
        """Stop the engine, finish the record, and say what went wrong.

        After an interruption all that finished counts; otherwise, what was reported.
        """
        if interrupted:
            self.engine.drain(GRACE)
        self.engine.close()
        unreported = () if interrupted else self.engine.unreported
        lost = self._finish(unreported, interrupted=interrupted)
        recorded = sum(status in JUDGED for status in self._statuses.values())
        return Written(recorded=recorded, lost=lost, broken=self.engine.internal_errors)

    def _finish(self, unreported: Sequence[str], *, interrupted: bool) -> str | None:
        left_out = set(unreported)
        counted = [status for trial, status in self._statuses.items() if trial not in left_out]
        try:
            self._writer.end(
                RunEnd(
                    ended=time.time(),
                    counts=Counter(counted),
                    interrupted=interrupted,
                    unreported=tuple(unreported),
                )
            )
            self._writer.close()
        except RecordError as error:
            return str(error)
        return None


class Harness:
    """A run from its suites to its files, for one process; `met` says whether it met any suite."""

    def __init__(
        self, settings: Settings, listen: Callable[[Outcome], None] = lambda _: None
    ) -> None:
        self._settings = settings
        self._listen = listen
        self._loader = Loader(settings.root)
        self._suites: list[Suite] = []
        self.met = False
        self._execution: Execution | None = None

    def read(self, path: Path) -> tuple[Case, ...]:
        """Load a suite and give its cases; what is wrong with it waits for `plan`."""
        self.met = True
        suite = self._loader.load(path)
        if suite is None:
            return ()
        self._suites.append(suite)
        return tuple(cases(suite, self._settings.choice))

    def plan(self) -> tuple[Item, ...]:
        """Plan all that was read; raises Mistakes or UsageError, and then nothing is to be run."""
        if self._loader.mistakes:
            raise Mistakes(self._loader.mistakes)
        try:
            return plan(self._suites, self._settings.choice, self._settings.environ)
        except Mistakes as error:
            raise Mistakes(map(self._loader.quote, error.mistakes)) from error

    def begin(self, items: Sequence[Item]) -> None:
        """Open the record of a run of these items; only the first call does anything."""
        if self._execution is None:
            attachments = self._loader.attachments
            self._execution = Execution(self._settings, attachments, items, self._listen)

    def start(self, items: Sequence[Item]) -> None:
        """Start items of the run; what was started before goes on."""
        self._running.engine.start(items)
        if self._settings.part is None:
            html.prepare()  # while the first replies are on their way

    def outcomes(self, item: Item) -> tuple[Outcome, ...]:
        """Wait for the outcomes of an item that was started."""
        return self._running.engine.wait(item)

    @property
    def _running(self) -> Execution:
        if self._execution is None:
            raise LookupError("the run has not begun")
        return self._execution

    def hurry(self) -> None:
        """Cancel what an interrupted run still waits for; from any thread or signal handler."""
        if self._execution is not None:
            self._execution.engine.cancel()

    def finish(self, *, interrupted: bool) -> Written:
        """End the run, and write its reports unless a controlling process will."""
        if self._execution is None:
            return Written()
        ended = self._execution.end(interrupted=interrupted)
        if self._settings.part is not None:
            return ended
        published = publish(self._execution.folder)
        return replace(ended, report=published.report, lost=ended.lost or published.lost)


def _deployments(items: Sequence[Item]) -> tuple[Deployment, ...]:
    """Give each deployment that is called once, in the order of the items."""
    called = {item.called.span: item.called for item in items if item.called}
    return tuple(called.values())


def _secrets(called: Sequence[Deployment]) -> Iterator[Secret]:
    for deployment in called:
        values = (deployment.api_key, *deployment.headers.values())
        yield from (value for value in values if isinstance(value, Secret))


def _called(deployment: Deployment) -> CalledDeployment:
    return CalledDeployment(
        name=deployment.name,
        api=deployment.api,
        base_url=deployment.base_url,
        model=deployment.model,
        stream=deployment.stream,
        concurrency=deployment.limits.concurrency,
    )


def _planned(item: Item) -> PlannedItem:
    conversation = item.conversation
    return PlannedItem(
        id=item.id,
        suite=item.suite.file,
        conversation=conversation.id,
        deployment=item.deployment,
        description=conversation.description,
        tags=conversation.tags,
        span=conversation.span,
        repeat=conversation.repeat,
        pass_if=conversation.pass_if,
        skip=item.skip,
        xfail=conversation.xfail,
        labels=tuple(turn.label for turn in conversation.turns),
    )
