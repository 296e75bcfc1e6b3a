"""The README keeps its word: among the files that it shows, its commands print what it shows."""

import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalkit.cli.main import group
from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
WORKFLOW = ".github/workflows/prompts.yaml"

ANSWERS = {
    "money back": "Of course: I have started the refund of order A-4711.",
    "how long": "It should be there soon.",
}
"""What the deployment behind the first suite says."""

BESIDE = {
    "suites/prompts/shop.md": "You help the shop's customers.",
    "suites/tools/orders.json": '[{"type": "function", "function": {"name": "find_order"}}]',
    "suites/schemas/receipt.json": '{"type": "object", "additionalProperties": false}',
}
"""Files that the README's suites name and it does not show."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the path it is a file of, and its text."""

    language: str
    path: str
    text: str

    @property
    def command(self) -> str:
        return self.text.partition("\n")[0].removeprefix("$ ")

    @property
    def shown(self) -> str:
        return self.text.partition("\n")[2]


BLOCKS = [
    Block(*match.groups(default=""))
    for match in re.finditer(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
]
SHOWN = [block for block in BLOCKS if block.language == "console"]
FILES = {block.path: block for block in BLOCKS if block.path}


@pytest.fixture(scope="module")
def printed(
    tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str], at: Any
) -> Iterator[dict[str, str]]:
    """Give what each command prints, run in the README's order among the files shown before it."""
    root = tmp_path_factory.mktemp("readme")
    rules = [{"when": {"user": said}, "reply": reply} for said, reply in ANSWERS.items()]
    with ServerThread(Script.model_validate({"rules": rules})) as server:
        given = {"SUPPORT_URL": server.base_url, "SUPPORT_KEY": "a-key-of-support"}
        path = f"{root / 'project'}:{root / 'site'}"
        yield dict(follow(at(root / "project", {**environ, **given, "PYTHONPATH": path})))


def follow(project: Any) -> Iterator[tuple[str, str]]:
    """Write each file and run each command, and give the commands with what they print."""
    for path, text in BESIDE.items():
        project.write(path, text)
    shutil.copytree(REPOSITORY / "suites/images", project.root / "suites/images")
    for block in BLOCKS:
        if block.language == "toml":
            install(project.root.with_name("site"), block.text)
        elif block.path:
            project.write(block.path, block.text)
        elif block.language == "console":
            yield block.command, run(project, block.command)


def install(site: Path, pyproject: str) -> None:
    """Install a package as pip does, as far as its entry points go."""
    folder = site / "polite-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: polite\nVersion: 1.0\n")
    groups = tomllib.loads(pyproject)["project"]["entry-points"]
    lines = [
        line
        for group_, points in groups.items()
        for line in (f"[{group_}]", *(f"{name} = {place}" for name, place in points.items()))
    ]
    (folder / "entry_points.txt").write_text("\n".join(lines))


def run(project: Any, command: str) -> str:
    program, *arguments = shlex.split(command)
    ran = getattr(project, program)(*arguments)
    return f"{ran.out}{ran.err}"


@pytest.mark.parametrize("block", SHOWN, ids=[block.command for block in SHOWN])
def test_a_command_prints_what_is_shown(block: Block, printed: dict[str, str]) -> None:
    assert alike(block.shown, printed[block.command]), printed[block.command]


def alike(shown: str, got: str) -> bool:
    """Whether a text is what is shown, where `...` stands for anything."""
    return OutputChecker().check_output(shown, f"{got.rstrip()}\n", ELLIPSIS)


def test_a_text_that_differs_is_not_alike() -> None:
    assert not alike("1 passed in ...s\n", "1 failed in 0.1s\n")


def workflow_commands() -> list[str]:
    jobs = yaml.safe_load(FILES[WORKFLOW].text)["jobs"]
    steps = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    return [step for step in steps if step.startswith("evalkit ")]


@pytest.mark.parametrize("line", workflow_commands())
def test_the_workflows_commands_are_accepted(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    command = group.get_command(group.make_context("evalkit", [name]), name)
    assert command is not None
    assert command.make_context(name, arguments).params["paths"] == ()


def test_the_first_suite_has_twelve_lines() -> None:
    assert BLOCKS[0].text.count("\n") == 12
