"""What it costs to have evalkit installed, and to ask it for help."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark

Cpu = Callable[[Sequence[str]], float]


def test_help_takes_less_than_a_quarter_second(cpu: Cpu) -> None:
    seconds = cpu([sys.executable, "-m", "evalkit", "--help"])
    print(f"evalkit --help: {seconds * 1000:.0f} ms CPU")
    assert seconds < 0.25


def test_the_plugin_costs_less_than_50_ms_beyond_pytest(cpu: Cpu) -> None:
    bare = cpu([sys.executable, "-c", "import pytest"])
    with_plugin = cpu([sys.executable, "-c", "import pytest, evalkit.pytest_plugin.hooks"])
    print(f"plugin import: {(with_plugin - bare) * 1000:.1f} ms beyond pytest's {bare * 1000:.0f}")
    assert with_plugin - bare < 0.05


def test_a_run_of_nothing_takes_less_than_a_second(cpu: Cpu, tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    seconds = cpu([sys.executable, "-m", "evalkit", "run", "--root", str(tmp_path), str(tmp_path)])
    print(f"evalkit run without a suite: {seconds * 1000:.0f} ms CPU")
    assert seconds < 1
