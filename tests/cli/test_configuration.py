"""What the file that configures pytest says about suites, in each of its forms."""

from pathlib import Path

import pytest

from evalkit.cli.configuration import configures, suite_globs
from evalkit.errors import UsageError

FILES = {
    "pytest.ini": ("pytest.ini", "[pytest]\nevalkit_suites = specs/*.yaml 'my suites/*.yaml'\n"),
    "pytest.toml": (
        "pytest.toml",
        '[pytest]\nevalkit_suites = ["specs/*.yaml", "my suites/*.yaml"]\n',
    ),
    "pyproject.toml": (
        "pyproject.toml",
        '[tool.pytest]\nevalkit_suites = ["specs/*.yaml", "my suites/*.yaml"]\n',
    ),
    "pyproject.toml, as before": (
        "pyproject.toml",
        "[tool.pytest.ini_options]\nevalkit_suites = \"specs/*.yaml 'my suites/*.yaml'\"\n",
    ),
    "tox.ini": ("tox.ini", "[pytest]\nevalkit_suites =\n  specs/*.yaml\n  'my suites/*.yaml'\n"),
    "setup.cfg": ("setup.cfg", "[tool:pytest]\nevalkit_suites = specs/*.yaml 'my suites/*.yaml'\n"),
}


@pytest.mark.parametrize(("name", "text"), FILES.values(), ids=list(FILES))
def test_globs_are_read_as_pytest_reads_them(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert suite_globs(tmp_path) == ("specs/*.yaml", "my suites/*.yaml")


CONFIGURED = {
    "nothing": ({}, False),
    "an empty pytest.ini": ({"pytest.ini": ""}, True),
    "a pyproject.toml of others": ({"pyproject.toml": "[tool.ruff]\n"}, False),
    "a pyproject.toml with the table": ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, True),
    "a tox.ini of others": ({"tox.ini": "[tox]\n"}, False),
}


@pytest.mark.parametrize(("files", "found"), CONFIGURED.values(), ids=list(CONFIGURED))
def test_a_folder_is_a_root_by_its_files(
    tmp_path: Path,
    files: dict[str, str],
    found: bool,  # noqa: FBT001 - a case of the table
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert configures(tmp_path) is found


def test_the_first_file_decides(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest]\nevalkit_suites = ['a']\n")
    assert suite_globs(tmp_path) == ()


def test_a_malformed_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.pytest\n")
    with pytest.raises(UsageError, match=r"^pyproject.toml cannot be read: "):
        suite_globs(tmp_path)
