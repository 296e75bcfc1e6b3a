"""Where a command works."""

from pathlib import Path

import pytest

from evalkit.cli.root import find_paths, find_root
from evalkit.errors import UsageError


def make(folder: Path, **files: str) -> Path:
    """Write files, `__` in whose names is a slash; give the folder."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_toml", ".toml").replace("_ini", ".ini")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


CONFIGURED = {
    "pyproject_toml": "[tool.pytest.ini_options]\n",
    "pytest_ini": "",
    "pytest_toml": "",
    "tox_ini": "[pytest]\n",
}


@pytest.mark.parametrize(("name", "text"), CONFIGURED.items(), ids=list(CONFIGURED))
def test_the_root_is_where_pytest_is_configured(tmp_path: Path, name: str, text: str) -> None:
    make(tmp_path, **{name: text}, suites__inner__suites__a="")

    assert find_root(tmp_path / "suites" / "inner", ()) == tmp_path


def test_a_project_that_does_not_configure_pytest_is_no_root(tmp_path: Path) -> None:
    make(tmp_path, pyproject_toml="[project]\n", inner__suites__a="")

    assert find_root(tmp_path / "inner", ()) == tmp_path / "inner"


def test_without_a_configuration_the_root_holds_suites(tmp_path: Path) -> None:
    make(tmp_path, suites__deep__a="")

    assert find_root(tmp_path / "suites" / "deep", ()) == tmp_path


def test_the_root_of_named_paths_is_above_them_all(tmp_path: Path) -> None:
    make(tmp_path, one__suites__a="", two__suites__b="", pytest_ini="")
    paths = ["one/suites/a::burger[x]", str(tmp_path / "two")]

    assert find_root(tmp_path / "one", ["../one/suites/a", *paths[1:]]) == tmp_path


def test_without_anything_the_root_is_the_current_folder(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", a="")

    assert find_root(inner, ()) == inner


def test_paths_default_to_suites_here(tmp_path: Path) -> None:
    make(tmp_path, suites__a="", inner__suites__b="")

    found = find_paths(tmp_path / "inner", tmp_path, ())

    assert found == (str(tmp_path / "inner" / "suites"),)


def test_paths_default_to_suites_in_the_root(tmp_path: Path) -> None:
    make(tmp_path, suites__a="", source__b="")

    assert find_paths(tmp_path / "source", tmp_path, ()) == (str(tmp_path / "suites"),)


def test_paths_default_to_here_where_there_is_no_suites_folder(tmp_path: Path) -> None:
    assert find_paths(tmp_path, tmp_path, ()) == (str(tmp_path),)


def test_named_paths_stay_as_they_are_given(tmp_path: Path) -> None:
    make(tmp_path, suites__a="")

    assert find_paths(tmp_path, tmp_path, ["suites/a::burger[x]"]) == ("suites/a::burger[x]",)


def test_a_path_that_does_not_exist_is_refused_with_the_nearest(tmp_path: Path) -> None:
    make(tmp_path, suites__burger="")

    with pytest.raises(UsageError) as refused:
        find_paths(tmp_path, tmp_path, ["suites/burgr::x"])

    assert str(refused.value) == (
        "no such file or folder: 'suites/burgr::x'\n  hint: did you mean 'burger'?"
    )


def test_a_path_in_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="relative to the current folder"):
        find_paths(tmp_path, tmp_path, ["nowhere/at/all"])
