"""The check `all_of`."""

from evalkit.model.combination import Combination


class AllOf(Combination):
    """Every check of a list holds.

    - all_of: [{contains: refund}, {not: {contains: sorry}}]
      # passes: "your refund"; fails: "sorry, no refund"
    - all_of: [{contains: refund}, {contains: today, optional: true}]
      # passes: "your refund"; fails: "today"
    """

    def holds(self, passing: int) -> bool:
        return passing == self.required
