"""How much work a walk through a model's JSON may take, counted instead of timed."""

from evalkit.errors import CheckError

MOST_STEPS = 300_000
"""The most steps of one judgement: about a second, at some microseconds each."""


class Steps:
    """The steps that are left; raises CheckError `check_timeout` once there are none."""

    def __init__(self, what: str, most: int = MOST_STEPS) -> None:
        self.what = what
        self.most = most
        self.left = most

    def take(self, count: int = 1) -> None:
        self.left -= count
        if self.left < 0:
            message = f"{self.what} takes more than {self.most:,} steps on this value"
            raise CheckError("check_timeout", message)
