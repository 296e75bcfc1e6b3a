"""How an engine runs: its caution, its patience, its clocks, and where it finds Apis."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from evalkit.apis import registry
from evalkit.model.api import Api
from evalkit.model.caps import NO_CAPS, Caps


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds since the epoch, and seconds that never go backwards."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen about an engine.

    `cautious` keeps at most `concurrency` trials of a deployment ahead of the item awaited, for a
    run that may stop at a failure. `patience` is the seconds that anything cancelled is given to
    end. `apis` finds the class for a deployment's `api`. `caps` bound the whole run, and those that
    `grace` seconds after the last of them are still under way are cancelled.
    """

    cautious: bool = False
    patience: float = 2.0
    clocks: Clocks = field(default_factory=Clocks)
    apis: Callable[[str], type[Api]] = registry.get
    caps: Caps = NO_CAPS
    grace: float = 10.0


DEFAULT = Options()
