"""Where a command works."""

from pathlib import Path

import pytest

from evalkit.cli.root import find_root, locate
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


def test_without_anything_the_root_of_paths_elsewhere_is_above_them(tmp_path: Path) -> None:
    make(tmp_path, here__a="", there__b="")

    assert find_root(tmp_path / "here", ["../there/b"]) == tmp_path / "there"


def test_paths_default_to_suites_here(tmp_path: Path) -> None:
    make(tmp_path, suites__a="", inner__suites__b="", pytest_ini="")

    place = locate(tmp_path / "inner", ())

    assert (place.root, place.paths) == (tmp_path, (str(tmp_path / "inner" / "suites"),))


def test_paths_default_to_suites_in_the_root(tmp_path: Path) -> None:
    make(tmp_path, suites__a="", source__b="")

    assert locate(tmp_path / "source", ()).paths == (str(tmp_path / "suites"),)


def test_paths_default_to_here_where_there_is_no_suites_folder(tmp_path: Path) -> None:
    assert locate(tmp_path, ()).paths == (str(tmp_path),)


def test_paths_default_to_a_named_root_elsewhere(tmp_path: Path) -> None:
    make(tmp_path, suites__a="", other__b="")

    assert locate(tmp_path, (), "other").paths == (str(tmp_path / "other"),)


def test_a_named_path_keeps_the_id_of_an_item(tmp_path: Path) -> None:
    make(tmp_path, suites__a="")

    place = locate(tmp_path / "suites", ["../suites/a::burger[x::y]"])

    assert place.paths == (f"{tmp_path}/suites/a::burger[x::y]",)


def test_a_named_root_is_relative_to_the_current_folder(tmp_path: Path) -> None:
    make(tmp_path, inner__suites__a="", pytest_ini="")

    place = locate(tmp_path, (), "inner")

    assert (place.root, place.paths) == (
        tmp_path / "inner",
        (str(tmp_path / "inner" / "suites"),),
    )


def test_a_path_by_way_of_a_link_is_below_the_root(tmp_path: Path) -> None:
    make(tmp_path, project__suites__a="")
    (tmp_path / "link").symlink_to("project")

    place = locate(tmp_path / "project", ["../link/suites"], ".")

    assert place.paths == (str(tmp_path / "project" / "suites"),)


RELATIVE = "a path is relative to the current folder"

REFUSED: dict[str, tuple[list[str], str | None, str]] = {
    "a path that does not exist": (
        ["suites/burgr::x"],
        None,
        "no such file or folder: 'suites/burgr::x'\n  hint: did you mean 'burger'?",
    ),
    "a path in no folder": (
        ["nowhere/at/all"],
        None,
        f"no such file or folder: 'nowhere/at/all'\n  hint: {RELATIVE}",
    ),
    "a root that does not exist": ([], "nowhere", "the root 'nowhere' is no folder"),
    "a path beside the root": (
        ["other"],
        "suites",
        "'other' is not below the root '{root}/suites'\n  hint: --root names another",
    ),
}


@pytest.mark.parametrize(("paths", "root", "message"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_located_is_refused(
    paths: list[str], root: str | None, message: str, tmp_path: Path
) -> None:
    make(tmp_path, suites__burger="", other__a="")

    with pytest.raises(UsageError) as refused:
        locate(tmp_path, paths, root)

    assert str(refused.value) == message.replace("{root}", str(tmp_path))
