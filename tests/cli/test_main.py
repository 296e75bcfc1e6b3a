"""The program: its commands, its exit codes, and what it costs to start."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from evalkit.cli import commands
from evalkit.cli.main import call, modules
from evalkit.errors import RecordError

ROOT = Path(__file__).parents[2]

HEAVY = (
    "pydantic",
    "pytest",
    "httpx",
    "aiohttp",
    "jinja2",
    "jsonschema",
    "yaml",
    "rich",
    "asyncio",
)

STARTED = """
import json, resource, sys
from evalkit.cli.main import call
code = call(["--help"])
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([code, sorted(sys.modules), used.ru_utime + used.ru_stime]))
"""


def test_the_folder_is_the_list_of_commands(capsys: pytest.CaptureFixture[str]) -> None:
    files = {path.stem for path in Path(commands.__path__[0]).glob("*.py")} - {"__init__"}

    call(["--help"])

    shown = capsys.readouterr().out.partition("Commands:")[2].strip().splitlines()
    assert {line.split()[0] for line in shown} == {name.rstrip("_") for name in files}


def test_every_command_has_a_help_line(capsys: pytest.CaptureFixture[str]) -> None:
    call(["--help"])

    shown = capsys.readouterr().out.partition("Commands:")[2].strip().splitlines()
    assert [line for line in shown if len(line.split()) < 3] == []


@pytest.mark.parametrize("name", modules())
def test_a_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = call([name, "--help"])

    assert (code, capsys.readouterr().out[:80].split()[:3]) == (0, ["Usage:", "evalkit", name])


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    code, modules, seconds = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    assert [name for name in HEAVY if name in modules] == []
    assert seconds < 0.25


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["--version"]) == 0
    assert capsys.readouterr().out.startswith("evalkit ")


USAGE = {
    "an unknown command": (["rnu"], "unknown command 'rnu'\n  hint: did you mean 'run'?\n"),
    "a command like no other": (
        ["xyzzy"],
        "unknown command 'xyzzy'\n  hint: evalkit --help lists the commands\n",
    ),
    "an unknown option": (
        ["schema", "--bogus"],
        "no such option '--bogus'\n  hint: evalkit schema --help lists what is accepted\n",
    ),
    "an unknown option of the program": (
        ["--bogus"],
        "no such option '--bogus'\n  hint: evalkit --help lists what is accepted\n",
    ),
    "a steering argument": (
        ["a\x1b[2J"],
        "unknown command 'a\\x1b[2J'\n  hint: evalkit --help lists the commands\n",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), USAGE.values(), ids=list(USAGE))
def test_wrong_usage_is_one_message_and_code_4(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(arguments)

    assert (code, *capsys.readouterr()) == (4, "", message)


def raising(error: BaseException) -> click.Command:
    """Give a program that ends with `error`."""

    @click.command()
    def program() -> None:
        raise error

    return program


ENDINGS: dict[str, tuple[BaseException, int, str]] = {
    "an expected error": (RecordError("line 7 is torn\x1b[2J"), 8, "line 7 is torn\n"),
    "Ctrl-C": (KeyboardInterrupt(), 2, "\n"),
}


@pytest.mark.parametrize(("error", "code", "shown"), ENDINGS.values(), ids=list(ENDINGS))
def test_what_a_command_raises_decides_the_code(
    error: BaseException, code: int, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = call([], raising(error))

    assert (given, *capsys.readouterr()) == (code, "", shown)


def test_a_bug_is_told_with_its_traceback_and_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    code = call([], raising(ZeroDivisionError("why")))

    shown = capsys.readouterr().err
    assert code == 3
    assert shown.startswith("Traceback ")
    assert shown.endswith("internal error of evalkit: ZeroDivisionError('why')\n")


def test_what_a_command_returns_is_the_code() -> None:
    assert call([], click.Command("program", callback=lambda: 5)) == 5


def test_a_command_that_returns_nothing_has_succeeded() -> None:
    assert call([], click.Command("program", callback=lambda: None)) == 0


def test_windows_is_refused_before_anything_else(capsys: pytest.CaptureFixture[str]) -> None:
    code = call(["--version"], platform="win32")

    assert (code, capsys.readouterr().out) == (4, "")


def run_module(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "evalkit", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_the_package_is_the_program() -> None:
    done = run_module("rnu")

    assert (done.returncode, done.stdout, done.stderr[:15]) == (4, "", "unknown command")
