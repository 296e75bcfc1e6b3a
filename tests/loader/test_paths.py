"""Paths that authors write: where they lead, and which are refused."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evalkit.errors import Mistakes
from evalkit.loader.load import load
from evalkit.loader.paths import MOST_BYTES, Unreadable, locate, read_bytes

BESIDE = "suites/a.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a project with a few files and links, and a secret beside it."""
    top = tmp_path / "project"
    for name in ("suites/prompts/support.md", "suites/images/burger.png", "shared/tone.md"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(name, encoding="utf-8")
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    links = {
        "inside.md": "../shared/tone.md",
        "outside.md": "../../secret.md",
        "away": "../..",
        "broken.md": "nowhere.md",
        "loop.md": "loop.md",
    }
    for name, target in links.items():
        (top / "suites" / name).symlink_to(target)
    return top


def refusal(root: Path, written: str) -> str:
    with pytest.raises(Unreadable) as refused:
        locate(root, BESIDE, written)
    return " | ".join((str(refused.value), *refused.value.hints))


FOUND = [
    pytest.param("prompts/support.md", "suites/prompts/support.md", id="below"),
    pytest.param("./prompts/support.md", "suites/prompts/support.md", id="with a dot"),
    pytest.param("prompts/../images/burger.png", "suites/images/burger.png", id="up and down"),
    pytest.param("../shared/tone.md", "shared/tone.md", id="in another folder of the root"),
    pytest.param("inside.md", "shared/tone.md", id="by a link that stays inside"),
    pytest.param("prompts", "suites/prompts", id="a folder, which reading refuses"),
]


@pytest.mark.parametrize(("written", "path"), FOUND)
def test_a_path_is_relative_to_the_file_that_names_it(root: Path, written: str, path: str) -> None:
    assert locate(root, BESIDE, written) == root.resolve() / path


def test_a_root_that_is_a_link_is_followed(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)

    assert locate(link, BESIDE, "inside.md") == root.resolve() / "shared/tone.md"


RELATIVE = "paths are relative to the file that names them"

REFUSED = [
    pytest.param("", "a path must not be empty", id="nothing"),
    pytest.param("a\0b", "a path cannot hold a NUL character", id="NUL"),
    pytest.param("/etc/passwd", f"'/etc/passwd' is no relative path | {RELATIVE}", id="absolute"),
    pytest.param("~/x.md", f"'~/x.md' is no relative path | {RELATIVE}", id="the home folder"),
    pytest.param("C:\\x.md", f"'C:\\\\x.md' is no relative path | {RELATIVE}", id="a drive"),
    pytest.param(
        "\\\\?\\x.md", f"'\\\\\\\\?\\\\x.md' is no relative path | {RELATIVE}", id="a share"
    ),
    pytest.param("//host/x", f"'//host/x' is no relative path | {RELATIVE}", id="a host"),
    pytest.param(
        "file:///etc/passwd", f"'file:///etc/passwd' is no relative path | {RELATIVE}", id="a URL"
    ),
    pytest.param("../../secret.md", "'../../secret.md' lies outside the root", id="upwards"),
    pytest.param(
        "prompts/../../../secret.md",
        "'prompts/../../../secret.md' lies outside the root",
        id="down and upwards",
    ),
    pytest.param("../../gone.md", "'../../gone.md' lies outside the root", id="not there either"),
    pytest.param("outside.md", "'outside.md' lies outside the root", id="a link to a file"),
    pytest.param("away/secret.md", "'away/secret.md' lies outside the root", id="a linked folder"),
    pytest.param("loop.md", "'loop.md' cannot be read: its links form a loop", id="a loop"),
    pytest.param(
        "broken.md",
        "there is no file 'broken.md' | it is a link to a file that is not there",
        id="a broken link",
    ),
    pytest.param(
        "prompts/suport.md",
        "there is no file 'prompts/suport.md' | did you mean 'support.md'?",
        id="a slip",
    ),
    pytest.param("prompts/q", "there is no file 'prompts/q'", id="nothing like it"),
    pytest.param(
        "promts/support.md",
        "there is no file 'promts/support.md' | there is no folder 'promts' either",
        id="a slip in the folder",
    ),
    pytest.param(
        "images/burger.png/x",
        "there is no file 'images/burger.png/x' | there is no folder 'images/burger.png' either",
        id="a file as a folder",
    ),
    pytest.param(
        "a" * 300, f"'{'a' * 300}' cannot be read: file name too long", id="a name too long"
    ),
]


@pytest.mark.parametrize(("written", "message"), REFUSED)
def test_a_path_that_leads_nowhere_or_away_is_refused(
    root: Path, written: str, message: str
) -> None:
    assert refusal(root, written) == message


def test_a_file_is_read(root: Path) -> None:
    assert read_bytes(root / "shared/tone.md", "tone.md") == b"shared/tone.md"


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 100_000)


KINDS = [
    pytest.param(Path.mkdir, "'x' is a folder", id="a folder"),
    pytest.param(os.mkfifo, "'x' is no regular file", id="a pipe"),
    pytest.param(large, "'x' has 20.1 MB, more than 20 MB", id="a large file"),
    pytest.param(
        lambda path: path.symlink_to("/dev/zero"),
        "'x' cannot be read: its links form a loop",
        id="a link put there after the check",
    ),
    pytest.param(
        Path.exists, "'x' cannot be read: no such file or directory", id="a file that is gone"
    ),
]


@pytest.mark.parametrize(("make", "message"), KINDS)
def test_only_a_regular_file_is_read(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    make(tmp_path / "x")

    with pytest.raises(Unreadable) as refused:
        read_bytes(tmp_path / "x", "x")

    assert str(refused.value) == message


def test_a_file_of_just_the_size_is_read(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(MOST_BYTES)

    assert len(read_bytes(tmp_path / "x", "x")) == MOST_BYTES


SUITE = """\
deployments: {main: {base_url: "https://api.example.com/v1"}}
conversations:
  - id: one
    unchecked: true
    turns: [{user: {file: PATH}}]
"""

NAMED = [
    pytest.param("prompts", "'prompts' is a folder", "", id="a folder"),
    pytest.param("pipe", "'pipe' is no regular file", "", id="a pipe"),
    pytest.param("large", "'large' has 20.1 MB, more than 20 MB", "", id="a large file"),
    pytest.param("/etc/hosts", "'/etc/hosts' is no relative path", RELATIVE, id="absolute"),
    pytest.param("outside.md", "'outside.md' lies outside the root", "", id="a link to a file"),
    pytest.param("prompts/q.md", "there is no file 'prompts/q.md'", "", id="missing"),
]


@pytest.mark.parametrize(("written", "message", "hint"), NAMED)
def test_a_mistake_stands_where_the_path_is_named(
    root: Path, written: str, message: str, hint: str
) -> None:
    os.mkfifo(root / "suites/pipe")
    large(root / "suites/large")
    text = SUITE.replace("PATH", written)
    (root / BESIDE).write_text(text, encoding="utf-8")
    lines = [
        f"suites/a.yaml:5:27: {message}",
        f"    5 |     turns: [{{user: {{file: {written}}}}}]",
        f"                                  {'^' * len(written)}",
        *([f"  hint: {hint}"] if hint else []),
    ]

    loaded = load(root, [root / BESIDE])

    assert str(Mistakes(loaded.mistakes)) == "\n".join(lines)


def test_a_file_that_is_no_text_is_told_in_the_file(root: Path) -> None:
    (root / "suites/latin.md").write_bytes(b"first\ncaf\xe9\n")
    (root / BESIDE).write_text(SUITE.replace("PATH", "latin.md"), encoding="utf-8")

    loaded = load(root, [root / BESIDE])

    assert str(Mistakes(loaded.mistakes)) == (
        "suites/latin.md:2:4: byte 0xe9 is not UTF-8\n"
        "    2 | caf\N{REPLACEMENT CHARACTER}\n"
        "           ^\n"
        "  hint: save the file as UTF-8"
    )
