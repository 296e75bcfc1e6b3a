"""The check `regex`."""

import re
from typing import Self

from pydantic import model_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.bounded import compiled, is_quick, search
from evalkit.reading.excerpt import shorten
from evalkit.reading.text import located

LOOKS_AROUND = re.compile(r"[$^]|\\[ABZb]|\(\?<?[!=]")
"""What makes it matter where in a text the empty text is found; sets that begin with `^` too."""


class Regex(Check):
    r"""A pattern of Python's `re` matches somewhere in the reply, within its time limit.

    `\A` and `\Z` hold it to the whole reply. With `verbose` white space in the pattern and what is
    behind a `#` do not count.

    - regex: "^(yes|no)\\.?$"                              # passes: "yes."; fails: "yes, sir"
    - regex: {pattern: "total: \\d+", ignore_case: true}   # passes: "Total: 7"; fails: "total"
    - regex: {pattern: "^- ", multiline: true}            # passes: "two:\n- one"; fails: "a - b"
    - regex: {pattern: "<b>.*</b>", dotall: true}         # passes: "<b>a\nb</b>"; fails: "<b>"
    - regex: {pattern: "\\d+ [ ] kcal", verbose: true}     # passes: "600 kcal"; fails: "600kcal"
    """

    pattern: str
    ignore_case: bool = False
    multiline: bool = False
    dotall: bool = False
    verbose: bool = False

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if not self.pattern:
            raise ValueError("this cannot fail: the empty pattern matches every reply")
        compiled(self.pattern, self.flags)
        if self._takes_nothing:
            raise ValueError("this cannot fail: the pattern matches the empty text anywhere")
        return self

    @property
    def flags(self) -> int:
        chosen = (
            (self.ignore_case, re.IGNORECASE),
            (self.multiline, re.MULTILINE),
            (self.dotall, re.DOTALL),
            (self.verbose, re.VERBOSE),
        )
        return sum(int(flag) for wanted, flag in chosen if wanted)

    @property
    def _takes_nothing(self) -> bool:
        """Whether it is sure to match in every text, as `x*` does."""
        if LOOKS_AROUND.search(self.pattern) or not is_quick(self.pattern, 0, self.flags):
            return False
        return bool(compiled(self.pattern, self.flags).fullmatch(""))

    def evaluate(self, view: View) -> Verdict:
        reply = view.reply.text
        match = search(self.pattern, reply, self.flags)
        if match is None:
            reason, seen = "does not match", Evidence(message="reply", excerpt=shorten(reply))
        else:
            place = located(reply, match.start).message
            reason, seen = "matches", Evidence(message=place, excerpt=shorten(match.text))
        pattern = "\\n".join(shorten(self.pattern, 200).splitlines())
        told = f"reply {reason} '{pattern}'"
        return Verdict.when(match is not None, yes=told, no=told, evidence=(seen,))
