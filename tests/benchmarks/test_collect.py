"""What it takes to know all items of a large project before anything is sent."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

FILES, EACH = 10, 1_000
"""So many files of so many conversations: 5 MB of YAML."""

SECONDS = 5

CONVERSATION = """
  - id: question-{number}
    description: The customer asks about order {number}
    turns:
      - user: >-
          Hello, I ordered a lamp with the number {number} three weeks ago and it has not come yet.
          Could you please tell me where it is now, and repeat the number of my order in the answer?
          I would like to have it before the end of the month, as it is meant as a present.
        expect:
          - contains: order
          - regex: "number {number}"
          - length: {{characters: {{max: 2000}}}}
"""


def write(root: Path) -> int:
    """Write the project and give the bytes of its suites."""
    (root / "suites").mkdir()
    deployment = "deployments: {silent: {base_url: 'http://127.0.0.1:9/v1'}}\n"
    (root / "suites/deployments.yaml").write_text(deployment)
    sizes = []
    for file in range(FILES):
        numbers = range(file * EACH, (file + 1) * EACH)
        told = "".join(CONVERSATION.format(number=number) for number in numbers)
        sizes.append((root / f"suites/many{file}.yaml").write_text(f"conversations:{told}"))
    return sum(sizes)


def test_ten_thousand_conversations_are_collected_within_seconds(
    tmp_path: Path, measure: Callable[..., Any]
) -> None:
    size = write(tmp_path)
    command = [sys.executable, "-m", "evalkit", "run", "--collect-only"]
    # what users install has none of the development plugins, which start for a second
    environ = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    ran = min((measure(command, tmp_path, environ) for _ in range(2)), key=lambda one: one.wall)

    print(
        f"collect {FILES * EACH:,} conversations, {size / 1e6:.1f} MB of YAML: "
        f"{ran.wall:.2f} s, {ran.cpu:.2f} s CPU"
    )
    assert ran.code == 0, ran.out[-2_000:]
    assert f"{FILES * EACH} tests collected" in ran.out
    assert ran.wall < SECONDS
