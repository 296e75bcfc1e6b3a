"""Items made in memory, and engines that end with their test."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from typing import Any

import pytest

from evalkit.model.api import Api, Services
from evalkit.model.chat import Attachment, TextPart
from evalkit.model.deployment import Deployment, Limits
from evalkit.model.outcome import Outcome
from evalkit.model.suite import Conversation, Suite, Turn
from evalkit.model.trial import Item
from evalkit.runner.engine import Engine
from evalkit.runner.options import Options
from evalkit.source import Span

PLACE = Span("suites/hello.yaml")


class NoFiles:
    """No attachment is ever sent."""

    def read(self, attachment: Attachment) -> bytes:
        raise NotImplementedError(attachment.name)

    def base64(self, attachment: Attachment) -> str:
        raise NotImplementedError(attachment.name)


@pytest.fixture
def services() -> Services:
    return Services(files=NoFiles())


@pytest.fixture
def make_deployment() -> Callable[..., Deployment]:
    def make(name: str = "echo", concurrency: int = 8) -> Deployment:
        return Deployment(name=name, span=PLACE, limits=Limits(concurrency=concurrency))

    return make


@pytest.fixture
def make_item(make_deployment: Callable[..., Deployment]) -> Callable[..., Item]:
    """Make an item that says each of its texts in turn; further keys are its conversation's."""

    def make(
        name: str = "hello",
        says: Sequence[str] = ("Hi",),
        deployment: Deployment | None = None,
        skip: str | None = None,
        **keys: Any,
    ) -> Item:
        called = deployment or make_deployment()
        turns = tuple(Turn(span=PLACE, user=(TextPart(text=text),)) for text in says)
        conversation = Conversation(id=name, span=PLACE, turns=turns, **keys)
        suite = Suite(file=PLACE.file, span=PLACE)
        node = f"{suite.file}::{name}[{called.name}]"
        return Item(node, suite, conversation, called.name, called, skip)

    return make


@pytest.fixture
def make_engine(services: Services) -> Iterator[Callable[..., Engine]]:
    """Make engines that call the given Api, whatever the deployments' `api` says."""
    with ExitStack() as ends:

        def make(
            api: type[Api],
            record: Callable[[Outcome], object] = lambda _: None,
            redact: Callable[[Outcome], Outcome] = lambda outcome: outcome,
            **options: Any,
        ) -> Engine:
            def on_outcome(outcome: Outcome) -> None:
                record(outcome)

            running = Engine(services, redact, on_outcome, Options(apis=lambda _: api, **options))
            ends.enter_context(closing(running))
            return running

        yield make
