"""What Ctrl-C does once a run is being interrupted: end it at once, then end the process."""

import os
import signal
from collections.abc import Callable
from types import FrameType

FORCED = 130
"""The exit code that a shell gives a program that SIGINT ended."""


class Interruption:
    """Takes SIGINT over from the moment of an interruption, so that none lands amid its end.

    The first further one calls `hurry`, the second ends the process as it stands. Only the main
    thread may make one.
    """

    def __init__(self, hurry: Callable[[], None]) -> None:
        self._hurry = hurry
        self._hurried = False
        self._before = signal.signal(signal.SIGINT, self._again)

    def _again(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - signal's
        if self._hurried:
            os._exit(FORCED)
        self._hurried = True
        self._hurry()

    def over(self) -> None:
        """Give SIGINT back."""
        signal.signal(signal.SIGINT, self._before)
