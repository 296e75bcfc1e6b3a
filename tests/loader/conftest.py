"""Suites written below `tmp_path`, and what the loader makes of them or says about them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evalkit.errors import Mistake, Mistakes
from evalkit.loader.load import Loaded, load
from evalkit.model.suite import Conversation, Suite

SUITE = "a.yaml"

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file, by its path under the root."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def load_text(tmp_path: Path, write: Write) -> Callable[..., Loaded]:
    """Load a suite of this text, below the files that are written already."""

    def load_text(text: str, name: str = SUITE) -> Loaded:
        return load(tmp_path, [write(name, text)])

    return load_text


@pytest.fixture
def told(load_text: Callable[..., Loaded]) -> Callable[..., str]:
    """Give all mistakes of a suite as they are printed."""
    return lambda text, name=SUITE: str(Mistakes(load_text(text, name).mistakes))


@pytest.fixture
def brief(load_text: Callable[..., Loaded]) -> Callable[..., str]:
    """Give a line for each mistake of a suite: its place, the message, hints behind bars."""

    def brief(text: str, name: str = SUITE) -> str:
        return "\n".join(map(_line, Mistakes(load_text(text, name).mistakes).mistakes))

    return brief


def _line(mistake: Mistake) -> str:
    span = mistake.span
    place = f"{span.line}:{span.column}" if span.file == SUITE else str(span)
    return " | ".join((f"{place}: {mistake.message}", *mistake.hints))


@pytest.fixture
def suite(load_text: Callable[..., Loaded]) -> Callable[..., Suite]:
    """Load a suite that has no mistakes."""

    def suite(text: str, name: str = SUITE) -> Suite:
        loaded = load_text(text, name)
        if loaded.mistakes:
            pytest.fail(str(Mistakes(loaded.mistakes)))
        return loaded.suites[0]

    return suite


@pytest.fixture
def conversation(suite: Callable[..., Suite]) -> Callable[..., Conversation]:
    """Load a suite that has no mistakes, and give its first conversation."""
    return lambda text, name=SUITE: suite(text, name).conversations[0]
