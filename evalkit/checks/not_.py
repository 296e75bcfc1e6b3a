"""The check `not`."""

from evalkit.model.check import Check, Child, Scope, Verdict, View
from evalkit.model.dialogue import Dialogue


class Not(Check):
    """Another check does not hold; where that one cannot judge, neither can this.

    - not: {contains: sorry}                       # passes: "sure"; fails: "sorry, no"
    - not: {contains: SORRY, ignore_case: true}    # passes: "sure"; fails: "I am sorry"
    """

    scopes = frozenset({"turn", "conversation"})

    check: Child

    def fits(self, scope: Scope) -> bool:
        return self.check.fits(scope)

    def judge(self, view: View) -> Dialogue[Verdict]:
        verdict = yield from self.check.verdict(view)
        if verdict.status == "error" or verdict.warns:
            return verdict
        return Verdict.when(
            verdict.status == "failed",
            yes=verdict.reason,
            no=f"{verdict.reason}, which it must not",
            evidence=verdict.evidence,
        )
