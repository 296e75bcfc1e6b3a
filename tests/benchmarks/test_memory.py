"""What a run keeps of each conversation, from its plan to its reports."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

FEW, MANY = 2_000, 6_000

LIMIT = 20
"""Kilobytes of each conversation at the peak, which is where the reports are made."""

DEPLOYMENTS = 'deployments: {quick: {base_url: "${QUICK_URL}", limits: {concurrency: 64}}}\n'

CONVERSATION = """
  - id: c{number}
    turns:
      - {{user: "say that number {number} is right", expect: [contains: "number {number}"]}}
"""

PEAK = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A program that runs a command, and tells its code and the most kilobytes that it took."""


def peak(root: Path, count: int, environ: Mapping[str, str]) -> float:
    """Run so many conversations and give the most kilobytes that the process took."""
    (root / "suites").mkdir(parents=True)
    (root / "suites/deployments.yaml").write_text(DEPLOYMENTS)
    told = "".join(CONVERSATION.format(number=number) for number in range(count))
    (root / "suites/many.yaml").write_text(f"conversations:{told}")
    command = [sys.executable, "-c", PEAK, sys.executable, "-m", "evalkit", "run"]
    ran = subprocess.run(
        command, cwd=root, env=environ, capture_output=True, encoding="utf-8", check=True
    )
    code, taken = ran.stdout.split()
    assert code == "0", ran.stderr
    return int(taken) / (1024 if sys.platform == "darwin" else 1)


def test_a_conversation_takes_little_to_its_end(tmp_path: Path) -> None:
    with ServerThread(Script.model_validate({"rules": [{"reply": {"echo": True}}]})) as server:
        plain = {"QUICK_URL": server.base_url, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        environ = {**os.environ, **plain}
        few, many = (peak(tmp_path / str(count), count, environ) for count in (FEW, MANY))
    each = (many - few) / (MANY - FEW)
    print(
        f"peak memory: {few / 1024:.0f} MB of {FEW:,} conversations, {many / 1024:.0f} MB of"
        f" {MANY:,}: {each:.1f} KB of each"
    )
    assert each < LIMIT
