"""A folder as a registry of plugins, with those that other distributions add to it."""

import sys
from pathlib import Path

import pytest

from evalkit.registry import Registry

GROUP = "evalkit.fruits"
ENTRY_POINTS = (
    "[evalkit.fruits]\npear = {package}_pear:Pear\napple = nowhere:Apple\nstone = os:sep\n"
    "grape = os:grape\nsour = {package}_sour:Sour\nlemon = {package}_pear:Lemon\n"
    "plum = nowhere:Plum\n"
)

FOREIGN = "class Pear(LookupError): ...\nclass Lemon(LookupError): ...\n"
PLUGINS = {
    "apple": "class Apple(LookupError): ...\nclass _Core(LookupError): ...\nclass Peel: ...\n",
    "not_": "class Not(LookupError): ...\n",
    "borrowed": "Fig = KeyError\n",
    "two": "class One(LookupError): ...\nclass Two(LookupError): ...\n",
    "broken": "raise RuntimeError('imported')\n",
}
"""Modules of a folder; the base of its plugins is LookupError."""


def sour(plugin: type[LookupError]) -> str | None:
    return "Lemon is sour" if plugin.__name__ == "Lemon" else None


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[LookupError]:
    """Give the registry of a folder, with a distribution beside it that adds to it."""
    package = f"fruits_of_{tmp_path.name}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    for name, code in PLUGINS.items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    (tmp_path / f"{package}_pear.py").write_text(FOREIGN, encoding="utf-8")
    (tmp_path / f"{package}_sour.py").write_text("raise RuntimeError('too sour')", encoding="utf-8")
    about = tmp_path / f"{package}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Name: {package}\nVersion: 1\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(ENTRY_POINTS.format(package=package), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return Registry(package, LookupError, GROUP, sour)


def test_names_are_those_of_the_files_then_those_of_other_distributions(
    registry: Registry[LookupError],
) -> None:
    own = ("apple", "borrowed", "broken", "not", "two")
    foreign = ("grape", "lemon", "pear", "plum", "sour", "stone")
    assert registry.names == (*own, *foreign)


def test_listing_imports_no_plugin(registry: Registry[LookupError]) -> None:
    assert "broken" in registry.names
    assert f"{registry.package}.broken" not in sys.modules


@pytest.mark.parametrize(
    ("name", "known"), [("apple", True), ("not", True), ("pear", True), ("not_", False)]
)
def test_a_name_is_known_or_not(registry: Registry[LookupError], name: str, *, known: bool) -> None:
    assert (name in registry) is known


@pytest.mark.parametrize(("name", "plugin"), [("apple", "Apple"), ("not", "Not"), ("pear", "Pear")])
def test_a_plugin_is_given_by_its_name(
    registry: Registry[LookupError], name: str, plugin: str
) -> None:
    assert registry.get(name).__name__ == plugin


def test_a_plugin_is_looked_up_once(registry: Registry[LookupError]) -> None:
    assert registry.get("apple") is registry.get("apple")


def test_an_unknown_name_is_a_key_error(registry: Registry[LookupError]) -> None:
    with pytest.raises(KeyError):
        registry.get("quince")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("borrowed", r"^fruits_of_\w+\.borrowed must define one LookupError, not 0$"),
        ("two", r"^fruits_of_\w+\.two must define one LookupError, not 2$"),
        ("stone", r"^'/' is no subclass of LookupError$"),
        ("grape", r"^there is no 'os:grape': module 'os' has no attribute 'grape'$"),
        ("sour", r"^'fruits_of_\w+_sour' cannot be imported: RuntimeError: too sour$"),
        ("lemon", r"^Lemon is sour$"),
    ],
)
def test_a_plugin_of_another_shape_is_refused(
    registry: Registry[LookupError], name: str, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        registry.get(name)


def test_the_error_of_a_broken_plugin_is_its_own(registry: Registry[LookupError]) -> None:
    with pytest.raises(RuntimeError, match=r"^imported$"):
        registry.get("broken")


def test_what_cannot_be_used_is_told_with_its_reason(registry: Registry[LookupError]) -> None:
    assert {name: reason.partition(":")[0] for name, reason in registry.refused.items()} == {
        "apple (nowhere:Apple)": "the name is evalkit's own",
        "grape": "there is no 'os",
        "lemon": "Lemon is sour",
        "plum": "No module named 'nowhere'",
        "sour": f"'{registry.package}_sour' cannot be imported",
        "stone": "'/' is no subclass of LookupError",
    }


def test_usable_is_the_rest(registry: Registry[LookupError]) -> None:
    assert registry.usable == ("apple", "borrowed", "broken", "not", "two", "pear")
