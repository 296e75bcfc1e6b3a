"""What a run may use up at most."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caps:
    """Tokens, US dollars and seconds, each None where there is no such cap.

    Cost counts only where the deployment has a price.
    """

    tokens: int | None = None
    cost: float | None = None
    seconds: float | None = None


NO_CAPS = Caps()
