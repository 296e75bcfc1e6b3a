"""Items being run, and what of it is recorded."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from itertools import chain

from evalkit.errors import RecordError
from evalkit.harness import header
from evalkit.harness.settings import Settings, Written
from evalkit.model.api import Files, Services
from evalkit.model.chat import Attachment, CallError
from evalkit.model.outcome import Outcome
from evalkit.model.run import Note, Plan, RunEnd, RunStart
from evalkit.model.trial import Item
from evalkit.records import folder
from evalkit.records.writer import Writer
from evalkit.runner.board import JUDGED
from evalkit.runner.engine import Engine
from evalkit.runner.options import Options
from evalkit.runner.redaction import redaction
from evalkit.secrets import Redactor
from evalkit.wire import proxy

GRACE = 10.0
"""Seconds that conversations under way are given when a run is interrupted."""


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
        called, consulted = header.deployments(items), header.consulted(items)
        self.folder = settings.folder or folder.choose(settings.reports)
        folder.make(self.folder.parent, self.folder.name)
        self._writer = Writer(self.folder, settings.part)
        known = header.secrets((*called, *consulted)), proxy.secrets(settings.environ)
        redactor = Redactor(chain(*known))
        self._writer.start(
            RunStart(
                id=self.folder.name,
                evalkit=version("evalkit"),
                started=time.time(),
                command=tuple(redactor.text(word) for word in settings.command),
                deployments=tuple(map(header.called, called)),
                consulted=tuple(map(header.called, consulted)),
            )
        )
        for secret in redactor.too_short:
            self._writer.note(Note(text=f"{secret} is too short to be told from text: not masked"))
        self._writer.plan(Plan(items=tuple(map(header.planned, items))))
        services = Services(attachments, environ=settings.environ, share=settings.share)
        options = Options(cautious=settings.cautious, caps=settings.caps, grace=GRACE)
        self.engine = Engine(services, redaction(redactor), self._record, options)

    def note(self, texts: Iterable[str]) -> None:
        """Record what a reader of the report should know."""
        for text in texts:
            self._writer.note(Note(text=text))

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
