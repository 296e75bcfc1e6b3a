"""The folder of a run: exclusive, private, and never behind a link."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from evalkit.errors import UsageError
from evalkit.records import folder

STARTED = datetime(2026, 11, 24, 19, 1, 2, tzinfo=UTC)
NAME = "20261124T190102Z-ab12"


def test_a_folder_is_named_by_its_time_and_id(tmp_path: Path) -> None:
    assert folder.make(tmp_path, folder.name(STARTED, "ab12")) == tmp_path / NAME


def test_the_time_in_a_name_is_that_of_greenwich() -> None:
    there = STARTED.astimezone(timezone(timedelta(hours=5)))

    assert folder.name(there, "ab12") == NAME


def test_only_the_owner_may_enter_it(tmp_path: Path) -> None:
    made = folder.make(tmp_path / "reports", NAME)

    assert [path.stat().st_mode & 0o777 for path in (made, made.parent)] == [0o700, 0o700]


def test_a_reports_folder_that_is_made_stays_out_of_git(tmp_path: Path) -> None:
    folder.make(tmp_path / "reports", NAME)

    assert (tmp_path / "reports" / ".gitignore").read_text() == "*\n"


def test_a_reports_folder_that_was_there_is_left_as_it_is(tmp_path: Path) -> None:
    made = folder.make(tmp_path, NAME)

    assert list(tmp_path.iterdir()) == [made]


def test_the_processes_of_one_run_share_its_folder(tmp_path: Path) -> None:
    made = folder.make(tmp_path, NAME)

    assert folder.make(tmp_path, made.name) == made


def test_a_link_is_no_reports_folder(tmp_path: Path) -> None:
    (tmp_path / "reports").symlink_to("/")

    with pytest.raises(UsageError, match="is a symbolic link"):
        folder.make(tmp_path / "reports", NAME)


def test_a_link_is_no_folder_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to("/")

    with pytest.raises(UsageError, match="is a symbolic link"):
        folder.make(tmp_path, "run")


def test_a_file_is_no_reports_folder(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("")

    with pytest.raises(UsageError, match="is a file"):
        folder.make(tmp_path / "reports", NAME)


def test_a_folder_that_anybody_may_change_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)

    with pytest.raises(UsageError, match="can be changed by any user"):
        folder.make(tmp_path, NAME)
