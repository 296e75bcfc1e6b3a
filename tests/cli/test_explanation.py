"""What `evalkit explain` tells, read from the classes of checks."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest

from evalkit.checks import registry
from evalkit.cli.explanation import Field, explain
from evalkit.model.check import Check, Child
from evalkit.model.data import FromFile, FromPython, JsonObject
from evalkit.model.limit import DurationLimit, Limit, Wait


class Everything(Check):
    """It holds.

    More of it stands here.

    - everything: a              # passes: "a"; fails: "b"
    - everything: {text: a}
      flag: true
      # passes: "a"; fails: "b"
    """

    scopes = frozenset({"turn"})

    text: str
    texts: tuple[str, ...] = ()
    either: str | tuple[str, ...] | None = None
    count: int = 3
    share: float = 0.5
    flag: bool = False
    limit: Limit | None = None
    time: DurationLimit | None = None
    wait: Wait = 60.0
    call: Annotated[Callable[..., Any], FromPython()] | None = None
    table: Annotated[JsonObject, FromFile("json")] = {}
    inner: Child | None = None
    checks: tuple[Child, ...] = ()
    other: JsonObject = {}


FIELDS = (
    Field("text", "text", "required"),
    Field("texts", "list of text", ""),
    Field("either", "text or list of text", ""),
    Field("count", "whole number", "default 3"),
    Field("share", "number", "default 0.5"),
    Field("flag", "true or false", "default false"),
    Field("limit", "limit, {min, max} or a maximum", ""),
    Field("time", "limit of durations, {min, max} or a maximum", ""),
    Field("wait", "duration, such as 800ms or 2s", "default 60"),
    Field("table", "JSON, or the path of a file of it", ""),
    Field("inner", "check", ""),
    Field("checks", "list of checks", ""),
    Field("other", "mapping", ""),
)


def test_fields_are_told_in_words() -> None:
    told = explain("everything", Everything).fields

    assert tuple(one for one in told if one.name != "call") == FIELDS


def test_the_docstring_is_told_in_its_parts() -> None:
    told = explain("everything", Everything)

    assert (told.summary, told.more) == ("It holds.", "More of it stands here.")
    assert told.examples == (
        '- everything: a              # passes: "a"; fails: "b"',
        '- everything: {text: a}\n  flag: true\n  # passes: "a"; fails: "b"',
    )


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("contains", "contains: TEXT, text"),
        ("not", "not: CHECK, always; other fields stand beside it"),
        ("any_of", "any_of: [{…}, {…}], the checks"),
    ],
)
def test_the_short_form_is_told(name: str, short: str) -> None:
    assert explain(name, registry.get(name)).short == short


@pytest.mark.parametrize("name", registry.names)
def test_every_check_can_be_explained(name: str) -> None:
    told = explain(name, registry.get(name))

    assert [one for one in told.fields if not one.type] == []
    assert str(told).startswith(f"{name}: {told.summary}\n\n")
