"""The program in a process of its own, for what must not run inside pytest."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def evalkit(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `evalkit` in the test's folder, without colours and without a key."""

    def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "evalkit", *arguments],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run
