"""The check `finish_reason`."""

from typing import Annotated

from pydantic import Field

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.excerpt import ending


class FinishReason(Check):
    """The reply ended for this reason, or for one of these.

    - finish_reason: stop
      # passes: {finish_reason: stop}; fails: {finish_reason: length}
    - finish_reason: [stop, length]
      # passes: {finish_reason: length}; fails: "came without one"
    """

    reason: str | Annotated[tuple[str, ...], Field(strict=False, min_length=1)]

    def evaluate(self, view: View) -> Verdict:
        wanted = (self.reason,) if isinstance(self.reason, str) else self.reason
        found = view.reply.finish_reason
        ended = "without a finish_reason" if found is None else f"with finish_reason {found!r}"
        return Verdict.when(
            found in wanted,
            yes=f"reply ended {ended}",
            no=f"reply ended {ended}, not {' or '.join(map(repr, wanted))}",
            evidence=(Evidence(pointer="finish_reason", excerpt=ending(view.reply.text)),),
        )
