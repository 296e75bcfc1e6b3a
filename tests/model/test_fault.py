"""What keeps a third party's class from being a check that authors can write."""

from typing import ClassVar

import pytest
from pydantic import ConfigDict

from evalkit.model.check import Check, Scope, Verdict, View

YES = Verdict(status="passed", reason="yes")


class Base(Check):
    """It holds."""

    def evaluate(self, view: View) -> Verdict:
        del view
        return YES


class Sound(Base):
    """It holds, in some words."""

    words: tuple[str, ...] = ()


class Silent(Check):
    def evaluate(self, view: View) -> Verdict:
        del view
        return YES


class Idle(Check):
    """It never judges."""


class Stubborn(Base):
    """It judges in its own way."""

    def verdict(self, view: View) -> Verdict:  # type: ignore[misc,override] # what is refused
        return self.evaluate(view)


class Nowhere(Base):
    """It may be written nowhere."""

    scopes: ClassVar[frozenset[Scope]] = frozenset()


class Heavy(Base):
    """It weighs in words."""

    weight: str = "much"  # type: ignore[assignment] # what is refused


class Loud(Base):
    """It has a key that shouts."""

    Words: str = ""


class Loose(Base):
    """It takes any key."""

    model_config = ConfigDict(extra="allow")


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        (Sound, None),
        (Silent, "Silent has no docstring that says what holds"),
        (Idle, "Idle has neither `evaluate` nor `judge`"),
        (Stubborn, "Stubborn must not replace `verdict`: write `evaluate` or `judge`"),
        (Nowhere, "Nowhere.scopes must be of 'turn' and 'conversation', one or both"),
        (Heavy, "Heavy has a field 'weight' of its own, which every check has"),
        (Loud, "Loud has a field 'Words': use small letters, digits and '_'"),
        (Loose, "Loose must keep `extra` in its model_config"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_badly_shaped_check_is_told_why(check: type[Check], fault: str | None) -> None:
    assert check.fault() == fault
