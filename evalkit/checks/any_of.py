"""The check `any_of`."""

from evalkit.model.combination import Combination


class AnyOf(Combination):
    """At least one check of a list holds.

    - any_of: [{contains: refund}, {contains: voucher}]
      # passes: "a voucher"; fails: "nothing at all"
    """

    def holds(self, passing: int) -> bool:
        return passing > 0
