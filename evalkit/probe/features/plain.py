"""The feature `plain`: a question gets a reply in the standard's shape."""

from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, oddities, supported, unshown
from evalkit.probe.questions import PLAIN
from evalkit.probe.seen import Seen

ELSEWHERE = ("usage_missing", "usage_inconsistent", "model_differs")
"""What is told of other features."""


class Plain(Feature):
    """A reply comes, and it needs no tolerance to be read."""

    place = 10
    group = "conversation"
    title = "plain reply"
    reach = "messages"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (PLAIN,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        reply = seen[0].reply
        odd = oddities(reply.warnings, but=ELSEWHERE)
        if odd:
            return deviates(*odd)
        return supported() if reply.text.strip() else unshown(reply)
