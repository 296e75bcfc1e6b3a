"""The check `none_of`."""

from evalkit.model.combination import Combination


class NoneOf(Combination):
    """No check of a list holds.

    - none_of: [{contains: sorry}, {contains: as an AI}]
      # passes: "sure"; fails: "sorry, no"
    """

    def holds(self, passing: int) -> bool:
        return passing == 0
