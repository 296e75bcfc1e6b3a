"""The options that bound a whole run, and the caps that they come to."""

from typing import TYPE_CHECKING

import pytest

from evalkit.pytest_plugin.amounts import dollars, seconds, tokens

if TYPE_CHECKING:
    from evalkit.model.caps import Caps


def add_options(group: pytest.OptionGroup) -> None:
    """Add the options to those of the plugin."""
    for name, kind, metavar, what in (
        ("tokens", tokens, "N", "send nothing more once the run has used so many tokens"),
        ("cost", dollars, "USD", "send nothing more once the run has cost so much"),
        ("time", seconds, "TIME", "end the run after a time such as 90s or 10m"),
    ):
        group.addoption(f"--evalkit-max-{name}", type=kind, metavar=metavar, help=what)


def caps(config: pytest.Config) -> "Caps":
    """Give what the run may use up at most."""
    from evalkit.model.caps import Caps

    names = ("evalkit_max_tokens", "evalkit_max_cost", "evalkit_max_time")
    return Caps(*map(config.getoption, names))
