"""How close a run comes to what its deployment's latency and concurrency allow."""

import sys
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

LATENCY = 0.2
IN_FLIGHT = 64
CONVERSATIONS, TURNS = 200, 3

DEPLOYMENTS = f"""
deployments:
  slow: {{base_url: "${{SLOW_URL}}", limits: {{concurrency: {IN_FLIGHT}}}}}
"""

TURN = '      - {user: "turn %d of conversation %d", expect: [{contains: "turn %d"}]}\n'


def suite() -> str:
    lines = ["conversations:\n"]
    for number in range(CONVERSATIONS):
        lines.append(f"  - id: c{number}\n    turns:\n")
        lines += [TURN % (turn, number, turn) for turn in range(1, TURNS + 1)]
    return "".join(lines)


def test_a_run_is_bound_by_its_deployment_alone(
    tmp_path: Path, measure: Callable[..., Any]
) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites/deployments.yaml").write_text(DEPLOYMENTS)
    (tmp_path / "suites/many.yaml").write_text(suite())
    script = Script.model_validate({"delay": LATENCY, "rules": [{"reply": {"echo": True}}]})
    with ServerThread(script) as server:
        command = [sys.executable, "-m", "evalkit", "run"]
        # what users install has none of the development plugins, which start for a second
        environ = {"SLOW_URL": server.base_url, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        ran = measure(command, cwd=tmp_path, environ=environ)
    requests = server.requests
    bound = ceil(CONVERSATIONS * TURNS / IN_FLIGHT) * LATENCY
    sending = max(one.ended for one in requests) - min(one.started for one in requests)
    print(
        f"{CONVERSATIONS} x {TURNS} turns, {LATENCY * 1000:.0f} ms, {IN_FLIGHT} in flight: "
        f"first request to last reply {sending:.2f} s = {bound / sending:.0%} of the bound, "
        f"whole process {ran.wall:.2f} s = {bound / ran.wall:.0%}, {ran.cpu:.2f} s CPU"
    )
    assert (ran.code, len(requests)) == (0, CONVERSATIONS * TURNS), ran.out
    assert bound / sending >= 0.90
    assert bound / ran.wall >= 0.65
