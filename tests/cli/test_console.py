"""What commands write, and where it goes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evalkit.cli.console import echo, table, to_json, write
from evalkit.errors import UsageError

ROOT = Path(__file__).parents[2]


def test_text_goes_to_stdout_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    echo("a\x1b[31mb\n::error::c")

    assert capsys.readouterr() == ("ab\n\\::error::c\n", "")


def test_errors_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    echo("wrong", error=True)

    assert capsys.readouterr() == ("", "wrong\n")


def run_echo(text: str, stdout: int, **environ: str) -> subprocess.CompletedProcess[bytes]:
    program = f"from evalkit.cli.console import echo\necho({text!r})\necho('end')"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=30,
    )


def test_a_stream_that_cannot_hold_a_character_gets_its_escape() -> None:
    done = run_echo("naïve ✓ \ud800", subprocess.PIPE, PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert done.stdout == b"na\\xefve \\u2713 \\ud800\nend\n"


def test_a_closed_pipe_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)

    done = run_echo("a", writer)

    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_disk_is_told() -> None:
    full = os.open("/dev/full", os.O_WRONLY)

    done = run_echo("a", full)

    os.close(full)
    assert done.stderr.endswith(b"UsageError: cannot write the output: No space left on device\n")


@pytest.mark.parametrize(
    "text", ["##vso[x]", "###", "\\##", "\x1b[2J", "\u202e", "日本\ud800", "::error::"]
)
def test_json_is_left_as_it_is_and_means_the_same(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    echo(to_json([text, {text: text}]))

    assert json.loads(capsys.readouterr().out) == [text, {text: text}]


def test_a_table_aligns_columns_and_keeps_rows_on_their_lines() -> None:
    shown = table([["a", "long\nname", ""], ["bbb", "c", "d"]])

    assert shown == "a    long\\nname\nbbb  c           d"


def test_a_table_of_nothing_is_empty() -> None:
    assert table([]) == ""


def test_a_file_is_written_whatever_the_text_holds(tmp_path: Path) -> None:
    write(tmp_path / "new" / "a.md", "日本 \ud800")

    assert (tmp_path / "new" / "a.md").read_bytes() == "日本 \\ud800".encode()


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"cannot write '{tmp_path}': Is a directory"):
        write(tmp_path, "")
