"""A run's report made ready while its replies are awaited, from what its record already holds."""

from collections.abc import Mapping
from pathlib import Path

from evalkit.model.outcome import Outcome
from evalkit.model.run import PlannedItem, Run
from evalkit.records import reader
from evalkit.records.part import Follower
from evalkit.report import html
from evalkit.summary import result_of

MOST = 4 * 1024 * 1024
"""Characters of bodies that are kept: as many as a page shows unpacked."""


class Ahead:
    """Follows the record of a run that one process writes; `bodies` are by the ids of items."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._follower = Follower(folder / "run.jsonl")
        self._items: dict[str, PlannedItem] = {}
        self._attempts: dict[str, list[Outcome]] = {}
        self._bodies: dict[str, str] = {}
        self._room = MOST
        self._seen = 0

    @property
    def bodies(self) -> Mapping[str, str]:
        """What opens under each item that was seen whole."""
        return self._bodies

    def work(self) -> bool:
        """Read a line, and render what it completes; False where there is none yet."""
        if not self._follower.advance():
            return False
        part = self._follower.part
        if not self._items and part.plans:
            self._items = {item.id: item for plan in part.plans for item in plan.items}
        for outcome in part.outcomes[self._seen :]:
            self._take(outcome)
        self._seen = len(part.outcomes)
        return True

    def run(self) -> Run:
        """Give the whole record, once it has ended; raises RecordError."""
        return reader.join(self._folder, [self._follower.finish()])

    def close(self) -> None:
        """Give the record up."""
        self._follower.close()

    def _take(self, outcome: Outcome) -> None:
        item = self._items.get(outcome.item)
        if item is None or self._room <= 0:
            return
        attempts = self._attempts.setdefault(item.id, [])
        attempts.append(outcome)
        if len(attempts) == item.repeat:
            del self._attempts[item.id]
            if not any(map(_shows_attachments, attempts)):
                self._render(item, attempts)

    def _render(self, item: PlannedItem, attempts: list[Outcome]) -> None:
        body = html.body(result_of(item, attempts))
        self._bodies[item.id] = body
        self._room -= len(body)


def _shows_attachments(outcome: Outcome) -> bool:
    return any(
        message.attachments
        for exchange in outcome.transcript.exchanges
        for message in exchange.added
    )
