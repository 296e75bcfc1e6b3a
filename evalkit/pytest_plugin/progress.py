"""One live line that counts outcomes while a run goes on in a terminal."""

import time
from collections import Counter
from collections.abc import Generator, Sequence
from typing import Any, TypeAlias

import pytest

from evalkit.model.outcome import Outcome
from evalkit.model.trial import Item

Status: TypeAlias = tuple[str, str, str | tuple[str, dict[str, bool]]]
"""What pytest asks for: a category, a letter, and a word that may have a colour."""

INTERVAL = 0.1
"""Seconds between two paintings of the line, at least."""

ERASE = "\r\x1b[K"


class Progress:
    """Takes the place of pytest's dots; told of outcomes by another thread."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._counts: Counter[str] = Counter()
        self._expected = 0
        self._started = time.monotonic()
        self._painted = 0.0
        self._shown = False

    def expect(self, items: Sequence[Item]) -> None:
        """Take up how many outcomes there will be."""
        self._expected = sum(1 if item.skip else item.conversation.repeat for item in items)

    def count(self, outcome: Outcome) -> None:
        """Count an outcome, and paint the line again when it is time."""
        self._counts[outcome.status] += 1
        now = time.monotonic()
        if now - self._painted >= INTERVAL:
            self._painted = now
            self._paint(self._line(now - self._started))

    def clear(self) -> None:
        if self._shown:
            self._paint("")
            self._shown = False

    def _line(self, seconds: float) -> str:
        done = sum(self._counts.values())
        counts = [f"{self._counts[word]} {word}" for word in self._counts if word != "passed"]
        words = ", ".join([f"{done}/{self._expected} done", *counts])
        return f"{words}, {seconds:.0f} s"[: self._writer.fullwidth - 1]

    @property
    def _writer(self) -> Any:  # noqa: ANN401 - pytest exports no name; it makes it after its plugins
        return self._config.get_terminal_writer()

    def _paint(self, line: str) -> None:
        self._writer.write(f"{ERASE}{line}", flush=True)
        self._shown = True

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, Status, Status]:
        """Leave the line to the counter: pytest's letters are not written."""
        category, _, word = yield
        return category, "", word
