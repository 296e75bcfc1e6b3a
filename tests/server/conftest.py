"""A server that follows the script of a test, and OpenAI's own client for it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from openai import OpenAI

from evalkit.server.door import Binding
from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

Serve = Callable[..., ServerThread]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a script, given as the YAML's data, until the test ends."""
    with ExitStack() as running:

        def start(script: dict[str, Any], token: str | None = None) -> ServerThread:
            made = ServerThread(Script.model_validate(script), Binding(token=token))
            return running.enter_context(made)

        yield start


Client = Callable[[ServerThread], OpenAI]


@pytest.fixture
def client() -> Iterator[Client]:
    with ExitStack() as running:
        yield lambda server: running.enter_context(
            OpenAI(base_url=server.base_url, api_key="any", max_retries=0)
        )
