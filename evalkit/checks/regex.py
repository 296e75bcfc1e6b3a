"""The check `regex`."""

import re
from typing import Self

from pydantic import model_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.bounded import compiled, search
from evalkit.reading.excerpt import shorten


class Regex(Check):
    r"""A pattern of Python's `re` matches somewhere in the reply, within its time limit.

    - regex: "^(yes|no)\\.?$"                              # passes: "yes."; fails: "yes, sir"
    - regex: {pattern: "total: \\d+", ignore_case: true}   # passes: "Total: 7"; fails: "total"
    - regex: {pattern: "^- ", multiline: true}            # passes: "two:\n- one"; fails: "a - b"
    - regex: {pattern: "<b>.*</b>", dotall: true}         # passes: "<b>a\nb</b>"; fails: "<b>"
    """

    pattern: str
    ignore_case: bool = False
    multiline: bool = False
    dotall: bool = False

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if not self.pattern:
            raise ValueError("this cannot fail: the empty pattern matches every reply")
        compiled(self.pattern, self.flags)
        return self

    @property
    def flags(self) -> int:
        chosen = (
            (self.ignore_case, re.IGNORECASE),
            (self.multiline, re.MULTILINE),
            (self.dotall, re.DOTALL),
        )
        return sum(int(flag) for wanted, flag in chosen if wanted)

    def evaluate(self, view: View) -> Verdict:
        match = search(self.pattern, view.reply.text, self.flags)
        return Verdict.when(
            match is not None,
            yes=f"reply matches '{self.pattern}'",
            no=f"reply does not match '{self.pattern}'",
            evidence=(Evidence(message="match", excerpt=shorten(match.text)),) if match else (),
        )
