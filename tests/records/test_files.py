"""Atomic files: whole or absent, private, and read only where they are regular."""

import os
from pathlib import Path

import pytest

from evalkit.records.files import open_regular, write_atomic


def test_a_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    write_atomic(path, "new")

    assert path.read_text() == "new"


def test_a_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    write_atomic(tmp_path / "report.html", "text")

    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o600


def test_text_that_no_encoding_holds_is_written_as_an_escape(tmp_path: Path) -> None:
    write_atomic(tmp_path / "report.html", "ü\ud800")

    assert (tmp_path / "report.html").read_text("utf-8") == "ü\\ud800"


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()

    with pytest.raises(OSError, match="directory"):
        write_atomic(tmp_path / "report.html", "text")

    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    (tmp_path / "report.html").symlink_to("kept.txt")

    write_atomic(tmp_path / "report.html", "new")

    assert (tmp_path / "kept.txt").read_text() == "kept"


def test_a_regular_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"bytes")

    with open_regular(tmp_path / "a") as file:
        assert file.read() == b"bytes"


def test_a_link_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("/etc/passwd")

    with pytest.raises(OSError, match="symbolic links"):
        open_regular(tmp_path / "a")


def test_a_pipe_is_not_opened_nor_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")

    with pytest.raises(OSError, match="no regular file"):
        open_regular(tmp_path / "a")
