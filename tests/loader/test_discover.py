"""Which files are suites: by their path, by a glob, and by their first keys."""

from pathlib import Path

import pytest

from evalkit.loader.discover import find, is_suite_path, looks_like_suite

ROOT = Path("/project")

PATHS = [
    pytest.param("suites/a.yaml", True, id="in suites"),
    pytest.param("suites/a.yml", True, id="the short ending"),
    pytest.param("suites/deep/er/a.yaml", True, id="deep in suites"),
    pytest.param("packages/bot/suites/a.yaml", True, id="suites of a package"),
    pytest.param("suites/a.suite.yaml", True, id="the long ending in suites"),
    pytest.param("a.suite.yaml", True, id="the long ending in the root"),
    pytest.param("docs/a.suite.yaml", True, id="the long ending anywhere"),
    pytest.param("data/a.suite.yaml", True, id="the long ending in data outside suites"),
    pytest.param("data/suites/a.yaml", True, id="suites below data"),
    pytest.param("a.yaml", False, id="in the root"),
    pytest.param("docs/a.yaml", False, id="in another folder"),
    pytest.param("a.suite.yml", False, id="the long ending, cut"),
    pytest.param("suites.yaml", False, id="a file called suites"),
    pytest.param("my-suites/a.yaml", False, id="a folder that is nearly called so"),
    pytest.param("suites/a.json", False, id="JSON"),
    pytest.param("suites/a.YAML", False, id="capitals"),
    pytest.param("suites/deployments.yaml", False, id="deployments"),
    pytest.param("deployments.yaml", False, id="deployments of the root"),
    pytest.param("suites/deployments.suite.yaml", True, id="a suite called deployments"),
    pytest.param("suites/data/a.suite.yaml", False, id="the long ending in data"),
    pytest.param("suites/deep/data/a.yaml", False, id="deep data"),
    pytest.param("suites/data/deep/a.yaml", False, id="deep in data"),
    pytest.param("suites/data/suites/a.yaml", False, id="suites in data of suites"),
    *(
        pytest.param(f"suites/{folder}/a.yaml", False, id=folder)
        for folder in (
            "data",
            "scripts",
            "tools",
            "schemas",
            "prompts",
            "personas",
            "cassettes",
        )
    ),
]


@pytest.mark.parametrize(("path", "expected"), PATHS)
def test_a_suite_is_told_by_its_path(path: str, *, expected: bool) -> None:
    assert is_suite_path(ROOT / path, ROOT, ()) is expected


def test_a_file_outside_the_root_is_no_suite() -> None:
    assert not is_suite_path(Path("/other/suites/a.yaml"), ROOT, ())


GLOBS = [
    pytest.param("talks/a.yaml", True, id="a match"),
    pytest.param("talks/deep/a.yaml", True, id="a star crosses folders"),
    pytest.param("talks/data/a.yaml", True, id="folders beside suites are not left out"),
    pytest.param("more/b.yaml", True, id="a match of the second glob"),
    pytest.param("suites/a.yaml", False, id="the rule no longer holds"),
    pytest.param("a.suite.yaml", False, id="nor does the long ending"),
    pytest.param("talks/deployments.yaml", False, id="deployments all the same"),
]


@pytest.mark.parametrize(("path", "expected"), GLOBS)
def test_globs_replace_the_rule(path: str, *, expected: bool) -> None:
    assert is_suite_path(ROOT / path, ROOT, ("talks/*.yaml", "more/b.*")) is expected


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(root: Path, *under: str) -> list[str]:
    files = find(root, [root / name for name in under] or [root], ())
    return [file.relative_to(root).as_posix() for file in files]


def test_suites_are_found_in_the_order_of_their_paths(tmp_path: Path) -> None:
    touch(tmp_path, "suites/b.yaml", "suites/a.yml", "suites/a/z.yaml", "x.suite.yaml", "a.yaml")

    assert found(tmp_path) == ["suites/a/z.yaml", "suites/a.yml", "suites/b.yaml", "x.suite.yaml"]


def test_a_suite_that_is_named_twice_is_found_once(tmp_path: Path) -> None:
    touch(tmp_path, "suites/a.yaml", "suites/b.yaml")

    assert found(tmp_path, "suites", "suites/a.yaml") == ["suites/a.yaml", "suites/b.yaml"]


def test_a_file_that_is_named_is_a_suite_wherever_it_lies(tmp_path: Path) -> None:
    touch(tmp_path, "notes/a.txt")

    assert found(tmp_path, "notes/a.txt") == ["notes/a.txt"]


@pytest.mark.parametrize("folder", [".git", ".venv", "node_modules", "build", "dist", "x.egg"])
def test_folders_that_pytest_leaves_out_are_left_out(tmp_path: Path, folder: str) -> None:
    touch(tmp_path, f"{folder}/suites/a.yaml", "suites/a.yaml")

    assert found(tmp_path) == ["suites/a.yaml"]


def test_a_virtual_environment_is_left_out_whatever_its_name(tmp_path: Path) -> None:
    touch(tmp_path, "python/pyvenv.cfg", "python/lib/suites/a.yaml", "suites/a.yaml")

    assert found(tmp_path) == ["suites/a.yaml"]


def test_a_folder_that_ends_like_a_suite_is_none(tmp_path: Path) -> None:
    touch(tmp_path, "suites/a.yaml/b.txt")

    assert found(tmp_path) == []


CONTENTS = [
    pytest.param(b"conversations: []\n", True, id="conversations"),
    pytest.param(b"deployments: {}\n", True, id="deployments"),
    pytest.param(b"defaults: {}\n", True, id="defaults"),
    pytest.param(b"variants: {}\n", True, id="variants"),
    pytest.param(b"gate: {}\n", True, id="a gate"),
    pytest.param(b"# about\ndescription: x\n\nconversations:\n", True, id="further down"),
    pytest.param(b'"conversations": []\n', True, id="a quoted key"),
    pytest.param(b"conversations : []\n", True, id="a space before the colon"),
    pytest.param(b'{"conversations": []}\n', True, id="JSON"),
    pytest.param(b"\xef\xbb\xbfconversations: []\n", True, id="a byte order mark"),
    pytest.param("conversations: []".encode("utf-16"), True, id="UTF-16, which is told later"),
    pytest.param(b"description: x\nconversation: []\n", True, id="a slip in the main key"),
    pytest.param(b"a:\n  conversations: []\n", False, id="an inner key"),
    pytest.param(b"conversation: x\n", False, id="another key"),
    pytest.param(b"# conversations: x\n", False, id="a comment"),
    pytest.param(b"", False, id="nothing"),
]


@pytest.mark.parametrize(("content", "expected"), CONTENTS)
def test_a_suite_is_told_by_its_keys(tmp_path: Path, content: bytes, *, expected: bool) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(content)

    assert looks_like_suite(file) is expected


def test_a_file_that_cannot_be_read_is_left_to_the_loader(tmp_path: Path) -> None:
    link = tmp_path / "a.yaml"
    link.symlink_to("nowhere.yaml")

    assert looks_like_suite(link)
