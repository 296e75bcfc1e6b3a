"""Runs of a few words: which conversation came to what on which deployment."""

from collections.abc import Callable, Sequence

import pytest

from evalkit.model.chat import ChatReply, Timing, Usage
from evalkit.model.outcome import Outcome, Status
from evalkit.model.run import CalledDeployment, PlannedItem, Run, RunEnd, RunStart
from evalkit.model.transcript import Exchange, Transcript
from evalkit.source import Span

MakeItem = Callable[..., PlannedItem]
MakeRun = Callable[..., Run]


@pytest.fixture
def reply() -> ChatReply:
    return ChatReply(
        text="hi",
        usage=Usage(prompt=10, completion=5, total=15),
        timing=Timing(total=0.5, first_token=0.1),
    )


@pytest.fixture
def make_item() -> MakeItem:
    def make(conversation: str, deployment: str = "maas", **more: object) -> PlannedItem:
        data: dict[str, object] = {
            "id": f"suites/a.yaml::{conversation}[{deployment}]",
            "suite": "suites/a.yaml",
            "conversation": conversation,
            "deployment": deployment,
            "span": Span("suites/a.yaml", 3, 5),
            **more,
        }
        return PlannedItem.model_validate(data)

    return make


@pytest.fixture
def make_run(reply: ChatReply) -> MakeRun:
    """Give a maker of runs from items, each with the statuses of its attempts."""
    blobs: dict[str, bytes] = {}

    def make(
        *results: tuple[PlannedItem, Sequence[Status]],
        end: RunEnd | None = RunEnd(ended=160.0),  # noqa: B008 - frozen
        reply: ChatReply = reply,
    ) -> Run:
        transcript = Transcript(exchanges=(Exchange(turn=0, added=(), reply=reply),))
        outcomes = tuple(
            Outcome(
                trial=f"{item.id}#{attempt}",
                item=item.id,
                attempt=attempt,
                status=status,
                reason=f"{status} {attempt}",
                transcript=transcript,
                started=100.0,
                seconds=2.0,
            )
            for item, statuses in results
            for attempt, status in enumerate(statuses, 1)
        )
        names = dict.fromkeys(item.deployment for item, _ in results)
        deployments = tuple(CalledDeployment(name=name, api="scripted") for name in names)
        start = RunStart(id="r1", evalkit="0.1.0", started=100.0, deployments=deployments)
        items = tuple(item for item, _ in results)
        return Run(start, items, outcomes, end, (), blobs.__getitem__)

    return make
